import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import {
	NodeConnectionTypes,
	type IBinaryData,
	type IDataObject,
	type INodeExecutionData,
	type INodeType,
} from 'n8n-workflow';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Fault } from '../../emulator';
import { LmChatStepfun } from '../../nodes/LmChatStepfun/LmChatStepfun.node';
import { chatNode, credentials, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();
const binaries = (): BinaryDataService => Container.get(BinaryDataService);
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-stepfun-voice-'));
	Container.get(BinaryDataConfig).localStoragePath = folder;
	await binaries().init();
});
beforeEach(() => inMemory());
afterAll(() => rm(folder, { recursive: true }));

const keep = (mode: 'default' | 'filesystem'): void => void Object.assign(binaries(), { mode });
const inMemory = (): void => keep('default');

const speaking: IDataObject = { model: { __rl: true, mode: 'id', value: 'step-audio-2' }, modalities: 'textAndAudio' };

async function run(parameters: IDataObject = speaking, fault: Fault | Fault[] = [], items = [{ json: {} }]) {
	api.fault(fault);
	const execution = await runWorkflow({
		credential: customEndpoint(api.url),
		items,
		nodes: [chatNode(parameters)],
	});
	const put = execution.items('StepFun Chat');
	return { ...execution, put, item: put[0]!, error: execution.run.data.resultData.error };
}

const sent = (): Record<string, unknown> => api.requests.at(-1)!.body as Record<string, unknown>;

/** The bytes of a file, wherever n8n keeps it. */
const bytesOf = async ({ id, data }: IBinaryData): Promise<Buffer> =>
	id === undefined ? Buffer.from(data, 'base64') : await binaries().getAsBuffer({ id } as IBinaryData);

/** A WAV file of the sound that StepFun streams, as a player reads it. */
async function heard(item: INodeExecutionData, name = 'audio') {
	const file = item.binary![name]!;
	const wav = await bytesOf(file);
	const text = (start: number, end: number): string => wav.toString('latin1', start, end);
	expect([text(0, 4), text(8, 16), text(36, 40)]).toEqual(['RIFF', 'WAVEfmt ', 'data']);
	expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
	expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24)]).toEqual([1, 1, 24_000]);
	expect([wav.readUInt32LE(28), wav.readUInt16LE(32), wav.readUInt16LE(34)]).toEqual([48_000, 2, 16]);
	expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
	expect(file).toMatchObject({
		mimeType: 'audio/wav',
		fileType: 'audio',
		fileName: `${name}.wav`,
		fileExtension: 'wav',
	});
	return wav.subarray(44);
}

const events = (...chunks: unknown[]): string =>
	[...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('');
const chunk = (delta: object, finish_reason: string | null = null, index = 0) => ({
	id: 'c',
	model: 'm',
	choices: [{ index, delta, finish_reason }],
});
const whole = (message: object, finish_reason: string | null = null): Fault => ({
	body: JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason }] }),
});
const pcm = Buffer.from(Array.from({ length: 1_002 }, (_, i) => (i * 37) & 255));

describe('a spoken answer', () => {
	test.each([
		['as a stream', {}, { voice: 'wenrounansheng', format: 'pcm' }, true],
		['whole', { options: { stream: false } }, { voice: 'wenrounansheng', format: 'wav' }, false],
		[
			'with what the panel chooses',
			{ audioVoice: 'qingchunshaonv', audioFormat: 'pcm' },
			{ voice: 'qingchunshaonv', format: 'pcm' },
			true,
		],
		[
			'with another voice',
			{ audioVoice: '={{ "voice-tone-1" }}', audioFormat: 'wav', options: { stream: false } },
			{ voice: 'voice-tone-1', format: 'wav' },
			false,
		],
	])('is asked for and read %s', async (_, parameters, audio, stream) => {
		const { item } = await run({ ...speaking, ...parameters });
		expect(sent()).toEqual({
			model: 'step-audio-2',
			messages: [{ role: 'user', content: 'Hello' }],
			modalities: ['text', 'audio'],
			audio,
			stream,
		});
		expect(item.pairedItem).toEqual({ item: 0 });
		expect(item.json['content']).toMatch(/^You asked: "Hello"/);
		expect(JSON.stringify(item.json)).not.toContain('UklGR');
		// The emulator gives each token of an answer 1,201 samples.
		const tokens = String(item.json['content']).match(/\s*\S{1,4}|\s+/gu)!.length;
		expect(await heard(item)).toHaveLength(tokens * 2_402);
	});

	test.each(['default', 'filesystem'] as const)('is a file of its item, where n8n keeps files: %s', async (mode) => {
		keep(mode);
		const { put } = await run(speaking, [], [{ json: {} }, { json: {} }]);
		expect(put.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		const [first, second] = [await heard(put[0]!), await heard(put[1]!)];
		expect(first.length).toBeGreaterThan(10_000);
		expect(second.equals(first)).toBe(true);
		expect(put[0]!.binary!['audio']!.id === undefined).toBe(mode === 'default');
	});

	test('sounds the same whichever way it came', async () => {
		const streamed = await run();
		const once = await run({ ...speaking, options: { stream: false } });
		expect((await heard(once.item)).equals(await heard(streamed.item))).toBe(true);
		expect(once.item.json).toMatchObject({ content: streamed.item.json['content'] });
	});

	const cut = (size: number): object[] =>
		pcm
			.toString('base64')
			.match(new RegExp(`.{1,${size}}`, 'g'))!
			.map((data) => ({ data }));
	const ownBase64 = (size: number): object[] =>
		Array.from({ length: Math.ceil(pcm.length / size) }, (_, i) => ({
			data: pcm.subarray(i * size, (i + 1) * size).toString('base64'),
		}));

	test.each<[string, object[]]>([
		['cut at every character', cut(1)],
		['cut at 2', cut(2)],
		['cut at 3', cut(3)],
		['cut at 5', cut(5)],
		['cut at 4', cut(4)],
		['in one piece', cut(1e6)],
		['each with its own padding', ownBase64(7)],
		['each with its own padding, half samples', ownBase64(1)],
		['with line breaks', [{ data: pcm.toString('base64').replace(/.{70}/g, '$&\r\n') }]],
	])('arrives byte by byte as it was sent: base64 %s', async (_, pieces) => {
		const raw = events(...pieces.map((audio) => chunk({ audio })), chunk({ audio: { transcript: 'Hi' } }));
		const { item } = await run(speaking, { raw, splitBytes: 7 });
		expect((await heard(item)).equals(pcm)).toBe(true);
		expect(item.json).toMatchObject({ content: 'Hi', finish_reason: '' });
	});

	test('keeps a WAV file as it is', async () => {
		const wav = Buffer.concat([Buffer.from('RIFF\x10\0\0\0WAVEfmt ', 'latin1'), pcm]);
		const audio = { data: wav.toString('base64'), transcript: 'Hi' };
		for (const fault of [whole({ audio }), { raw: events(chunk({ audio })) }]) {
			const { item } = await run(speaking, fault);
			expect((await bytesOf(item.binary!['audio']!)).equals(wav)).toBe(true);
		}
	});

	test.each([0, 0xffffffff, 10_000])('in a WAV file that says it has %i bytes gets its own size', async (said) => {
		const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt \x10\0\0\0', 'latin1'), Buffer.alloc(24), pcm]);
		wav.set([1, 0, 1, 0, 0xc0, 0x5d, 0, 0, 0x80, 0xbb, 0, 0, 2, 0, 16, 0, ...Buffer.from('data')], 20);
		wav.writeUInt32LE(said, 40);
		const { item } = await run(speaking, whole({ audio: { data: wav.toString('base64'), transcript: 'Hi' } }));
		expect((await heard(item)).equals(pcm)).toBe(true);
	});

	test('has the type of a format that a gateway was asked for', async () => {
		const extraBody = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } };
		const raw = events(chunk({ audio: { data: pcm.toString('base64'), transcript: 'Hi' } }));
		const { item } = await run({ options: { extraBody: JSON.stringify(extraBody) } }, { raw });
		expect(sent()).toMatchObject(extraBody);
		expect(item.binary!['audio']).toMatchObject({ mimeType: 'audio/mpeg', fileName: 'audio.mp3' });
		expect((await bytesOf(item.binary!['audio']!)).equals(pcm)).toBe(true);
	});

	test('is not repeated by a whole message at the end of its stream', async () => {
		const audio = { data: pcm.toString('base64'), transcript: 'Hello there' };
		const raw = events(chunk({ audio: { ...audio, transcript: 'Hello' } }), {
			id: 'c',
			choices: [{ index: 0, message: { audio }, finish_reason: 'stop' }],
		});
		const { item } = await run(speaking, { raw });
		expect((await heard(item)).equals(pcm)).toBe(true);
		expect(item.json['content']).toBe('Hello there');
	});

	test('of each choice is a file of its own', async () => {
		const audio = (text: string) => ({ data: Buffer.from(text).toString('base64'), transcript: text });
		const raw = events(chunk({ audio: audio('one ') }, 'stop', 0), chunk({ audio: audio('twos') }, 'stop', 1));
		const { item } = await run({ ...speaking, options: { n: 2 } }, { raw });
		expect(Object.keys(item.binary!)).toEqual(['audio', 'audio_1']);
		expect(String(await heard(item))).toBe('one ');
		expect(String(await heard(item, 'audio_1'))).toBe('twos');
		expect(item.json).toMatchObject({ choices: [{ content: 'one ' }, { content: 'twos' }] });
	});
});

describe('an answer with sound that nobody asked for', () => {
	const audio = { id: 'audio_1', data: pcm.toString('base64'), transcript: 'Hello there' };
	const parameters = (others: IDataObject = {}): IDataObject => ({
		model: { __rl: true, mode: 'id', value: 'x' },
		...others,
	});

	test.each<[string, Fault, object]>([
		['a stream', { raw: events(chunk({ role: 'assistant', audio })) }, { content: 'Hello there', finish_reason: '' }],
		['a whole message', whole({ role: 'assistant', audio }), { content: 'Hello there', finish_reason: '' }],
		['sound and no words', whole({ audio: { data: audio.data } }), { content: '' }],
		['words and no sound', whole({ audio: { transcript: 'Hello there' } }), { content: 'Hello there' }],
		[
			'a text of its own beside',
			whole({ content: 'Written', audio }, 'stop'),
			{ content: 'Written', finish_reason: 'stop' },
		],
	])('is no empty answer: %s', async (what, fault, expected) => {
		const { item, run: done } = await run(parameters(), fault);
		expect(done.status).toBe('success');
		expect(item.json).toMatchObject({ reasoning: '', tool_calls: [], ...expected });
		expect(sent()).not.toHaveProperty('modalities');
		if (what === 'words and no sound') expect(item.binary).toBeUndefined();
		else expect((await heard(item)).equals(pcm)).toBe(true);
	});

	test('with Simplify off comes out as sent, but with its sound as a file', async () => {
		for (const fault of [
			whole({ role: 'assistant', audio }),
			{
				raw: events(
					chunk({ role: 'assistant', audio: { ...audio, transcript: 'Hello' } }),
					chunk({ audio: { transcript: ' there' } }),
				),
			},
		]) {
			const { item } = await run(parameters({ simplify: false }), fault);
			expect(item.json).toMatchObject({
				choices: [{ message: { role: 'assistant', audio: { id: 'audio_1', transcript: 'Hello there' } } }],
			});
			expect(JSON.stringify(item.json)).not.toContain(audio.data.slice(0, 40));
			expect((await heard(item)).equals(pcm)).toBe(true);
		}
	});

	test('and nothing else is still an error', async () => {
		expect((await run(parameters(), whole({ audio: {} }))).error?.message).toBe('The model ended without an answer');
		expect((await run(parameters(), whole({ audio: null, content: null }))).error?.message).toBe(
			'The model ended without an answer',
		);
	});
});

test('an answer that breaks off tells what was said and how much was heard, and is not paid for again', async () => {
	const half = chunk({ audio: { data: pcm.toString('base64'), transcript: 'Half' } });
	api.fault({ raw: `data: ${JSON.stringify(half)}\n\n` });
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode(speaking, { onError: 'continueRegularOutput' }), { name: 'Next' }],
	});
	expect(json('Next')).toMatchObject([{ error: { type: 'connection_cut', attempts: 1 } }]);
	const text = JSON.stringify(json('Next'));
	expect(text).toContain('"content":"Half"');
	expect(text).toContain('"sound":"[1002 bytes]"');
	expect(text.length).toBeLessThan(1_000);
	expect(api.requests).toHaveLength(1);
});

test('models that speak are told to write where no sound is asked for', async () => {
	const { item } = await run({ model: speaking['model'] as IDataObject });
	expect(sent()).toMatchObject({ modalities: ['text'] });
	expect(sent()).not.toHaveProperty('audio');
	expect(item.binary).toBeUndefined();
});

test('tools are called before anything is said', async () => {
	const tools = { functions: [{ name: 'get_weather', specifyParameters: 'none' }] };
	const { item, run: done } = await run({ ...speaking, tools });
	expect(item.json['tool_calls']).toHaveLength(1);
	expect(item.binary).toBeUndefined();
	expect(done.data.resultData.runData['StepFun Chat']![0]!.hints ?? []).toEqual([]);
});

test.each([
	['stepaudio-2.5-chat', 'Choose a model that speaks, such as step-audio-2'],
	['stepfun/stepaudio-2.5-chat', 'Choose a model that speaks, such as step-audio-2'],
])('%s refuses, and the hint names one that speaks', async (id, hint) => {
	const refusal: Fault = {
		status: 400,
		body: '{"error":{"message":"Request param: modalities is invalid","type":"x"}}',
	};
	const { error } = await run({ ...speaking, model: { __rl: true, mode: 'id', value: id } }, refusal);
	expect(error).toMatchObject({
		message: 'Request param: modalities is invalid',
		description: expect.stringContaining(hint),
	});
});

test('a model that answers with text only is told of beside the output', async () => {
	const { run: done, item } = await run({ ...speaking, model: { __rl: true, mode: 'id', value: 'step-3.5-flash' } });
	expect(item.json['content']).toMatch(/^You asked/);
	expect(done.data.resultData.runData['StepFun Chat']![0]!.hints).toMatchObject([
		{ message: expect.stringContaining('There is no audio in the answer of item 0') },
	]);
});

test('an expression without a voice is told before anything is sent', async () => {
	const { error } = await run({ ...speaking, audioVoice: '={{ "" }}' });
	expect(error?.message).toBe('Voice has no value');
	expect(api.requests).toHaveLength(0);
});

describe('said before, and sent again', () => {
	const replayed = async (...messages: unknown[]) => {
		await run({ ...speaking, specifyMessages: 'json', messagesJson: JSON.stringify(messages) });
		return (sent()['messages'] as object[]).slice(0, messages.length);
	};

	test('an output item is its text, simplified or not', async () => {
		const { item } = await run();
		const raw = await run({ ...speaking, simplify: false });
		const said = { role: 'assistant', content: item.json['content'] };
		expect(await replayed(item.json, raw.item.json, { role: 'user', content: 'And then?' })).toEqual([
			said,
			said,
			{ role: 'user', content: 'And then?' },
		]);
	});

	test.each<[string, object, object]>([
		['a message of the API', { audio: { id: 'a1', transcript: 'Hi', data: 'UklG' } }, { content: 'Hi' }],
		['one with a text of its own', { content: 'Hey', audio: { id: 'a1', transcript: 'Hi' } }, { content: 'Hey' }],
		['one with nothing but an id', { audio: { id: 'a1' } }, { content: null, audio: { id: 'a1' } }],
		['one with an id and no text', { content: '', audio: { id: 'a1' } }, { content: null, audio: { id: 'a1' } }],
	])('%s', async (_, message, expected) => {
		api.fault({ body: '{"id":"c","choices":[{"index":0,"message":{"content":"Well"}}]}' });
		const user = { role: 'user', content: 'Hello' };
		expect(await replayed(user, { role: 'assistant', ...message }, user)).toEqual([
			user,
			{ role: 'assistant', ...expected },
			user,
		]);
	});
});

test('what is said is written into the chat while it is heard', async () => {
	const texts: string[] = [];
	const execution = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode(speaking)],
		mode: 'webhook',
		additionalData: { streamingEnabled: true },
		hooks: (hooks) =>
			hooks.addHandler('sendChunk', ({ type, content }) => void (type === 'item' && texts.push(String(content)))),
	});
	expect(texts.length).toBeGreaterThan(5);
	expect(texts.join('')).toBe(execution.json('StepFun Chat')[0]!['content']);
	expect(await heard(execution.items('StepFun Chat')[0]!)).not.toHaveLength(0);
});

describe('StepFun Chat Model', () => {
	const audio = { id: 'a1', data: pcm.toString('base64'), transcript: 'Hello' };
	const asking = (use: (model: Model) => Promise<string>): INodeType => ({
		description: {
			displayName: 'Ask',
			name: 'ask',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Ask' },
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiLanguageModel, maxConnections: 1 }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute() {
			const model = (await this.getInputConnectionData(NodeConnectionTypes.AiLanguageModel, 0)) as Model;
			return [[{ json: { text: await use(model) } }]];
		},
	});
	interface Model {
		invoke(text: string): Promise<{ content: unknown }>;
		stream(text: string): Promise<AsyncIterable<{ content: unknown }>>;
	}
	const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));
	const answer = async (use: (model: Model) => Promise<string>, fault: Fault): Promise<unknown> => {
		api.fault(fault);
		const { json } = await runWorkflow({
			credential: customEndpoint(api.url),
			types: { ask: asking(use), lmChatStepfun: new LmChatStepfun() },
			nodes: [
				{ name: 'Ask', type: 'ask' },
				{
					name: 'Model',
					type: 'lmChatStepfun',
					credentials,
					parameters: { model: { __rl: true, mode: 'id', value: 'x' } } as never,
				},
			],
			connections: {
				Model: { ai_languageModel: [[{ node: 'Ask', type: NodeConnectionTypes.AiLanguageModel, index: 0 }]] },
			},
		});
		return json('Ask')[0]!['text'];
	};

	test('gives what was said as the text, whole and streamed', async () => {
		const first = `data: ${JSON.stringify(chunk({ audio: { ...audio, transcript: 'Hel' } }))}\n\n`;
		const raw = [first, { waitMs: 50 }, events(chunk({ audio: { transcript: 'lo' } }))];
		expect(await answer(async (model) => textOf((await model.invoke('Hi')).content), whole({ audio }))).toBe('Hello');
		expect(await answer(async (model) => textOf((await model.invoke('Hi')).content), { raw })).toBe('Hello');
		const streamed = async (model: Model): Promise<string> => {
			const texts: string[] = [];
			for await (const { content } of await model.stream('Hi')) if (content !== '') texts.push(textOf(content));
			return texts.join('|');
		};
		expect(await answer(streamed, { raw })).toBe('Hel|lo');
	});
});

describe('in Extra Body Fields', () => {
	test.each([
		['{"modalities": "audio"}', 'modalities'],
		['{"modalities": [1]}', 'modalities'],
		['{"audio": "loud"}', 'audio'],
		['{"audio": {"format": "wav"}}', 'audio'],
	])('%s is told before anything is sent', async (extraBody, field) => {
		const { error } = await run({ options: { extraBody } });
		expect(error?.message).toContain(`In Extra Body Fields, ${field} is not`);
		expect(api.requests).toHaveLength(0);
	});

	test('the panel is overridden, and null takes a field out', async () => {
		await run({ ...speaking, options: { extraBody: '{"modalities": ["text"], "audio": null}' } });
		expect(sent()).toMatchObject({ modalities: ['text'] });
		expect(sent()).not.toHaveProperty('audio');
	});
});
