import { useEmulator } from '../use-emulator';
import { ask, chunksOf, send } from './client';

const emulator = useEmulator();
const weather = {
	type: 'function',
	function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
const turns = [
	{ role: 'system', content: 'Be brief' },
	{ role: 'user', content: 'My name is Ada' },
	{ role: 'assistant', content: 'Hello' },
	{ role: 'user', content: 'Who am I?' },
];
const conversation = (more: object = {}) => ({ model: 'step-3.5-flash', messages: turns, ...more });
/** Lets the next request of the conversation find its beginning in the cache. */
const fillCache = () => send(emulator, { model: 'step-3.5-flash', messages: turns.slice(0, 2) });

const shapeOf = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(shapeOf);
	if (typeof value !== 'object' || value === null) return typeof value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
};

// The expected shapes are those of the streams and answers recorded on 2026-10-08, field for field and in their order.
describe('the live dialect', () => {
	const nested = {
		prompt_tokens: 'number',
		completion_tokens: 'number',
		total_tokens: 'number',
		prompt_tokens_details: { cached_tokens: 'number' },
		completion_tokens_details: { reasoning_tokens: 'number' },
	};
	const chunk = (choices: object[], usage: object) => ({
		id: 'string',
		object: 'string',
		created: 'number',
		model: 'string',
		choices,
		usage,
		agent: 'string',
	});

	test('is the default', async () => {
		const { headers } = await send(emulator, ask('Hi'));
		expect(headers['x-router-id']).toBe('path:/v1/chat/');
		emulator.options.dialect = 'live';
		expect((await send(emulator, ask('Hi'))).headers['x-router-id']).toBe('path:/v1/chat/');
	});

	test('a stream', async () => {
		await fillCache();
		const { text, headers } = await send(
			emulator,
			conversation({ stream: true, stream_options: { include_usage: true }, reasoning_format: 'deepseek-style' }),
		);
		expect(headers).toMatchObject({
			'content-type': 'text/event-stream; charset=utf-8',
			'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
			'x-proxy-latency': expect.stringMatching(/^\d+$/),
			'x-upstream-latency': expect.stringMatching(/^\d+$/),
			'x-router-id': 'path:/v1/chat/',
		});
		const chunks = chunksOf(text);
		const delta = (fields: object = {}) => ({
			index: 'number',
			delta: { role: 'string', content: 'string', ...fields },
		});
		const withCache = { cached_tokens: 'number', ...nested };
		const reasoned = chunk([delta({ reasoning: 'string', reasoning_content: 'string' })], withCache);
		const written = chunk([delta()], withCache);
		const finish = chunk([{ ...delta(), finish_reason: 'string' }], nested);
		const shapes = chunks.map((one) => JSON.stringify(shapeOf(one)));
		const count = (shape: object) => shapes.filter((one) => one === JSON.stringify(shape)).length;
		expect(shapes[0]).toBe(JSON.stringify(written));
		expect(count(reasoned)).toBeGreaterThan(5);
		expect(count(reasoned) + count(written)).toBe(chunks.length - 2);
		expect(shapes.at(-2)).toBe(JSON.stringify(finish));
		expect(shapes.at(-1)).toBe(JSON.stringify(chunk([], nested)));

		for (const [position, { id, created, usage, choices, agent }] of chunks.entries()) {
			const ends = position >= chunks.length - 2;
			expect(id).toMatch(new RegExp(`^${headers['x-trace-id']}\\.[0-9a-f]{32}$`));
			expect(created).toBe(chunks.at(-1).created);
			expect(agent).toBe('');
			// The cache is told with every piece, and taken back at the end.
			expect(usage.cached_tokens).toBe(ends ? undefined : 15);
			expect(usage.prompt_tokens_details.cached_tokens).toBe(ends ? 0 : 15);
			expect(usage.prompt_tokens).toBe(chunks.at(-1).usage.prompt_tokens);
			expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
			expect(usage.completion_tokens_details.reasoning_tokens).toBe(0);
			for (const choice of choices) expect(choice.delta.role).toBe('assistant');
			for (const choice of choices) expect(choice.delta.reasoning).toBe(choice.delta.reasoning_content);
		}
		expect(chunks[0].created).toBeGreaterThan(0);
		expect(chunks[0].usage.prompt_tokens).toBeGreaterThan(0);
		expect(chunks.at(-2).choices[0].finish_reason).toBe('stop');
	});

	test('a stream without include_usage has no chunk without choices; its usage is in the others', async () => {
		for (const more of [{}, { stream_options: null }, { stream_options: { include_usage: false } }]) {
			const chunks = chunksOf((await send(emulator, ask('Hi', { stream: true, ...more }))).text);
			expect(chunks.map(({ choices }) => choices.length)).not.toContain(0);
			expect(chunks.at(-1).usage.completion_tokens).toBeGreaterThan(0);
		}
	});

	test('a JSON answer', async () => {
		await fillCache();
		const { json, headers } = await send(emulator, conversation());
		expect(headers['content-type']).toBe('application/json; charset=utf-8');
		expect(json.id).toMatch(new RegExp(`^chatcmpl-${headers['x-trace-id']}\\.[0-9a-f]{32}$`));
		expect(shapeOf(json)).toEqual({
			id: 'string',
			object: 'string',
			created: 'number',
			model: 'string',
			choices: [
				{
					index: 'number',
					message: { role: 'string', content: 'string', reasoning: 'string', reasoning_content: 'string' },
					finish_reason: 'string',
				},
			],
			usage: { cached_tokens: 'number', ...nested },
		});
		expect(json.usage).toMatchObject({ cached_tokens: 15, prompt_tokens_details: { cached_tokens: 15 } });
		const unknown = (await send(emulator, ask('Something new'))).json;
		expect(shapeOf(unknown.usage)).toEqual(nested);
		expect(unknown.usage.prompt_tokens_details.cached_tokens).toBe(0);
	});

	test('whole tool calls have an index and the id of their kind; tool_choice names the function', async () => {
		const other = { ...weather, function: { ...weather.function, name: 'other' } };
		const asked = ask('Use other for Rome', {
			tools: [other, weather],
			tool_choice: { type: 'function', function: { name: 'get_weather' } },
		});
		const { json } = await send(emulator, asked);
		expect(json.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: '' } });
		expect(json.choices[0].message.tool_calls).toEqual([
			{
				index: 0,
				id: expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/),
				type: 'function',
				function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
			},
		]);
		const chunks = chunksOf((await send(emulator, { ...asked, stream: true })).text);
		const calls = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
		expect(calls[0]).toMatchObject({ index: 0, function: { name: 'get_weather' } });
		expect(calls.map((call) => call.function.arguments).join('')).toBe('{"city":"Rome"}');
	});
});

describe('the documented dialect', () => {
	beforeEach(() => {
		emulator.options.dialect = 'documented';
	});

	test('a stream has the shape of the page chat-completion-create', async () => {
		const whole = await send(emulator, ask('Hi'));
		const streamed = await send(emulator, ask('Hi', { stream: true, stream_options: { include_usage: true } }));
		expect(streamed.headers['content-type']).toBe('text/event-stream');
		const chunks = chunksOf(streamed.text);
		expect(chunks[0]).toEqual({
			id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
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
		expect(chunks.at(-1).choices[0]).toEqual({ index: 0, delta: { role: '', content: '' }, finish_reason: 'stop' });
		expect(chunks.at(-1).usage).toEqual(whole.json.usage);
	});

	test('a JSON answer', async () => {
		await fillCache();
		const { json, headers } = await send(emulator, conversation());
		expect(headers['content-type']).toBe('application/json');
		expect(headers).not.toHaveProperty('x-router-id');
		expect(headers['x-trace-id']).toMatch(/\S/);
		expect(shapeOf(json.choices[0].message)).toEqual({ role: 'string', content: 'string', reasoning: 'string' });
		expect(json.usage).toMatchObject({
			cached_tokens: 15,
			completion_tokens_details: { reasoning_tokens: expect.any(Number) },
		});
		expect(json.usage).not.toHaveProperty('prompt_tokens_details');
		expect(json.usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(0);
	});

	test('reasoning stands in the field that is asked for', async () => {
		for (const [format, field, other] of [
			['general', 'reasoning', 'reasoning_content'],
			['deepseek-style', 'reasoning_content', 'reasoning'],
		] as const) {
			const [{ message }] = (await send(emulator, ask('Hi', { reasoning_format: format }))).json.choices;
			expect(message[field]).toContain('The question is');
			expect(message).not.toHaveProperty(other);
		}
	});

	test('whole tool calls have no index', async () => {
		const { json } = await send(emulator, ask('Weather in Rome?', { tools: [weather] }));
		expect(json.choices[0].message.tool_calls).toEqual([
			{
				id: expect.stringMatching(/^call_[\w-]{22}$/),
				type: 'function',
				function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
			},
		]);
	});
});
