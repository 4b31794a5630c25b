import { useEmulator } from '../use-emulator';
import { ask, chunksOf, joinDeltas, send } from './client';

const emulator = useEmulator();
const first = (answer: Awaited<ReturnType<typeof send>>) => answer.json.choices[0];

test('repeats the question and shows usage, reasoning and a trace id', async () => {
	const answer = await send(emulator, ask('How are you?', { model: 'step-3.5-flash' }));
	expect(answer.status).toBe(200);
	expect(answer.headers['x-trace-id']).toBe('trace-000001');
	expect(answer.json).toMatchObject({ object: 'chat.completion', model: 'step-3.5-flash' });
	expect(first(answer)).toEqual({
		index: 0,
		message: {
			role: 'assistant',
			content: 'You asked: "How are you?". The StepFun emulator answers with model step-3.5-flash.',
			reasoning: expect.stringContaining('The question is "How are you?".'),
		},
		finish_reason: 'stop',
	});
	const { usage } = answer.json;
	expect(usage.prompt_tokens).toBe(7);
	expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
	expect(usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(0);
});

test('names the system prompt and the earlier questions, and counts their tokens as cached', async () => {
	const turns = [
		{ role: 'system', content: 'Be brief' },
		{ role: 'user', content: 'My name is Ada' },
	];
	await send(emulator, { model: 'step-3.5-flash', messages: turns });
	const answer = await send(emulator, {
		model: 'step-3.5-flash',
		messages: [...turns, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Who am I?' }],
	});
	expect(first(answer).message.content.split('\n').slice(1)).toEqual([
		'System prompt: "Be brief".',
		'Earlier questions (1): "My name is Ada".',
	]);
	expect(answer.json.usage.cached_tokens).toBe(15);
});

test('a stream has the documented shape and the content of the JSON answer', async () => {
	const whole = await send(emulator, ask('Hi'));
	const streamed = await send(emulator, ask('Hi', { stream: true }));
	expect(streamed.headers['content-type']).toBe('text/event-stream');
	expect(streamed.text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
	const chunks = chunksOf(streamed.text);
	expect(chunks[0]).toEqual({
		id: expect.any(String),
		object: 'chat.completion.chunk',
		created: 0,
		model: 'step-3.7-flash',
		choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: '' }],
		usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
	});
	for (const chunk of chunks.slice(1, -1)) {
		expect(chunk.created).toBeGreaterThan(0);
		expect(chunk.choices[0]).toMatchObject({ delta: { role: '' }, finish_reason: '' });
	}
	expect(chunks.at(-2).choices[0].delta).toEqual({ role: '', content: '' });
	expect(chunks.at(-1).choices[0]).toEqual({
		index: 0,
		delta: { role: '', content: '' },
		finish_reason: 'stop',
	});
	expect(chunks.at(-1).usage).toEqual(whole.json.usage);
	expect(joinDeltas(chunks, 'content')).toBe(first(whole).message.content);
	expect(joinDeltas(chunks, 'reasoning')).toBe(first(whole).message.reasoning);
});

test.each(['single-newline', 'crlf'] as const)('a stream in the %s dialect', async (dialect) => {
	emulator.options.dialect = dialect;
	const { text } = await send(emulator, ask('Hi', { stream: true }));
	const end = { 'single-newline': '\n', crlf: '\r\n\r\n' }[dialect];
	expect(text.split(end).filter((line) => !line.startsWith('data: '))).toEqual(['']);
	expect(text.endsWith(`data: [DONE]${end}`)).toBe(true);
});

test('n choices differ and take turns in a stream', async () => {
	const answer = await send(emulator, ask('Hi', { n: 3 }));
	const contents = answer.json.choices.map((choice: { message: { content: string } }) => choice.message.content);
	expect(new Set(contents).size).toBe(3);
	expect(contents[2]).toMatch(/\(choice 3\)$/);
	const chunks = chunksOf((await send(emulator, ask('Hi', { n: 3, stream: true }))).text);
	expect(chunks.slice(0, 6).map((chunk) => chunk.choices[0].index)).toEqual([0, 1, 2, 0, 1, 2]);
	expect(joinDeltas(chunks, 'content', 2)).toBe(contents[2]);
	expect(chunks.at(-1).usage).toEqual(answer.json.usage);
});

test('stop cuts before the first match', async () => {
	const choice = first(await send(emulator, ask('Hi', { stop: ['answers', ' emulator'] })));
	expect(choice.message.content).toBe('You asked: "Hi". The StepFun');
	expect(choice.finish_reason).toBe('stop');
});

test('max_tokens is paid by reasoning first', async () => {
	const starved = await send(emulator, ask('Hi', { max_tokens: 8 }));
	expect(first(starved)).toMatchObject({ message: { content: '' }, finish_reason: 'length' });
	expect(starved.json.usage.completion_tokens).toBe(8);
	const whole = await send(emulator, ask('Hi'));
	const reasoning = whole.json.usage.completion_tokens_details.reasoning_tokens;
	const cut = first(await send(emulator, ask('Hi', { max_tokens: reasoning + 2 })));
	expect(cut).toMatchObject({ message: { content: 'You aske' }, finish_reason: 'length' });
});

test('reasoning grows with the effort and stands in the field asked for', async () => {
	const lengths: number[] = [];
	for (const effort of ['low', 'medium', 'high']) {
		const body = ask('Hi', { reasoning_effort: effort, reasoning_format: 'deepseek-style' });
		const { message } = first(await send(emulator, body));
		expect(message.reasoning).toBeUndefined();
		lengths.push(message.reasoning_content.length);
	}
	expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
	expect(lengths[2]).toBeGreaterThan(2 * lengths[1]!);
});

test('models: a mixed list, single models, and the plan base without single models', async () => {
	const get = (path: string) => send(emulator, undefined, { path, method: 'GET' });
	const list = (await get('/v1/models')).json;
	expect(list.object).toBe('list');
	const types = new Set(list.data.map((model: { model_type?: string }) => model.model_type));
	expect(types).toContain('大语言模型');
	expect(types).toContain('文生图');
	expect(types).toContain(undefined);
	expect((await get('/step_plan/v1/models')).json).toEqual(list);
	expect((await get('/v1/models/step-3.5-flash')).json.id).toBe('step-3.5-flash');
	expect((await get('/v1/models/nope')).json.error.type).toBe('model_invalid');
	expect(await get('/step_plan/v1/models/step-3.5-flash')).toMatchObject({
		status: 404,
		text: '404 page not found',
	});
});

test('the Step Plan base answers, and it alone knows the router', async () => {
	const body = ask('Hi', { model: 'step-router-v1' });
	expect((await send(emulator, body, { path: '/step_plan/v1/chat/completions' })).status).toBe(200);
	expect((await send(emulator, body)).json.error.type).toBe('model_invalid');
});

test('another path is a plain 404', async () => {
	const answer = await send(emulator, ask('Hi'), { path: '/v1/v1/chat/completions' });
	expect(answer).toMatchObject({ status: 404, text: '404 page not found' });
	expect(answer.headers['content-type']).toBe('text/plain');
});

test('a wrong key is refused with the bytes of the live API', async () => {
	for (const path of ['/v1/chat/completions', '/step_plan/v1/chat/completions']) {
		const answer = await send(emulator, ask('Hi'), { path, key: 'sk-other' });
		expect(answer.status).toBe(401);
		expect(answer.text).toBe('{"error":{"message":"Incorrect API key provided","type":"invalid_api_key"}}');
	}
});
