import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();
let folder: string;
const binaries = (): BinaryDataService => Container.get(BinaryDataService);

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-stepfun-binary-'));
	Container.get(BinaryDataConfig).localStoragePath = folder;
	await binaries().init();
	binaries().setManager('database', fakeDatabase as never);
});
afterAll(() => rm(folder, { recursive: true }));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** n8n's own file store. */
const stored = async (content: Buffer | Readable, mimeType: string): Promise<IBinaryData> =>
	await binaries().store({ type: 'execution', workflowId: 'w', executionId: '1' }, content, { data: '', mimeType });

const inMemory = (content: Buffer, mimeType: string): IBinaryData => ({ data: content.toString('base64'), mimeType });

/** A store that gives its streams in pieces of any size, as databases and S3 do. */
const blobs = new Map<string, Buffer>();
const fakeDatabase = {
	async getAsStream(id: string) {
		const content = blobs.get(id)!;
		return Readable.from(
			Array.from({ length: Math.ceil(content.length / 1000) }, (_, i) => content.subarray(i * 1000, (i + 1) * 1000)),
		);
	},
	async getMetadata(id: string) {
		return { fileSize: blobs.get(id)!.length };
	},
};
function inDatabase(content: Buffer, mimeType: string): IBinaryData {
	const id = String(blobs.size);
	blobs.set(id, content);
	return { id: `database:${id}`, data: 'database', mimeType };
}

/** Asks about what an item brings; the model of the test sees and hears. */
const describeItem = (
	attachments: IDataObject[],
	item: INodeExecutionData,
	parameters: IDataObject = {},
	settings: IDataObject = {},
) =>
	runWorkflow({
		credential: customEndpoint(api.url),
		items: [item],
		settings,
		nodes: [
			chatNode({
				model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
				attachments: { values: attachments },
				...parameters,
			}),
		],
	});

const lastMessages = (): Array<{ role: string; content: unknown }> =>
	(api.requests.at(-1)!.body as { messages: Array<{ role: string; content: unknown }> }).messages;
const item = (binary: Record<string, IBinaryData>): INodeExecutionData => ({ json: {}, binary });
const dataUrl = (type: string, content: Buffer): string => `data:${type};base64,${content.toString('base64')}`;

test('an image of the item joins the user message after its text, with no setting but Add Attachment', async () => {
	const image = files.png();
	await describeItem([{}], item({ data: await stored(image, 'image/png') }), {
		messages: {
			values: [
				{ role: 'system', content: 'Be brief' },
				{ role: 'user', content: 'What is this?' },
			],
		},
	});
	expect(lastMessages()).toEqual([
		{ role: 'system', content: 'Be brief' },
		{
			role: 'user',
			content: [
				{ type: 'text', text: 'What is this?' },
				{ type: 'image_url', image_url: { url: dataUrl('image/png', image) } },
			],
		},
	]);
});

test('attachments join the last user message of a conversation, which may have no text', async () => {
	const image = files.jpeg();
	await describeItem([{ type: 'image' }], item({ data: inMemory(image, 'image/jpeg') }), {
		messages: {
			values: [
				{ role: 'user', content: 'I send you a picture' },
				{ role: 'assistant', content: 'Go ahead' },
				{ role: 'user', content: '' },
			],
		},
	});
	expect(lastMessages().map(({ content }) => content)).toEqual([
		'I send you a picture',
		'Go ahead',
		[{ type: 'image_url', image_url: { url: dataUrl('image/jpeg', image) } }],
	]);
});

describe.each<[mode: string, store: (content: Buffer, mimeType: string) => IBinaryData | Promise<IBinaryData>]>([
	['n8n keeps in files', stored],
	['n8n keeps in a database or S3', inDatabase],
	['n8n keeps in the item itself', inMemory],
])('a file that %s', (_, store) => {
	test.each([
		['image', files.webp(300_001), 'image/webp'],
		['video', files.mp4(2_000_000), 'video/mp4'],
		['audio', files.mp3(700_000), 'audio/mpeg'],
	])('arrives as it is: %s', async (type, content, mimeType) => {
		const { json } = await describeItem([{ type }], item({ data: await store(content, mimeType) }));
		expect(json('StepFun Chat')[0]!['content']).toContain(
			`${mimeType}, ${content.length} bytes, sha256 ${sha256(content)}`,
		);
		const { headers, bodyBytes } = api.requests[0]!;
		expect(headers).toMatchObject({ 'content-length': String(bodyBytes), 'content-type': 'application/json' });
		expect(headers).not.toHaveProperty('transfer-encoding');
	});

	test('is told by its own bytes when n8n knows no type', async () => {
		for (const [mimeType, content, type, sent] of [
			['application/octet-stream', files.gif(1), 'image', 'image/gif'],
			['text/plain', files.wav(), 'audio', 'audio/wav'],
			['', files.mov(), 'video', 'video/quicktime'],
		] as const) {
			const { json } = await describeItem([{ type }], item({ data: await store(content, mimeType) }));
			expect(json('StepFun Chat')[0]!['content']).toContain(
				`${sent}, ${content.length} bytes, sha256 ${sha256(content)}`,
			);
		}
	});

	test('is sent again, from its first byte, when the first try did not succeed', async () => {
		api.fault({ status: 503, retryAfter: '0' });
		const content = files.png(100_000);
		const { json } = await describeItem([{}], item({ data: await store(content, 'image/png') }));
		expect(json('StepFun Chat')[0]!['content']).toContain(sha256(content));
		expect(api.requests).toHaveLength(2);
		expect(api.requests[1]!.bodySha256).toBe(api.requests[0]!.bodySha256);
	});
});

test.each([12, 600, 3_000])(
	'sixty images of %i bytes arrive as they are, while the connection is opened',
	async (size) => {
		const images = Array.from({ length: 60 }, () => files.png(size));
		for (const put of [inMemory, inDatabase]) {
			await describeItem(
				[{ type: 'image' }],
				item(Object.fromEntries(images.map((image, i) => [`image${i}`, put(image, 'image/png')]))),
			);
			expect(lastMessages()[0]!.content).toEqual([
				{ type: 'text', text: 'Hello' },
				...images.map((image) => ({ type: 'image_url', image_url: { url: dataUrl('image/png', image) } })),
			]);
		}
	},
);

test('a large file arrives as it is at a server that reads slowly', async () => {
	const content = files.mp4(24_000_000);
	const hash = createHash('sha256');
	const server = createServer((request, response) => {
		void (async () => {
			let seen = 0;
			for await (const chunk of request as AsyncIterable<Buffer>) {
				// Many times as much as lies in all buffers on the way is written over while the server sleeps.
				if ((seen += 1) % 25 === 0) await sleep(10);
				hash.update(chunk);
			}
			const choice = { index: 0, message: { role: 'assistant', content: 'Seen' }, finish_reason: 'stop' };
			response.end(JSON.stringify({ id: 'c', model: 'm', choices: [choice] }));
		})();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	for (const [name, text] of [
		['stored', undefined],
		['in JSON', '灯𝄞'.repeat(300_000)],
		['in small pieces', undefined],
	] as const) {
		const { json } = await runWorkflow({
			credential: customEndpoint(url),
			items: [item({ data: await (name === 'in small pieces' ? inDatabase : stored)(content, 'video/mp4') })],
			nodes: [
				chatNode({
					model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
					messages: { values: [{ role: 'user', content: text ?? 'What is it?' }] },
					attachments: { values: [{ type: 'video' }] },
					options: { timeout: 1e9 },
				}),
			],
		});
		expect({ name, content: json('StepFun Chat')[0]!['content'] }).toEqual({ name, content: 'Seen' });
	}
	server.close();
	const body = (text: string): string =>
		JSON.stringify({
			model: 'step-3.7-flash',
			messages: [
				{
					role: 'user',
					content: [
						{ type: 'text', text },
						{ type: 'video_url', video_url: { url: dataUrl('video/mp4', content) } },
					],
				},
			],
			stream: true,
		});
	const expected = createHash('sha256')
		.update(body('What is it?'))
		.update(body('灯𝄞'.repeat(300_000)))
		.update(body('What is it?'));
	expect(hash.digest('hex')).toBe(expected.digest('hex'));
});

describe('files of an item', () => {
	const [a, b, film, talk] = [files.png(), files.jpeg(), files.mp4(), files.mp3()];
	const many = (): INodeExecutionData =>
		item({
			attachment_0: inMemory(a, 'image/png'),
			attachment_1: inMemory(film, 'video/mp4'),
			attachment_2: inMemory(b, 'application/octet-stream'),
			talk: inMemory(talk, 'audio/mpeg'),
		});
	const urls = (): unknown[] =>
		(lastMessages()[0]!.content as Array<Record<string, Record<string, string>>>)
			.map((part) => part['image_url']?.['url'] ?? part['video_url']?.['url'] ?? part['input_audio']?.['data'])
			.filter(Boolean);

	test.each([
		['a list of names', 'attachment_2 , attachment_0', [dataUrl('image/jpeg', b), dataUrl('image/png', a)]],
		['a pattern', 'attachment_*', [dataUrl('image/png', a), dataUrl('image/jpeg', b)]],
		['all', '*', [dataUrl('image/png', a), dataUrl('image/jpeg', b)]],
		['a list from an expression', '={{ ["attachment_0"] }}', [dataUrl('image/png', a)]],
	])('are taken by %s, images only', async (_, binaryFields, expected) => {
		await describeItem([{ type: 'image', binaryFields }], many());
		expect(urls()).toEqual(expected);
	});

	test.each([
		['Form, after the labels of its fields', { Your_Photo: 'image/png', Receipt_0: 'image/jpeg', Note: 'text/plain' }],
		['Chat', { data0: 'image/png', data1: 'image/jpeg', data2: 'application/pdf' }],
		['an e-mail', { attachment_0: 'image/png', attachment_1: 'application/pdf', attachment_2: 'image/jpeg' }],
		['HTTP Request', { data: 'image/png', data_0: 'image/jpeg' }],
		['a source that knows no types', { a: 'application/octet-stream', b: '', c: 'application/octet-stream' }],
	])('are all taken without a name, whatever they are called: %s', async (_, types) => {
		const contents = [a, b, files.pdf()];
		const kinds = Object.values(types);
		const bytes = kinds.map((type, i) =>
			type === 'image/png'
				? a
				: type === 'image/jpeg'
					? b
					: type.includes('/') && !type.includes('octet')
						? files.pdf()
						: contents[i]!,
		);
		const binary = Object.fromEntries(Object.keys(types).map((name, i) => [name, inMemory(bytes[i]!, kinds[i]!)]));
		await describeItem([{ type: 'image' }], item(binary));
		expect(urls()).toEqual([dataUrl('image/png', a), dataUrl('image/jpeg', b)]);
	});

	test('are found without a name where n8n puts them in its combined binary mode', async () => {
		Container.get(BinaryDataConfig).mode = 'filesystem';
		try {
			for (const values of [[{}], [{ binaryFields: 'Photo' }], [{ binaryFields: '_files.Photo' }]]) {
				const { run } = await describeItem(
					values,
					item({ Photo: await stored(a, 'image/png') }),
					{},
					{ binaryMode: 'combined' },
				);
				const [start] = run.data.resultData.runData['Start']![0]!.data!['main']![0]!;
				expect(start).toMatchObject({ json: { _files: { Photo: { mimeType: 'image/png' } } }, binary: undefined });
				expect(urls()).toEqual([dataUrl('image/png', a)]);
			}
		} finally {
			Container.get(BinaryDataConfig).mode = 'default';
		}
	});

	test('of another type are left to attachments of that type', async () => {
		await describeItem([{ type: 'image' }, { type: 'video' }, { type: 'audio' }], many());
		expect(urls()).toEqual([
			dataUrl('image/png', a),
			dataUrl('image/jpeg', b),
			dataUrl('video/mp4', film),
			dataUrl('audio/mpeg', talk),
		]);
	});

	test('stand where Position says, each in the order of the panel', async () => {
		const values = [
			{ type: 'video', position: 'beforeText' },
			{ type: 'image', binaryFields: 'attachment_0' },
			{ type: 'audio', position: 'beforeText' },
			{ type: 'image', binaryFields: 'attachment_2', position: 'afterText' },
		];
		const types = (): string[] => (lastMessages().at(-1)!.content as Array<{ type: string }>).map(({ type }) => type);
		await describeItem(values, many());
		expect(types()).toEqual(['video_url', 'input_audio', 'text', 'image_url', 'image_url']);
		await describeItem(values, many(), { messages: { values: [{ role: 'user', content: '' }] } });
		expect(types()).toEqual(['video_url', 'input_audio', 'image_url', 'image_url']);
		const parts = [
			{ type: 'text', text: 'Compare' },
			{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
			{ type: 'text', text: 'with the next' },
		];
		await describeItem(values, many(), {
			specifyMessages: 'json',
			messagesJson: JSON.stringify([
				{ role: 'user', content: parts },
				{ role: 'assistant', content: 'Go on' },
				{ role: 'user', content: parts },
			]),
		});
		expect(lastMessages()[0]!.content).toEqual(parts);
		expect(types()).toEqual(['video_url', 'input_audio', 'text', 'image_url', 'text', 'image_url', 'image_url']);
	});

	test('may be absent where a pattern takes what there is', async () => {
		await describeItem([{ type: 'image', binaryFields: 'photo_*' }], many());
		expect(lastMessages()).toEqual([{ role: 'user', content: 'Hello' }]);
	});

	test('of several types stand in the order of the panel', async () => {
		await describeItem(
			[
				{ type: 'audio', binaryFields: 'talk' },
				{ type: 'image', binaryFields: '*', detail: 'high' },
				{ type: 'video', binaryFields: 'attachment_1' },
			],
			many(),
		);
		expect(lastMessages()[0]!.content).toEqual([
			{ type: 'text', text: 'Hello' },
			{ type: 'input_audio', input_audio: { data: dataUrl('audio/mpeg', talk) } },
			{ type: 'image_url', image_url: { url: dataUrl('image/png', a), detail: 'high' } },
			{ type: 'image_url', image_url: { url: dataUrl('image/jpeg', b), detail: 'high' } },
			{ type: 'video_url', video_url: { url: dataUrl('video/mp4', film) } },
		]);
	});

	test('are found among the fields where a workflow keeps them there', async () => {
		await describeItem([{ binaryFields: 'files.photo' }, { binaryFields: '*' }], {
			json: { cover: inMemory(a, 'image/png'), files: { photo: inMemory(b, 'image/jpeg') } } as unknown as IDataObject,
		});
		expect(urls()).toEqual([dataUrl('image/jpeg', b), dataUrl('image/png', a)]);
	});
});

test('addresses are passed on as they are, one or a list of them', async () => {
	await describeItem(
		[
			{ type: 'image', source: 'url', url: '={{ $json.pictures }}', detail: 'low' },
			{ type: 'video', source: 'url', url: 'stepfile://file-42' },
		],
		{ json: { pictures: ['https://example.com/a b.png?x=1&y="2"', 'http://example.com/c'] } },
	);
	expect(lastMessages()[0]!.content).toEqual([
		{ type: 'text', text: 'Hello' },
		{ type: 'image_url', image_url: { url: 'https://example.com/a b.png?x=1&y="2"', detail: 'low' } },
		{ type: 'image_url', image_url: { url: 'http://example.com/c', detail: 'low' } },
		{ type: 'video_url', video_url: { url: 'stepfile://file-42' } },
	]);
});

test('audio may come as text, with or without the head of a data URL', async () => {
	const [talk, song] = [files.wav(), files.mp3()];
	await describeItem(
		[
			{ type: 'audio', source: 'base64', base64: '={{ $json.talk }}' },
			{ type: 'audio', source: 'base64', base64: '={{ $json.song }}' },
		],
		{ json: { talk: talk.toString('base64'), song: dataUrl('audio/mp3', song) } },
	);
	expect(lastMessages()[0]!.content).toEqual([
		{ type: 'text', text: 'Hello' },
		{ type: 'input_audio', input_audio: { data: dataUrl('audio/wav', talk) } },
		{ type: 'input_audio', input_audio: { data: dataUrl('audio/mpeg', song) } },
	]);
});

test.each<[string, (base64: string) => string]>([
	['LF', (base64) => base64.replace(/.{76}/g, '$&\n')],
	['CRLF', (base64) => base64.replace(/.{64}/g, '$&\r\n')],
	['one at the end', (base64) => `${base64}\n`],
])('line breaks in base64 are left out wherever it stands: %s', async (_, written) => {
	const [talk, photo] = [files.wav(500), files.png(700)];
	const given = {
		talk: written(talk.toString('base64')),
		photo: `data:image/png;base64,${written(photo.toString('base64'))}`,
	};
	const parts = [
		{ type: 'text', text: 'What is this?' },
		{ type: 'input_audio', input_audio: { data: given.talk } },
		{ type: 'image_url', image_url: { url: given.photo } },
	];
	const { run } = await describeItem(
		[{ type: 'audio', source: 'base64', base64: '={{ $json.talk }}' }, { type: 'image' }],
		{
			json: { ...given, parts },
			binary: { data: { data: written(photo.toString('base64')), mimeType: 'image/png' } },
		},
		{ specifyMessages: 'json', messagesJson: '={{ [{ role: "user", content: $json.parts }] }}' },
	);
	expect(run.status).toBe('success');
	const audio = { type: 'input_audio', input_audio: { data: dataUrl('audio/wav', talk) } };
	const image = { type: 'image_url', image_url: { url: dataUrl('image/png', photo) } };
	expect(lastMessages()[0]!.content).toEqual([parts[0], audio, image, audio, image]);
	const { headers, bodyBytes } = api.requests.at(-1)!;
	expect(Number(headers['content-length'])).toBe(bodyBytes);
});

test('parts in JSON messages pass through, and attachments join them', async () => {
	const [own, file] = [files.png(), files.jpeg()];
	const parts = [
		{ type: 'text', text: 'Compare' },
		{ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'high' } },
		{ type: 'video_url', video_url: { url: 'https://example.com/b.mp4' } },
		{ type: 'image_url', image_url: { url: dataUrl('image/png', own) } },
		{ type: 'input_audio', input_audio: { data: dataUrl('audio/wav', files.wav(0)) } },
	];
	await describeItem(
		[{}],
		{ json: { parts }, binary: { data: inMemory(file, 'image/jpeg') } },
		{ specifyMessages: 'json', messagesJson: '={{ [{ role: "user", content: $json.parts }] }}' },
	);
	expect(lastMessages()).toEqual([
		{ role: 'user', content: [...parts, { type: 'image_url', image_url: { url: dataUrl('image/jpeg', file) } }] },
	]);
});

describe('is told before anything is sent:', () => {
	const sparse = async (head: Buffer, size: number): Promise<Readable> => {
		const name = path.join(folder, `sparse-${size}`);
		const file = await open(name, 'w');
		await file.write(head);
		await file.truncate(size);
		await file.close();
		return createReadStream(name);
	};

	test.each<
		[
			what: string,
			attachments: IDataObject[],
			item: () => INodeExecutionData | Promise<INodeExecutionData>,
			message: string,
			hint: string,
		]
	>([
		[
			'a missing file',
			[{ binaryFields: 'photo' }],
			() => item({ data: inMemory(files.png(), 'image/png') }),
			'no file in the field "photo", which is one of the Input Data Field Name(s) of attachment 1',
			'In this item: data.',
		],
		[
			'In this item: none.',
			[{ type: 'video' }],
			() => ({ json: {} }),
			'The input item has no video that StepFun accepts for attachment 1',
			'In this item: none.',
		],
		[
			'no file of the type, among several',
			[{ type: 'audio', binaryFields: ' ' }],
			() => item({ cv: inMemory(files.pdf(), 'application/pdf'), photo: inMemory(files.png(), 'image/png') }),
			'The input item has no audio that StepFun accepts for attachment 1',
			'In this item: cv (application/pdf), photo (image/png).',
		],
		[
			'no file in the field that is named',
			[{ binaryFields: 'data' }],
			() => item({ photo: inMemory(files.png(), 'image/png') }),
			'no file in the field "data"',
			'In this item: photo.',
		],
		[
			'a PDF as an image',
			[{}],
			() => item({ data: inMemory(files.pdf(), 'application/pdf') }),
			'the file "data" of attachment 1 is application/pdf, but StepFun accepts only JPG, PNG, WebP and static GIF as image',
			"In StepFun Chat, choose Document as the Type of the attachment; or read it with n8n's node Extract from File",
		],
		[
			'OGG audio',
			[{ type: 'audio' }],
			() => item({ data: inMemory(files.ogg(), 'audio/ogg') }),
			'is audio/ogg, but StepFun accepts only MP3 and WAV as audio',
			'Convert',
		],
		[
			'a moving GIF',
			[{ binaryFields: '*' }],
			async () => item({ data: await stored(files.gif(3), 'image/gif') }),
			'the file "data" of attachment 1 is an animated GIF',
			'still image',
		],
		[
			'an MP4 of 200 MB',
			[{ type: 'video' }],
			async () => item({ data: await stored(await sparse(files.mp4(), 200 * 2 ** 20), 'video/mp4') }),
			'A video in the messages is 200 MB, but StepFun accepts at most 128 MB',
			'compress',
		],
		[
			'images of 21 MB',
			[{ binaryFields: '*' }],
			async () => item({ a: await stored(await sparse(files.png(), 21 * 2 ** 20), 'image/png') }),
			'The images in the messages are 21 MB in total, but StepFun accepts at most 20 MB',
			'smaller',
		],
		[
			'audio of 8 MB',
			[{ type: 'audio' }],
			async () => item({ data: await stored(await sparse(files.wav(), 8 * 2 ** 20), 'audio/wav') }),
			'The audio in the messages is 10.7 MB as base64, but StepFun accepts at most 10 MB',
			'MP3',
		],
		[
			'61 images',
			[{ source: 'url', url: `={{ Array(61).fill("https://example.com/a.png") }}` }],
			() => ({ json: {} }),
			'The messages contain 61 images, but StepFun accepts at most 60 in one request',
			'Remove some',
		],
		['no address', [{ source: 'url', url: '' }], () => ({ json: {} }), 'the URL of attachment 1 is empty', 'Enter it'],
		[
			'a name for an address',
			[{}, { source: 'url', url: 'cat.jpg' }],
			() => item({ data: inMemory(files.png(), 'image/png') }),
			'the URL of attachment 2 is neither an address nor a data URL',
			'https://',
		],
		[
			'audio by its address',
			[{ type: 'audio', source: 'url', url: 'https://example.com/a.mp3' }],
			() => ({ json: {} }),
			'the URL of attachment 1 is neither a data URL nor base64',
			'StepFun fetches no audio by its address',
		],
		[
			'base64 that was cut off',
			[{ type: 'audio', source: 'base64', base64: `={{ $json.talk }}` }],
			() => ({ json: { talk: files.wav(300).toString('base64').replace(/.{76}/g, '$&\n').slice(0, -1) } }),
			'the Base64 of attachment 1 is not valid base64',
			'with its padding',
		],
		[
			'an empty file',
			[{}],
			async () => item({ data: await stored(Buffer.alloc(0), 'image/png') }),
			'the file "data" of attachment 1 is empty',
			'node that the file comes from',
		],
	])('%s', async (_, attachments, given, message, hint) => {
		const { run } = await describeItem(attachments, await given());
		expect(run.data.resultData.error).toMatchObject({
			message: expect.stringContaining(message),
			description: expect.stringContaining(hint),
			context: { itemIndex: 0 },
		});
		expect(api.requests).toHaveLength(0);
	});

	test('attachments without a user message to join', async () => {
		const { run } = await describeItem([{}], item({ data: inMemory(files.png(), 'image/png') }), {
			messages: { values: [{ role: 'system', content: 'Look' }] },
		});
		expect(run.data.resultData.error).toMatchObject({
			message: 'There are attachments, but Messages contains no message with the role user',
			context: { itemIndex: 0 },
		});
		expect(api.requests).toHaveLength(0);
	});
});

describe('an attachment that the model cannot read', () => {
	const advice = (model: string, kind: string): string =>
		`Choose another model, if the message is about the ${kind}: according to StepFun, ${model} does not accept any. `;
	const byUrl = (type: string): IDataObject => ({ type, source: 'url', url: 'https://example.com/a' });
	const talk = { type: 'audio', source: 'base64', base64: dataUrl('audio/wav', files.wav()) };
	const refuse = async (model: string, attachments: IDataObject[], status = 400) => {
		api.fault(() => ({ status, body: '{"error":{"message":"Request param: messages is invalid","type":"x"}}' }));
		const { run } = await describeItem(
			attachments,
			{ json: {} },
			{
				model: { __rl: true, mode: 'id', value: model },
				options: { retries: 0 },
			},
		);
		return run.data.resultData.error as { message: string; description?: string | null };
	};

	test.each<[model: string, kind: string, attachment: IDataObject]>([
		['step-3.5-flash', 'image', byUrl('image')],
		['step-3.5-flash', 'video', byUrl('video')],
		['step-3.5-flash', 'audio', talk],
		['step-3.5-flash-2603', 'image', byUrl('image')],
		['step-router-v1', 'image', byUrl('image')],
		['step-3.7-flash', 'audio', talk],
		['step-1o-turbo-vision', 'audio', talk],
		['stepaudio-2.5-chat', 'video', byUrl('video')],
		['step-audio-2-mini', 'image', byUrl('image')],
		['stepfun/step-3.5-flash', 'image', byUrl('image')],
		['stepfun/step-3.5-flash:free', 'audio', talk],
	])('is told with the refusal: %s and %s', async (model, kind, attachment) => {
		for (const status of [400, 404, 415, 422]) {
			const { message, description } = await refuse(model, [attachment], status);
			expect(message).toBe('Request param: messages is invalid');
			expect(description).toContain(advice(model, kind));
			expect(description).toMatch(/Correct the field|Check Model/);
		}
	});

	test.each<[model: string, attachments: IDataObject[], status: number]>([
		['step-3.7-flash', [byUrl('image'), byUrl('video')], 400],
		['stepaudio-2.5-chat', [talk], 400],
		['step-3.5-flash', [], 400],
		['a-model-of-a-gateway', [byUrl('image'), talk], 400],
		['step-3.5-flash', [byUrl('image')], 401],
		['step-3.5-flash', [byUrl('image')], 500],
	])('is no advice otherwise: %s %j %i', async (model, attachments, status) => {
		expect((await refuse(model, attachments, status)).description).not.toContain('Choose another model');
	});

	test('is told where it stands in JSON messages, too', async () => {
		api.fault(() => ({ status: 400, body: '{"error":{"message":"No"}}' }));
		const { run } = await describeItem([], { json: {} }, {
			model: { __rl: true, mode: 'id', value: 'step-3.5-flash' },
			specifyMessages: 'json',
			messagesJson: [
				{ role: 'user', content: [{ type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }] },
			],
		} as unknown as IDataObject);
		expect(run.data.resultData.error?.description).toContain(advice('step-3.5-flash', 'video'));
	});
});
