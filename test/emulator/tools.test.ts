import { useEmulator } from '../use-emulator';
import { ask, chunksOf, send } from './client';

const emulator = useEmulator();

const tool = (name: string, properties: object = { city: { type: 'string' } }) => ({
	type: 'function',
	function: {
		name,
		description: name,
		parameters: { type: 'object', properties, required: Object.keys(properties) },
	},
});
const weather = tool('get_weather');
const time = tool('get_time');

interface Call {
	id: string;
	type: string;
	function: { name: string; arguments: string };
}
interface Message {
	role: string;
	content: string;
	reasoning?: string;
	reasoning_content?: string;
	tool_calls?: Call[];
}

async function converse(messages: object[], tools: object[], more: object = {}): Promise<Message> {
	const answer = await send(emulator, { model: 'step-3.5-flash', messages, tools, ...more });
	expect(answer.status).toBe(200);
	const [choice] = answer.json.choices;
	expect(choice.finish_reason).toBe(
		choice.message.tool_calls?.some((call: Call) => call.type === 'function') ? 'tool_calls' : 'stop',
	);
	return choice.message;
}

const named = (message: Message) =>
	(message.tool_calls ?? []).map((call) => [call.function.name, JSON.parse(call.function.arguments)]);
const resultsOf = (message: Message, content: (call: Call) => string) =>
	(message.tool_calls ?? []).map((call) => ({ role: 'tool', tool_call_id: call.id, content: content(call) }));

test('calls the tool with words of the question and quotes its result', async () => {
	const question = { role: 'user', content: 'What is the weather in Berlin?' };
	const asked = await converse([question], [weather]);
	expect(asked.content).toBe('');
	expect(asked.reasoning).toContain('I will call get_weather.');
	expect(named(asked)).toEqual([['get_weather', { city: 'Berlin' }]]);
	const answer = await converse([question, asked, ...resultsOf(asked, () => 'sunny')], [weather]);
	expect(answer.tool_calls).toBeUndefined();
	expect(answer.content).toContain('Tool results (1): get_weather returned "sunny".');
	expect(emulator.requests.map((request) => request.reasoningReplayed)).toEqual([undefined, true]);
});

test('calls every mentioned tool at once, with the words after the mention', async () => {
	const content = 'Use get_time for "New York", get_weather for Oslo and get_weather for Rome';
	const asked = await converse([{ role: 'user', content }], [weather, time]);
	expect(named(asked)).toEqual([
		['get_time', { city: 'New York' }],
		['get_weather', { city: 'Oslo' }],
		['get_weather', { city: 'Rome' }],
	]);
	expect(new Set(asked.tool_calls!.map((call) => call.id)).size).toBe(3);
});

test('two rounds: all in parallel, the last one again with the result, then the answer', async () => {
	const messages: object[] = [{ role: 'user', content: 'Use get_weather and get_time for Berlin in two rounds' }];
	const first = await converse(messages, [weather, time]);
	expect(named(first)).toEqual([
		['get_weather', { city: 'Berlin' }],
		['get_time', { city: 'Berlin' }],
	]);
	messages.push(first, ...resultsOf(first, (call) => `${call.function.name} of Berlin`));
	const second = await converse(messages, [weather, time]);
	expect(named(second)).toEqual([['get_time', { city: 'get_time of Berlin' }]]);
	messages.push({ ...second, reasoning: undefined, reasoning_content: undefined }, ...resultsOf(second, () => 'done'));
	const answer = await converse(messages, [weather, time]);
	expect(answer.content).toContain(
		'Tool results (3): get_weather returned "get_weather of Berlin"; get_time returned "get_time of Berlin"; ' +
			'get_time returned "done".',
	);
	expect(emulator.requests.map((request) => request.reasoningReplayed)).toEqual([undefined, true, false]);
});

test('a sum is the argument of a calculator', async () => {
	const calculator = tool('calculator', { input: { type: 'string' } });
	const asked = await converse([{ role: 'user', content: 'What is 17 * 23 with the Calculator?' }], [calculator]);
	expect(named(asked)).toEqual([['calculator', { input: '17 * 23' }]]);
});

test('a question that says so is answered without tools', async () => {
	const answer = await converse([{ role: 'user', content: 'Answer without tools' }], [weather]);
	expect(answer.tool_calls).toBeUndefined();
});

test('a tool that must be used is called in place of the answer', async () => {
	const system = {
		role: 'system',
		content: 'For your response you MUST use the `format_final_json_response` tool',
	};
	const tools = [tool('format_final_json_response', { city: { type: 'string' } }), weather];
	const messages: object[] = [system, { role: 'user', content: 'Is it warm in Berlin?' }];
	const first = await converse(messages, tools);
	expect(named(first)).toEqual([['get_weather', { city: 'Berlin' }]]);
	messages.push(first, ...resultsOf(first, () => 'Sunny in Berlin'));
	const last = await converse(messages, tools);
	expect(named(last)).toEqual([['format_final_json_response', { city: 'Berlin' }]]);
});

test('a stream brings index, id and name first, then the arguments in fragments', async () => {
	const body = ask('Use get_weather and get_time for Berlin', { stream: true, tools: [weather, time] });
	const chunks = chunksOf((await send(emulator, body)).text);
	const deltas = chunks.flatMap((chunk) => chunk.choices[0].delta.tool_calls ?? []);
	const starts = deltas.filter((delta) => delta.id);
	expect(starts.map((delta) => [delta.index, delta.type, delta.function])).toEqual([
		[0, 'function', { name: 'get_weather', arguments: '' }],
		[1, 'function', { name: 'get_time', arguments: '' }],
	]);
	const fragments = deltas.filter((delta) => delta.index === 1 && !delta.id);
	expect(fragments.length).toBeGreaterThan(2);
	expect(fragments.map((delta) => delta.function.arguments).join('')).toBe('{"city":"Berlin"}');
	expect(chunks.at(-1).choices[0].finish_reason).toBe('tool_calls');
});

test('max_tokens cuts the arguments', async () => {
	const whole = await send(emulator, ask('Weather in Berlin?', { tools: [weather] }));
	const tokens = whole.json.usage.completion_tokens;
	const cut = await send(emulator, ask('Weather in Berlin?', { tools: [weather], max_tokens: tokens - 1 }));
	const [choice] = cut.json.choices;
	expect(choice.finish_reason).toBe('length');
	expect(() => JSON.parse(choice.message.tool_calls[0].function.arguments)).toThrow();
});

test('web search is carried out by the server and stands beside the content', async () => {
	const search = { type: 'web_search', function: { description: 'Searches' } };
	const answer = await converse([{ role: 'user', content: 'News?' }], [search]);
	const [call] = answer.tool_calls!;
	expect(call).toMatchObject({
		type: 'web_search',
		function: { name: 'step_websearch', arguments: '{"keyword":"News?"}' },
	});
	const { text } = await send(emulator, ask('News?', { stream: true, tools: [search] }));
	const [first, ...later] = chunksOf(text);
	expect(first.choices[0].delta.tool_calls[0].function.results[0]).toEqual({
		index: 0,
		url: 'https://example.com/search/1',
		title: 'Result 1',
		summary: 'Result 1 for: News?',
	});
	expect(later.some((chunk) => chunk.choices[0].delta.tool_calls)).toBe(false);
	expect(answer.content).toContain('Sources (2): https://example.com/search/1; https://example.com/search/2.');
});
