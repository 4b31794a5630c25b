import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Fault, RecordedRequest } from '../../emulator';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow, startWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-stepfun-documents-'));
	Container.get(BinaryDataConfig).localStoragePath = folder;
	await Container.get(BinaryDataService).init();
});
afterAll(() => rm(folder, { recursive: true }));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface Named {
	fileName: string;
	mimeType: string;
}
const inItem = (content: Buffer, { fileName, mimeType }: Named): IBinaryData => ({
	data: content.toString('base64'),
	fileName,
	mimeType,
});
const stored = async (
	content: Buffer | NodeJS.ReadableStream,
	{ fileName, mimeType }: Named,
): Promise<IBinaryData> => ({
	...(await Container.get(BinaryDataService).store(
		{ type: 'execution', workflowId: 'w', executionId: '1' },
		content as Buffer,
		{ data: '', mimeType },
	)),
	fileName,
});
const item = (data: IBinaryData): INodeExecutionData => ({ json: {}, binary: { data } });
const asPdf: Named = { fileName: 'report.pdf', mimeType: 'application/pdf' };
const pdfItem = (content = files.pdf(), named: Partial<Named> = {}) => item(inItem(content, { ...asPdf, ...named }));
const textItem = (text: string | Buffer, fileName = 'notes.txt', mimeType = 'text/plain') =>
	item(inItem(Buffer.from(text as string), { fileName, mimeType }));

const workflow = (
	items: INodeExecutionData[],
	parameters: IDataObject = {},
	node: Partial<INode> = {},
	more: Partial<WorkflowOptions> = {},
): WorkflowOptions => ({
	credential: customEndpoint(api.url),
	items,
	nodes: [chatNode({ attachments: { values: [{ type: 'document', binaryFields: 'data' }] }, ...parameters }, node)],
	...more,
});
const read = (items: INodeExecutionData[], parameters?: IDataObject, node?: Partial<INode>) =>
	runWorkflow(workflow(items, parameters, node));

const routes = (): string[] =>
	api.requests.map(({ method, url }) => `${method} ${url.replace(/file-\w+/, 'ID').replace('/v1', '')}`);
const requestsTo = (route: string): RecordedRequest[] => api.requests.filter((_, i) => routes()[i] === route);
const uploads = () => requestsTo('POST /files');
const chats = () => requestsTo('POST /chat/completions');
const isChat = ({ url }: RecordedRequest): boolean => url.endsWith('/chat/completions');
/** The texts of the last user message. */
const sentTexts = (index = -1): string[] => {
	const { messages } = chats().at(index)!.body as { messages: Array<{ content: Array<{ text: string }> }> };
	return messages.at(-1)!.content.map(({ text }) => text);
};
/** Nothing of what was put up is left. */
const expectNoFiles = () => {
	expect(api.files).toEqual([]);
	expect(requestsTo('DELETE /files/ID')).toHaveLength(uploads().filter(({ status }) => status === 200).length);
};

describe('a text', () => {
	test('joins the user message as text, with its name and where it ends, and goes nowhere else', async () => {
		await read([textItem('# Plan\nBuy lamps.\n', 'plan.md', 'text/markdown')]);
		expect(sentTexts()).toEqual(['Hello', '<document name="plan.md">\n# Plan\nBuy lamps.\n</document>']);
		expect(routes()).toEqual(['POST /chat/completions']);
	});

	const chinese = '你好，世界';
	const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
	const gb = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0xa3, 0xac, 0xca, 0xc0, 0xbd, 0xe7]);
	const iso2022 = Buffer.from('\x1b$BF|K\\\x1b(B', 'latin1');
	const asUtf16 = '<?xml version="1.0" encoding="UTF-16"?><a>12</a>';
	test.each<[string, Buffer, string, string, string]>([
		['UTF-8', Buffer.from(chinese), 'a.txt', 'text/plain', chinese],
		['UTF-8 with a mark', Buffer.from(`\ufeff${chinese}`), 'a.csv', 'text/csv', chinese],
		['UTF-16 LE with a mark', Buffer.from(`\ufeff${chinese}`, 'utf16le'), 'a.txt', 'text/plain', chinese],
		['UTF-16 BE with a mark', utf16be(`\ufeff${chinese}`), 'a.txt', 'text/plain', chinese],
		['UTF-16 LE', Buffer.from('Dear Ada, the lamps', 'utf16le'), 'a.txt', 'text/plain', 'Dear Ada, the lamps'],
		['UTF-16 BE', utf16be('Dear Ada, the lamps'), 'a.txt', 'text/plain', 'Dear Ada, the lamps'],
		['GB18030', gb, 'a.txt', 'text/plain', chinese],
		['the charset of its type', gb, 'a.csv', 'text/csv; charset=GB2312', chinese],
		['a charset that is not true', Buffer.from(chinese), 'a.csv', 'text/csv; charset=gb2312', chinese],
		['a charset that nobody knows', Buffer.from(chinese), 'a.csv', 'text/csv; charset=x-none', chinese],
		[
			'the charset of its XML declaration',
			Buffer.concat([
				Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><a>'),
				Buffer.from([0x93, 0xfa]),
				Buffer.from('</a>'),
			]),
			'a.xml',
			'application/xml',
			'<?xml version="1.0" encoding="Shift_JIS"?><a>日</a>',
		],
		[
			'the charset of its page',
			Buffer.concat([Buffer.from('<meta charset="big5"><p>'), Buffer.from([0xa4, 0xe9])]),
			'a.html',
			'text/html',
			'<meta charset="big5"><p>日',
		],
		['Windows-1252', Buffer.from('Caf\xe9 “na\xefve”'.replace(/[“”]/g, '\x94'), 'latin1'), 'a.txt', '', 'Café ”naïve”'],
		['Windows-1252 with letters after letters', Buffer.from('f\xfcr Gr\xfc\xdfe', 'latin1'), 'a.txt', '', 'für Grüße'],
		['the Windows-1252 of its type', Buffer.from([0x80, 0x35]), 'a.csv', 'text/csv; charset=ISO-8859-1', '€5'],
		['the ISO-2022-JP of its type', iso2022, 'a.txt', 'text/plain; charset=iso-2022-jp', '日本'],
		['UTF-8 whatever its type says', Buffer.from('你好'), 'a.csv', 'text/csv; charset=gb2312', '你好'],
		['UTF-8 whatever its type says, UTF-16', Buffer.from('lamp'), 'a.csv', 'text/csv; charset=utf-16', 'lamp'],
		['UTF-8 whatever its declaration says', Buffer.from(asUtf16), 'a.xml', 'text/xml', asUtf16],
		[
			'GB18030 whatever its declaration says',
			Buffer.concat([Buffer.from(asUtf16), gb]),
			'a.xml',
			'',
			asUtf16 + chinese,
		],
		[
			'GB18030 among ASCII',
			Buffer.concat([Buffer.alloc(70_000, 'a '), gb]),
			'a.txt',
			'',
			'a '.repeat(35_000) + chinese,
		],
		['UTF-8 that was cut', Buffer.from(`${chinese}！`).subarray(0, -1), 'a.txt', 'text/plain', `${chinese}\ufffd`],
		[
			'UTF-8 with a mark that was cut',
			Buffer.from(`\ufeff${chinese}！`).subarray(0, -2),
			'a.txt',
			'',
			`${chinese}\ufffd`,
		],
		['GB18030 that was cut', gb.subarray(0, -1), 'a.txt', 'text/plain', '你好，世\ufffd'],
		['a text of DOS with the mark of its end', Buffer.from('Lamps\r\n\x1a'), 'a.txt', '', 'Lamps\r\n\x1a'],
		['a text about PDF', Buffer.from('It begins with %PDF-1.7'), 'a.md', 'text/markdown', 'It begins with %PDF-1.7'],
		['JSON', Buffer.from('{"lamps": 12}'), 'a.json', 'application/json', '{"lamps": 12}'],
		['a text by no name', Buffer.from('Lamps'), '', 'application/octet-stream', 'Lamps'],
		['a text named as a PDF', Buffer.from('Not found'), 'a.pdf', 'application/pdf', 'Not found'],
		['a table named as a workbook', Buffer.from('<table>'), 'a.xls', 'application/vnd.ms-excel', '<table>'],
	])('is read in %s', async (_, bytes, name, type, expected) => {
		await read([textItem(bytes, name, type)]);
		expect(sentTexts()[1]).toBe(`<document name="${name || 'document.txt'}">\n${expected}\n</document>`);
		expect(uploads()).toEqual([]);
	});

	test('that has the mark of its end is put between others', async () => {
		const text = 'a</document>b</document-2>';
		await read([textItem(text)]);
		expect(sentTexts()[1]).toBe(`<document-3 name="notes.txt">\n${text}\n</document-3>`);
	});

	test('comes from base64, too', async () => {
		const base64 = Buffer.from('Lamps').toString('base64');
		await read([{ json: {} }], {
			attachments: {
				values: [
					{ type: 'document', source: 'base64', base64 },
					{ type: 'document', source: 'base64', base64: `data:text/plain;base64,${base64}` },
				],
			},
		});
		expect(sentTexts()).toEqual(['Hello', ...Array(2).fill('<document name="document.txt">\nLamps\n</document>')]);
	});

	test('stands where its attachment stands, among files of other types', async () => {
		await read(
			[
				{
					json: {},
					binary: {
						image: inItem(files.png(), { fileName: 'a.png', mimeType: 'image/png' }),
						notes: inItem(Buffer.from('Lamps'), { fileName: 'notes.txt', mimeType: 'text/plain' }),
						report: inItem(files.pdf(), asPdf),
					},
				},
			],
			{
				model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
				attachments: {
					values: [
						{ type: 'document', binaryFields: '*' },
						{ type: 'image', binaryFields: '*' },
					],
				},
			},
		);
		const { messages } = chats()[0]!.body as { messages: Array<{ content: Array<{ type: string; text?: string }> }> };
		expect(messages[0]!.content.map(({ type, text }) => text?.slice(0, 27) ?? type)).toEqual([
			'Hello',
			'<document name="notes.txt">',
			'<document name="report.pdf"',
			'image_url',
		]);
	});
});

describe('a document for the parser', () => {
	const ooxml = 'application/vnd.openxmlformats-officedocument';
	const kinds: Array<[string, Buffer, Named]> = [
		// What the emulator would take for a text that the page shows is not in it.
		['pdf', Buffer.concat([files.pdf(0), Buffer.alloc(300_001, 'page\0')]), asPdf],
		['doc', files.ole(), { fileName: 'a.doc', mimeType: 'application/msword' }],
		['docx', files.zip(), { fileName: 'a.docx', mimeType: `${ooxml}.wordprocessingml.document` }],
		['xls', files.ole(), { fileName: 'a.xls', mimeType: 'application/vnd.ms-excel' }],
		['xlsx', files.zip(), { fileName: 'a.xlsx', mimeType: `${ooxml}.spreadsheetml.sheet` }],
		['ppt', files.ole(), { fileName: 'a.ppt', mimeType: 'application/vnd.ms-powerpoint' }],
		['pptx', files.zip(), { fileName: 'a.pptx', mimeType: `${ooxml}.presentationml.presentation` }],
	];
	test.each(kinds)('goes up as it is, is read, and is gone before the answer: %s', async (_, content, named) => {
		for (const data of [inItem(content, named), await stored(content, named)]) {
			api.reset();
			const { json } = await read([item(data)]);
			expect(json('StepFun Chat')[0]).toMatchObject({ finish_reason: 'stop' });
			const [upload] = uploads();
			expect(upload).toMatchObject({
				status: 200,
				headers: { 'content-length': String(upload!.bodyBytes), authorization: 'Bearer sk-emulator' },
				upload: {
					valid: true,
					fields: { purpose: 'file-extract' },
					file: { name: named.fileName, contentType: named.mimeType, bytes: content.length, sha256: sha256(content) },
				},
			});
			expect(upload!.headers).not.toHaveProperty('transfer-encoding');
			expect(sentTexts()).toEqual([
				'Hello',
				`<document name="${named.fileName}">\nThe emulator's parser read ${named.fileName}: ${content.length} bytes, sha256 ${sha256(content)}.\n</document>`,
			]);
			expect(
				routes()
					.filter((route) => !route.startsWith('POST /chat'))
					.slice(0, 2),
			).toEqual(['POST /files', 'GET /files/ID/content']);
			expectNoFiles();
		}
	});

	test.each<[string, Buffer, string, string]>([
		['a PDF named as a text', files.pdf(), 'a.txt', 'a.txt.pdf'],
		['a PDF with something before it', Buffer.concat([Buffer.from('\r\n\r\n'), files.pdf()]), 'a.pdf', 'a.pdf'],
		['a PDF without a name', files.pdf(), '', 'document.pdf'],
		['a new workbook under an old name', files.zip(), 'a.xls', 'a.xls.xlsx'],
		['an old text under a new name', files.ole(), 'a.docx', 'a.docx.doc'],
		['a workbook without a name, by what it holds', files.zip('xl/workbook.xml'), '', 'document.xlsx'],
		['a workbook named as a text', files.zip('xl/workbook.xml'), 'a.docx', 'a.docx.xlsx'],
		['a new text named as a PDF', files.zip('word/document.xml'), 'a.pdf', 'a.pdf.docx'],
		['capitals', files.pdf(), 'A.PDF', 'A.PDF'],
	])('is named for what it is: %s', async (_, content, name, sent) => {
		await read([item(inItem(content, { fileName: name, mimeType: 'application/octet-stream' }))]);
		expect(uploads()[0]!.upload).toMatchObject({ valid: true, file: { name: sent, sha256: sha256(content) } });
		expectNoFiles();
	});

	test.each<[string, string[]]>([
		['ready at once', ['success']],
		['processed and never more', ['processed']],
		['without a status', ['']],
		['processed, processing, success', ['processed', 'processing', 'success']],
		['a long time', [...Array<string>(60).fill('processing'), 'success']],
		['another word', ['queued', 'Parsing…', 'completed']],
	])('is waited for: %s', async (_, fileStatuses) => {
		Object.assign(api.options, { fileStatuses });
		await read([pdfItem()]);
		expect(sentTexts()[1]).toContain('sha256');
		expectNoFiles();
	});

	test('whose text is not there yet is asked for again', async () => {
		api.options.fileStatuses = ['processed'];
		let asked = 0;
		api.fault(({ url }) => {
			if (!url.endsWith('/content')) return undefined;
			asked += 1;
			return [undefined, { status: 404, body: '{"error":{"message":"not ready"}}' }, { body: ' ' }, { status: 400 }][
				asked
			];
		});
		await read([pdfItem()]);
		expect(asked).toBe(4);
		expect(sentTexts()[1]).toContain('sha256');
		expectNoFiles();
	});

	test('that several items share is read once, and another one for itself', async () => {
		const [same, other] = [files.pdf(), files.pdf()];
		const items = [...Array<Buffer>(12).fill(same), other].map((content, i) =>
			pdfItem(content, { fileName: `${i}.pdf` }),
		);
		const { json } = await read(items);
		expect(json('StepFun Chat')).toHaveLength(13);
		expect(uploads()).toHaveLength(2);
		expect(requestsTo('GET /files/ID/content')).toHaveLength(2);
		for (let i = 0; i < 13; i += 1) expect(sentTexts(i)[1]).toContain(sha256(i === 12 ? other : same));
		expectNoFiles();
	});

	test('whose text cannot be had at once is asked for again as often as Retries say', async () => {
		api.options.fileStatuses = ['processed'];
		let asked = 0;
		api.fault(({ url }) => (url.endsWith('/content') && (asked += 1) <= 2 ? { status: 503 } : undefined));
		await read([pdfItem()]);
		expect(sentTexts()[1]).toContain('sha256');
		expectNoFiles();
	});

	const oneByOne = (times: number) => {
		const content = files.pdf();
		const items = Array.from({ length: times }, () => pdfItem(content));
		const parameters = { options: { maxConcurrentRequests: 1, retries: 0 } };
		return read(items, parameters, { onError: 'continueRegularOutput' });
	};

	test('is tried again for a later item where StepFun was out of order, and not where the document was', async () => {
		let tries = 0;
		api.fault(({ url }) => (url.endsWith('/files') && (tries += 1) === 1 ? { status: 503 } : undefined));
		const { json } = await oneByOne(3);
		expect(json('StepFun Chat').map(({ error }) => error !== undefined)).toEqual([true, false, false]);
		expect(uploads()).toHaveLength(2);
		expectNoFiles();
		api.reset();
		api.options.fileStatuses = ['failed'];
		expect((await oneByOne(3)).json('StepFun Chat').map(({ error }) => error)).toEqual(
			Array(3).fill(expect.objectContaining({ type: 'document_failed' })),
		);
		expect(uploads()).toHaveLength(1);
		expectNoFiles();
	});

	test('of more than n8n should hold is streamed from its store', async () => {
		const bytes = randomBytes(2 ** 20);
		const file = path.join(folder, 'large.pdf');
		const handle = await open(file, 'w');
		await handle.write(Buffer.from('%PDF-1.7\n'));
		for (let i = 1; i <= 20; i += 1) await handle.write(bytes, 0, bytes.length, i * bytes.length);
		await handle.close();
		const hash = createHash('sha256');
		for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
		await read([item(await stored(createReadStream(file), asPdf))]);
		expect(uploads()[0]!.upload!.file).toMatchObject({ bytes: 21 * 2 ** 20, sha256: hash.digest('hex') });
	});
});

describe('what stays on StepFun is nothing', () => {
	const ends: Array<[string, () => void, Partial<INode>]> = [
		['an answer', () => undefined, {}],
		[
			'a refused answer',
			// The first refusal ends the run, which may be before anything has been uploaded.
			() => api.fault((request) => (isChat(request) && uploads().length > 0 ? { status: 451 } : undefined)),
			{},
		],
		[
			'an item that fails while others go on',
			() => api.fault((request) => (isChat(request) ? { status: 451 } : undefined)),
			{ onError: 'continueRegularOutput' },
		],
		['a parser that fails', () => (api.options.fileStatuses = ['processing', 'failed']), {}],
		['a parser that finds nothing', () => (api.options.fileText = ''), {}],
		['a parser that never ends', () => (api.options.fileStatuses = ['processing']), {}],
		[
			'content that is gone',
			() => api.fault(({ url }) => (url.endsWith('/content') ? { status: 404 } : undefined)),
			{},
		],
		['content that fails', () => api.fault(({ url }) => (url.endsWith('/content') ? { status: 500 } : undefined)), {}],
	];
	test.each(ends)('after %s', async (_, prepare, node) => {
		prepare();
		await read([pdfItem(), pdfItem(), textItem('Lamps')], {}, node);
		expect(uploads().length).toBeGreaterThan(0);
		expectNoFiles();
	});

	test.each<[string, (request: RecordedRequest) => Fault | undefined, string]>([
		[
			'an upload is being answered',
			({ method }) => (method === 'POST' ? { delayMs: 2_000 } : undefined),
			'POST /files',
		],
		['StepFun reads', () => undefined, 'GET /files/ID'],
		[
			'the text is on its way',
			({ url }) => (url.endsWith('/content') ? { delayMs: 60_000 } : undefined),
			'GET /files/ID/content',
		],
		[
			'the model answers',
			(request) => (isChat(request) ? { stallAfterChunks: 2 } : undefined),
			'POST /chat/completions',
		],
	])('after Stop while %s', async (_, fault, until) => {
		if (until === 'GET /files/ID') api.options.fileStatuses = ['processing'];
		api.fault(fault);
		const execution = startWorkflow(workflow([pdfItem(), pdfItem()]));
		while (!routes().includes(until)) await clock.sleep(10);
		await clock.sleep(50);
		execution.cancel();
		const run = await execution;
		expect(run.status).toBe('canceled');
		// n8n does not wait for the node.
		while (requestsTo('DELETE /files/ID').length < uploads().length) await clock.sleep(50);
		expectNoFiles();
		expect(chats().filter(({ finished }) => finished)).toEqual([]);
	});

	test('also when the deletion succeeds only the second time', async () => {
		let tries = 0;
		api.fault(({ method }) => (method === 'DELETE' && (tries += 1) === 1 ? { status: 503 } : undefined));
		await read([pdfItem()]);
		expect(api.files).toEqual([]);
	});

	test.each<[Fault]>([[{ status: 500 }], [{ body: '{"object":"file","deleted":false}' }]])(
		'and what cannot be deleted is told, and no error: %j',
		async (fault) => {
			api.fault(({ method }) => (method === 'DELETE' ? fault : undefined));
			const { run, json } = await read([pdfItem()]);
			expect(json('StepFun Chat')[0]).toMatchObject({ finish_reason: 'stop' });
			const { hints } = run.data.resultData.runData['StepFun Chat']![0]!;
			expect(hints).toEqual([
				expect.objectContaining({ type: 'warning', message: expect.stringContaining(api.files[0]!.id) }),
			]);
		},
	);
});

describe('is told before anything is paid for:', () => {
	const large = async (name: string, bytes: number, start = '%PDF-1.7\n'): Promise<IBinaryData> => {
		const file = path.join(folder, `sparse-${bytes}`);
		const handle = await open(file, 'w');
		await handle.write(Buffer.from(start));
		await handle.truncate(bytes);
		await handle.close();
		return await stored(createReadStream(file), { fileName: name, mimeType: '' });
	};
	const binary =
		(content: Buffer, name: string, mimeType = '') =>
		() =>
			item(inItem(content, { fileName: name, mimeType }));
	const words = (count: number) => Buffer.from('lamp '.repeat(count));

	test.each<[string, () => INodeExecutionData | Promise<INodeExecutionData>, string, string]>([
		[
			'an empty file',
			async () => item(await stored(Buffer.alloc(0), asPdf)),
			'is empty',
			'node that the file comes from',
		],
		[
			'a file that n8n has deleted since',
			() =>
				item({
					data: 'filesystem',
					id: 'filesystem:workflows/w/executions/1/binary_data/gone',
					mimeType: 'text/plain',
				}),
			'is empty, or n8n no longer has it',
			'Check the node',
		],
		['a text of blanks', binary(Buffer.from(' \n\t '), 'a.txt'), 'contains no text', 'Type Image'],
		[
			'bytes named as a text',
			binary(Buffer.from([1, 2, 3, 0, 255, 0, 7, 7]), 'a.txt', 'text/plain'),
			'is text/plain, and neither text nor one of PDF',
			'convert the file first',
		],
		[
			'bytes behind the beginning of a text',
			binary(Buffer.concat([Buffer.alloc(5000, 'a'), Buffer.from([0xff, 0, 0xff])]), 'a.txt'),
			'its bytes are no text',
			'UTF-8',
		],
		['an image', binary(files.png(), 'a.pdf', 'application/pdf'), 'is image/png, and neither', 'Choose another Type'],
		['a video', binary(files.mp4(), 'a.docx'), 'is video/mp4, and neither', 'Choose another Type'],
		[
			'an archive',
			binary(files.zip('photos/1.jpg'), 'a.zip', 'application/zip'),
			'is application/zip, and neither',
			'convert the file first',
		],
		[
			'an archive named as a PDF',
			binary(files.zip('photos/1.jpg'), 'a.pdf', 'application/pdf'),
			'is application/pdf, and neither',
			'convert',
		],
		[
			'a PDF of 64 MB and a byte',
			async () => item(await large('a.pdf', 64 * 2 ** 20 + 1)),
			'is 67,108,865 bytes, but the limit for such a document is 64 MB',
			'Split it',
		],
		[
			'a text of 10 MB and a byte',
			async () => item(await large('a.txt', 10 * 2 ** 20 + 1, 'a'.repeat(5000))),
			'is 10,485,761 bytes, but the limit for such a document is 10 MB',
			'Split it',
		],
		[
			'more words than the model takes',
			binary(words(300_000), 'a.txt'),
			'are at least about 300,006 tokens long, but step-3.5-flash takes at most 262,144',
			'step-5-preview',
		],
		[
			'more Chinese than the model takes',
			binary(Buffer.from('灯'.repeat(700_000)), 'a.txt'),
			'are at least about 280,006 tokens long',
			'split them into parts',
		],
	])('%s', async (_, given, message, hint) => {
		const { run } = await read([await given()]);
		expect(run.data.resultData.error).toMatchObject({
			message: expect.stringContaining(message),
			description: expect.stringContaining(hint),
			context: { itemIndex: 0 },
		});
		expect(api.requests).toEqual([]);
	});

	test('what fits is never refused, and nothing is known of other models', async () => {
		await read([textItem(words(260_000))]);
		expect(chats()).toHaveLength(1);
		await read([textItem(words(300_000))], { model: { __rl: true, mode: 'id', value: 'a-model-of-a-gateway' } });
		expect(chats()).toHaveLength(2);
	});

	test('a text from the parser that the model does not take', async () => {
		api.options.fileText = words(300_000).toString();
		const { run } = await read([pdfItem()]);
		expect(run.data.resultData.error!.message).toContain('300,006 tokens');
		expect(chats()).toEqual([]);
		expectNoFiles();
	});

	test('a text from the parser that is larger than any model takes', async () => {
		api.options.fileText = 'a'.repeat(10 * 2 ** 20 + 1);
		const { run } = await read([pdfItem()]);
		expect(run.data.resultData.error!.message).toContain('is larger than 10 MB');
		expectNoFiles();
	});

	test('a fault in another field, before a file goes up', async () => {
		const { run } = await read([pdfItem()], { tools: { functions: [{ name: 'no blanks' }] } });
		expect(run.status).toBe('error');
		expect(api.requests).toEqual([]);
	});

	test('files that are no documents are left aside by *', async () => {
		await read(
			[
				{
					json: {},
					binary: {
						a: inItem(files.png(), { fileName: 'a.png', mimeType: 'image/png' }),
						b: inItem(Buffer.from('Lamps'), { fileName: 'b.txt', mimeType: 'text/plain' }),
					},
				},
			],
			{
				attachments: { values: [{ type: 'document', binaryFields: '*' }] },
			},
		);
		expect(sentTexts()).toEqual(['Hello', '<document name="b.txt">\nLamps\n</document>']);
	});
});

describe('a hostile name', () => {
	test.each<[string, string, string]>([
		['a path', '/etc/../../home/ada/report.pdf', 'report.pdf'],
		['a path of Windows', 'C:\\Users\\Ada\\report.pdf', 'report.pdf'],
		['line breaks', 'a\r\nx-evil: 1\r\n\r\n.pdf', 'a\r\nx-evil: 1\r\n\r\n.pdf'],
		['quotes', 'a"; name="purpose".pdf', 'a"; name="purpose".pdf'],
		['an emoji and Chinese', '📄 报告.pdf', '📄 报告.pdf'],
		['half an emoji', '\ud83d.pdf', '\ufffd.pdf'],
		['nothing but a path', 'a/b/', 'document.pdf'],
		['a very long one', `${'a'.repeat(5_000)}.pdf`, `${'a'.repeat(5_000)}.pdf`],
		['the mark of a form', '------stepfun-\r\n--.pdf', '------stepfun-\r\n--.pdf'],
	])('is sent as browsers send it: %s', async (_, fileName, expected) => {
		const content = files.pdf();
		await read([pdfItem(content, { fileName })]);
		expect(uploads()[0]!.upload).toEqual({
			valid: true,
			fields: { purpose: 'file-extract' },
			file: expect.objectContaining({ name: expected, sha256: sha256(content) }),
		});
		expect(sentTexts()[1]!.split('\n')[0]).toMatch(/^<document name="[^"<>\r\n]*">$/);
		expectNoFiles();
	});

	test('a bomb named docx goes up untouched', async () => {
		const bomb = files.zip('word/document.xml', 200_000);
		await read([item(inItem(bomb, { fileName: 'bomb.docx', mimeType: '' }))]);
		expect(uploads()[0]!.upload!.file).toMatchObject({ sha256: sha256(bomb), bytes: bomb.length });
	});
});

describe('the item says what happened', () => {
	const errorOf = async (prepare: () => void, parameters: IDataObject = {}, more: Partial<WorkflowOptions> = {}) => {
		prepare();
		const options = workflow([pdfItem()], parameters);
		const { run } = await runWorkflow({ ...options, ...more });
		expect(chats()).toEqual([]);
		return run.data.resultData.error as Error & { description: string };
	};

	test('when StepFun cannot read the document, in its words, without the key', async () => {
		const body = '{"id":"file-1","object":"file","status":"failed","status_details":"bad xref for sk-emulator"}';
		const { message } = await errorOf(() => api.fault(({ method }) => (method === 'POST' ? { body } : undefined)));
		expect(message).toBe('StepFun could not read the file "data" of attachment 1: bad xref for sk-[…]');
	});

	test.each([[['success']], [['processed']]])('when the pages are scanned (%s)', async (fileStatuses) => {
		const { message, description } = await errorOf(() => Object.assign(api.options, { fileStatuses, fileText: ' \n' }));
		expect(message).toBe('StepFun found no text in the file "data" of attachment 1');
		expect(description).toContain('Type Image');
	});

	test('when the parser is never ready', async () => {
		const started = clock.now();
		const { message } = await errorOf(() => (api.options.fileStatuses = ['processing']));
		expect(message).toContain(
			'was not done with the file "data" of attachment 1 within 600 seconds; its status is "processing"',
		);
		expect(clock.now() - started).toBeLessThan(620_000);
		expectNoFiles();
	});

	test('when the parser takes longer than Total Timeout', async () => {
		const started = clock.now();
		const { message } = await errorOf(() => (api.options.fileStatuses = ['processing']), {
			options: { totalTimeout: 20_000 },
		});
		expect(message).toContain('within 20 seconds');
		expect(clock.now() - started).toBeLessThan(25_000);
		expectNoFiles();
	});

	test('when the route of the text is silent', async () => {
		const { message } = await errorOf(
			() => api.fault(({ url }) => (url.endsWith('/content') ? { stallBeforeHeaders: true } : undefined)),
			{ options: { timeout: 5_000 } },
		);
		expect(message).toContain('The server sent nothing for 5 seconds');
		expectNoFiles();
	});

	test.each([404, 405])('when a gateway has no files (%i)', async (status) => {
		const { message, description } = await errorOf(() =>
			api.fault(({ url }) => (url.includes('/files') ? { status, body: '404 page not found' } : undefined)),
		);
		expect(message).toBe(`There is no files API at ${api.url}/files`);
		expect(description).toContain("n8n's node Extract from File");
		expect(uploads()).toHaveLength(1);
	});

	test('when the plan has no files, without asking', async () => {
		const { message } = await errorOf(
			() => undefined,
			{},
			{ credential: customEndpoint(`${api.origin}/step_plan/v1`) },
		);
		expect(message).toBe(`There is no files API at ${api.origin}/step_plan/v1/files`);
		expect(api.requests).toEqual([]);
	});

	test('when the upload is answered by a web page', async () => {
		const { message } = await errorOf(() =>
			api.fault(({ method }) => (method === 'POST' ? { body: '<html>Log in</html>' } : undefined)),
		);
		expect(message).toContain('something other than a file');
		expect(uploads()).toHaveLength(1);
	});

	test('when the account has too many files', async () => {
		const { message, description } = await errorOf(() => (api.options.fileLimit = 0));
		expect(message).toContain('file count exceeds 0');
		expect(description).toContain('Check the file');
	});

	test('an upload is tried again, with the same bytes', async () => {
		let tries = 0;
		api.fault(({ method, url }) =>
			method === 'POST' && url.endsWith('/files') && (tries += 1) < 3 ? { status: 503 } : undefined,
		);
		await read([pdfItem()]);
		expect(new Set(uploads().map(({ upload }) => upload!.file!.sha256)).size).toBe(1);
		expect(uploads()).toHaveLength(3);
		expectNoFiles();
	});
});
