import { useEmulator } from '../use-emulator';
import { ask, send } from './client';

const emulator = useEmulator();

const invalid = (param: string) => expect.stringContaining(`Request param: ${param} is invalid, recommended val is: `);
const withMessages = (...messages: object[]) => ({ model: 'step-3.7-flash', messages });
const tool = (name: string, parameters?: object) => ({ type: 'function', function: { name, parameters } });
const image = (url: string, more: object = {}) => ask([{ type: 'image_url', image_url: { url, ...more } }]);
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
const user = { role: 'user', content: 'Hi' };

test.each<[string, unknown, unknown]>([
	['a body that is no JSON', '{"model":', expect.stringContaining('valid JSON')],
	['no model', { messages: [user] }, 'Request param: model is invalid, recommended val is: not empty'],
	['messages that are no list', { model: 'step-3.7-flash', messages: 'Hi' }, invalid('messages')],
	['no messages', withMessages(), invalid('messages')],
	['an unknown role', withMessages({ role: 'assistant1', content: '' }), 'invalid msg role: assistant1'],
	['the function role', withMessages({ role: 'function', content: '' }), 'invalid msg role: function'],
	['empty user content', ask([]), invalid('messages[0].content')],
	['an unknown part', ask([{ type: 'file' }]), invalid('messages[0].content[0].type')],
	['temperature 3', ask('Hi', { temperature: 3 }), invalid('temperature')],
	['top_p 1.1', ask('Hi', { top_p: 1.1 }), invalid('top_p')],
	['frequency_penalty 3', ask('Hi', { frequency_penalty: 3 }), invalid('frequency_penalty')],
	['n 0', ask('Hi', { n: 0 }), invalid('n')],
	['max_tokens 1.5', ask('Hi', { max_tokens: 1.5 }), invalid('max_tokens')],
	['stop 1', ask('Hi', { stop: 1 }), invalid('stop')],
	['stream "yes"', ask('Hi', { stream: 'yes' }), invalid('stream')],
	['effort none', ask('Hi', { reasoning_effort: 'none' }), invalid('reasoning_effort')],
	[
		'effort medium on 2603',
		ask('Hi', { model: 'step-3.5-flash-2603', reasoning_effort: 'medium' }),
		'Request param: reasoning_effort is invalid, recommended val is: low or high',
	],
	['an unknown reasoning format', ask('Hi', { reasoning_format: 'x' }), invalid('reasoning_format')],
	[
		'an unknown response format',
		ask('Hi', { response_format: { type: 'xml' } }),
		'Request param: response_format is invalid, recommended val is: must be text or json_object',
	],
	['a tool name with a blank', ask('Hi', { tools: [tool('a b')] }), invalid('tools[0].function.name')],
	['a tool without a name', ask('Hi', { tools: [tool('')] }), invalid('tools[0].function.name')],
	['a tool name with another letter', ask('Hi', { tools: [tool('été')] }), invalid('tools[0].function.name')],
	['an array schema', ask('Hi', { tools: [tool('f', { type: 'array' })] }), invalid('tools[0].function.parameters')],
	['a tool of another type', ask('Hi', { tools: [{ type: 'mcp' }] }), invalid('tools[0].type')],
	[
		'a tool_choice that is no tool',
		ask('Hi', { tools: [tool('f')], tool_choice: { type: 'function', function: { name: 'g' } } }),
		invalid('tool_choice'),
	],
	['stream_options that are no object', ask('Hi', { stream_options: true }), invalid('stream_options')],
	['a PDF as image', image('data:application/pdf;base64,AAAA'), invalid('messages[0].content[0].image_url.url')],
	['broken base64', image('data:image/png;base64,A*AA'), invalid('messages[0].content[0].image_url.url')],
	['an ftp image', image('ftp://example.com/a.png'), invalid('messages[0].content[0].image_url.url')],
	['detail auto', image('https://a/b.png', { detail: 'auto' }), invalid('messages[0].content[0].image_url.detail')],
	[
		'audio as bare base64',
		ask([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }]),
		invalid('messages[0].content[0].input_audio.data'),
	],
	[
		'audio in ogg',
		ask([{ type: 'input_audio', input_audio: { data: 'data:audio/ogg;base64,AAAA' } }]),
		invalid('messages[0].content[0].input_audio.data'),
	],
	[
		'61 images',
		ask(Array.from({ length: 61 }, () => ({ type: 'image_url', image_url: { url: 'https://a/b.png' } }))),
		'Input images too many. model: step-3.7-flash, max: 60, input: 61',
	],
	[
		'call arguments as an object',
		withMessages({
			role: 'assistant',
			content: null,
			tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }],
		}),
		invalid('messages[0].tool_calls[0].function.arguments'),
	],
	[
		'a replayed web search',
		withMessages({ role: 'assistant', content: '', tool_calls: [{ ...call, type: 'web_search' }] }),
		invalid('messages[0].tool_calls[0].type'),
	],
	[
		'a tool message without id',
		withMessages(user, { role: 'tool', content: 'x' }),
		invalid('messages[1].tool_call_id'),
	],
	[
		'a tool result whose call was lost',
		withMessages(user, { role: 'assistant', content: '' }, { role: 'tool', content: 'x', tool_call_id: 'call_1' }),
		'tool_call_id call_1 does not match a tool call of the preceding assistant message',
	],
	[
		'a call without result',
		withMessages(user, { role: 'assistant', content: '', tool_calls: [call] }, user),
		'an assistant message with tool_calls must be followed by tool messages for: call_1',
	],
])('refuses %s', async (_, body, message) => {
	const answer = await send(emulator, body);
	expect(answer.status).toBe(400);
	expect(answer.json).toEqual({ error: { message, type: 'request_params_invalid' } });
});

test('an unwrapped schema is refused by another type, with param', async () => {
	const answer = await send(
		emulator,
		ask('Hi', { response_format: { type: 'json_schema', json_schema: { type: 'object' } } }),
	);
	expect(answer).toMatchObject({
		status: 400,
		json: { error: { type: 'invalid_request_error', param: 'response_format' } },
	});
});

test('an unknown model and a model that is no chat model are not found', async () => {
	for (const model of ['step-9', 'step-tts-2']) {
		const answer = await send(emulator, ask('Hi', { model }));
		expect(answer.status).toBe(404);
		const message = `The model "${model}" does not exist or you do not have access to it.`;
		expect(answer.text).toBe(JSON.stringify({ error: { message, type: 'model_invalid' } }));
	}
});

test('a text model refuses images; a model without web search refuses the tool', async () => {
	const refused = [
		{ ...image('https://a/b.png'), model: 'step-3.5-flash' },
		ask('Hi', { model: 'step-5-preview', tools: [{ type: 'web_search' }] }),
	];
	for (const body of refused) {
		const answer = await send(emulator, body);
		expect(answer).toMatchObject({ status: 400, json: { error: { type: 'unsupported_content_type' } } });
	}
});

test('takes a tool name of any length, since at most 64 characters are only recommended', async () => {
	for (const length of [64, 65, 300]) {
		const body = ask('Hi', { tools: [tool('a'.repeat(length))] });
		expect((await send(emulator, body)).status).toBe(200);
	}
});

test('takes every documented parameter at its limits, and ignores unknown ones', async () => {
	const body = ask('Hi', {
		temperature: 0,
		top_p: 1,
		n: 1,
		max_tokens: 2_000_000,
		stop: [],
		frequency_penalty: -2,
		stream: false,
		stream_options: { include_usage: true },
		max_completion_tokens: 1,
		tools: [],
	});
	expect((await send(emulator, body)).status).toBe(200);
});
