import {
	NodeConnectionTypes,
	type IBinaryData,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { createHash } from 'node:crypto';
import type { Fault, RecordedRequest } from '../../emulator';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow, startWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';
import { weatherNode } from './weather';

const { api, clock } = useStage();

const MB = 2 ** 20;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const item = (content: Buffer, mimeType: string): INodeExecutionData => ({
	json: {},
	binary: { data: { data: content.toString('base64'), mimeType } as IBinaryData },
});
const film = (size = 6 * MB) => files.mp4(size);
const photo = (size = 300) => files.png(size);

const workflow = (
	items: INodeExecutionData[],
	type: 'image' | 'video' | 'audio',
	parameters: IDataObject = {},
	node: Partial<INode> = {},
): WorkflowOptions => {
	const { options, ...others } = parameters;
	return {
		credential: customEndpoint(api.url),
		items,
		nodes: [
			chatNode(
				{
					model: { __rl: true, mode: 'id', value: type === 'audio' ? 'stepaudio-2.5-chat' : 'step-3.7-flash' },
					attachments: { values: [{ type, binaryFields: 'data' }] },
					options: { uploadLargeFiles: true, retries: 0, ...(options as IDataObject) },
					...others,
				},
				node,
			),
		],
	};
};
const send = (...given: Parameters<typeof workflow>) => runWorkflow(workflow(...given));

/** With a tool that the model calls as often as the question says. */
const withTool = (given: WorkflowOptions): WorkflowOptions => ({
	...given,
	types: { get_weather: weatherNode() },
	nodes: [...given.nodes, { name: 'get_weather', type: 'get_weather', parameters: {} }],
	connections: { get_weather: { ai_tool: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]] } },
});
const inRounds = (count: number): IDataObject => ({
	messages: { values: [{ role: 'user', content: `Use get_weather for Berlin in ${count} rounds` }] },
});

const isChat = ({ url }: RecordedRequest): boolean => url.endsWith('/chat/completions');
const isUpload = ({ method, url }: RecordedRequest): boolean => method === 'POST' && url.endsWith('/files');
const uploads = () => api.requests.filter(isUpload);
const deletions = () => api.requests.filter(({ method }) => method === 'DELETE');
/** What stood in each chat request for its media. */
const sources = (): string[] =>
	api.requests.filter(isChat).flatMap(({ body }) =>
		(body as { messages: Array<{ content: unknown }> }).messages.flatMap(({ content }) =>
			(Array.isArray(content) ? (content as Array<Record<string, Record<string, string>>>) : [])
				.map((part) => part['image_url']?.['url'] ?? part['video_url']?.['url'] ?? part['input_audio']?.['data'])
				.filter((url) => url !== undefined)
				.map((url) => url.split(/[,/]/)[0]!),
		),
	);
const hintsOf = (run: Awaited<ReturnType<typeof send>>['run']) =>
	run.data.resultData.runData['StepFun Chat']![0]!.hints ?? [];
const expectNoFiles = () => {
	expect(api.files).toEqual([]);
	expect(deletions()).toHaveLength(uploads().filter(({ status }) => status === 200).length);
};

test('a large video goes up once for all rounds of a tool loop, as it is', async () => {
	const content = film();
	const { json } = await runWorkflow(
		withTool(workflow([item(content, 'video/mp4')], 'video', { ...inRounds(4), options: { returnMessages: true } })),
	);
	expect(sources()).toEqual(Array(5).fill('stepfile:'));
	expect(uploads()).toHaveLength(1);
	expect(uploads()[0]!.upload).toMatchObject({
		valid: true,
		fields: { purpose: 'storage' },
		file: { name: 'file.mp4', contentType: 'video/mp4', bytes: content.length, sha256: sha256(content) },
	});
	expect(json('StepFun Chat')[0]!['content']).toContain(sha256(content));
	// The file is gone by then.
	expect((json('StepFun Chat')[0]!['messages'] as Array<{ content: unknown }>)[0]!.content).toEqual([
		{ type: 'text', text: expect.stringContaining('Berlin') },
		{ type: 'text', text: `(video/mp4, ${content.length} bytes)` },
	]);
	expectNoFiles();
	const sent = api.requests.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
	expect(sent).toBeLessThan(content.length + 50_000);
});

test.each([
	['image/png', photo()],
	['image/jpeg', files.jpeg()],
	['image/webp', files.webp()],
	['image/gif', files.gif(1)],
])('a small file goes up when it is sent a second time: %s', async (mimeType, content) => {
	const { json } = await send(
		Array.from({ length: 6 }, () => item(content, mimeType)),
		'image',
		{ options: { maxConcurrentRequests: 1 } },
	);
	expect(sources()).toEqual([`data:${mimeType.split('/')[0]}`, ...Array<string>(5).fill('stepfile:')]);
	for (const { content: text } of json('StepFun Chat')) expect(text).toContain(sha256(content));
	expect(uploads()[0]!.upload!.file).toMatchObject({ contentType: mimeType, sha256: sha256(content) });
	expect(uploads()).toHaveLength(1);
	expectNoFiles();
});

test('items side by side wait for one upload', async () => {
	const content = film();
	await send(
		Array.from({ length: 5 }, () => item(content, 'video/mp4')),
		'video',
	);
	expect(sources()).toEqual(Array(5).fill('stepfile:'));
	expect(uploads()).toHaveLength(1);
	expectNoFiles();
});

test('the same file twice in one request goes up once', async () => {
	const content = photo();
	await send([item(content, 'image/png')], 'image', {
		attachments: { values: [{ type: 'image' }, { type: 'image', detail: 'high' }] },
	});
	expect(sources()).toEqual(['stepfile:', 'stepfile:']);
	expect(uploads()).toHaveLength(1);
});

test('files of messages in JSON go up as well', async () => {
	const content = film();
	await send([{ json: {} }], 'video', {
		attachments: {},
		specifyMessages: 'json',
		messagesJson: JSON.stringify([
			{
				role: 'user',
				content: [{ type: 'video_url', video_url: { url: `data:video/mp4;base64,${content.toString('base64')}` } }],
			},
		]),
	});
	expect(sources()).toEqual(['stepfile:']);
	expect(uploads()[0]!.upload!.file!.sha256).toBe(sha256(content));
	expectNoFiles();
});

test.each<[string, INodeExecutionData[], 'image' | 'video' | 'audio', IDataObject]>([
	['without the option', [item(film(), 'video/mp4')], 'video', { options: { uploadLargeFiles: false } }],
	['a small file', [item(photo(), 'image/png'), item(photo(), 'image/png')], 'image', {}],
	['a type that is not stored', [item(files.mov(6 * MB), 'video/quicktime')], 'video', {}],
	['audio, which has no address', [item(files.mp3(6 * MB), 'audio/mpeg')], 'audio', {}],
])('nothing goes up: %s', async (_, items, type, parameters) => {
	const { run } = await send(items, type, parameters);
	expect(run.status).toBe('success');
	expect(sources()).toEqual(items.map(() => `data:${type}`));
	expect(uploads()).toEqual([]);
	expect(hintsOf(run)).toEqual([]);
});

describe('where files cannot be stored, they are sent with each request, and that is told', () => {
	const notFound: Fault = { status: 404, body: '404 page not found' };
	test.each<[string, Fault, string]>([
		['a gateway', notFound, 'There is no files API at'],
		['too many files', { status: 400, body: '{"error":{"message":"file count exceeds 1000"}}' }, 'file count exceeds'],
		['a web page', { body: '<html>' }, 'something other than a file'],
	])('%s', async (_, fault, words) => {
		api.fault((request) => (isUpload(request) ? { ...fault } : undefined));
		const items = Array.from({ length: 3 }, () => item(film(), 'video/mp4'));
		const { run } = await send(items, 'video', { options: { maxConcurrentRequests: 1 } });
		expect(sources()).toEqual(Array(3).fill('data:video'));
		expect(uploads()).toHaveLength(1);
		expect(hintsOf(run)).toEqual([expect.objectContaining({ type: 'info', message: expect.stringContaining(words) })]);
	});

	test('the Step Plan, which is not asked', async () => {
		const given = workflow([item(film(), 'video/mp4')], 'video');
		const { run } = await runWorkflow({ ...given, credential: customEndpoint(`${api.origin}/step_plan/v1`) });
		expect(sources()).toEqual(['data:video']);
		expect(uploads()).toEqual([]);
		expect(hintsOf(run)).toHaveLength(1);
	});
});

describe('nothing stays on StepFun', () => {
	test.each<[string, Fault, Partial<INode>]>([
		['after an answer', {}, {}],
		['after an error', { status: 451 }, {}],
		['after errors that become items', { status: 451 }, { onError: 'continueRegularOutput' }],
		['after a broken answer', { resetAfterChunks: 2 }, {}],
	])('%s', async (_, fault, node) => {
		api.fault((request) => (isChat(request) ? { ...fault } : undefined));
		await send([item(film(), 'video/mp4'), item(film(), 'video/mp4')], 'video', {}, node);
		expect(uploads().length).toBeGreaterThan(0);
		expectNoFiles();
	});

	test.each<[string, (request: RecordedRequest) => Fault | undefined]>([
		['an upload is being answered', (request) => (isUpload(request) ? { delayMs: 2_000 } : undefined)],
		['the model answers', (request) => (isChat(request) ? { stallAfterChunks: 2 } : undefined)],
	])('after Stop while %s', async (_, fault) => {
		api.fault(fault);
		const execution = startWorkflow(workflow([item(film(), 'video/mp4')], 'video'));
		while (api.files.length === 0) await clock.sleep(10);
		await clock.sleep(50);
		execution.cancel();
		expect((await execution).status).toBe('canceled');
		while (deletions().length === 0) await clock.sleep(50);
		await clock.sleep(100);
		expectNoFiles();
	});

	test('what cannot be deleted is told, with its id', async () => {
		api.fault(({ method }) => (method === 'DELETE' ? { status: 500 } : undefined));
		const { run } = await send([item(film(), 'video/mp4')], 'video');
		expect(run.status).toBe('success');
		expect(hintsOf(run)).toEqual([
			expect.objectContaining({ type: 'warning', message: expect.stringContaining(api.files[0]!.id) }),
		]);
	});

	test('and never more than a hundred and some at a time', async () => {
		let most = 0;
		api.fault(() => {
			most = Math.max(most, api.files.length);
			return undefined;
		});
		const photos = Array.from({ length: 130 }, () => photo());
		const { json } = await send(
			photos.flatMap((content) => [item(content, 'image/png'), item(content, 'image/png')]),
			'image',
		);
		expect(json('StepFun Chat').map(({ finish_reason }) => finish_reason)).toEqual(Array(260).fill('stop'));
		expect(uploads()).toHaveLength(130);
		expect(most).toBeGreaterThan(90);
		expect(most).toBeLessThan(110);
		expectNoFiles();
	});
});
