import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { anyCallId, useStage } from './stage';

const { api } = useStage();

const ask = (parameters: IDataObject, item: INodeExecutionData = { json: {} }) =>
	runWorkflow({ credential: customEndpoint(api.url), items: [item], nodes: [chatNode(parameters)] });

const sent = (): IDataObject => api.requests.at(-1)!.body as IDataObject;

const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
const weather = {
	tools: { functions: [{ name: 'get_weather', specifyParameters: 'example', parametersExample: '{"city": "Paris"}' }] },
};

test('a whole round of a tool can be said in the panel', async () => {
	const { json } = await ask(
		{
			...weather,
			messages: {
				values: [
					{ role: 'system', content: 'Be brief' },
					{ role: 'user', content: 'How is Paris?' },
					{ role: 'assistant', content: '', toolCalls: '={{ $json.tool_calls }}', reasoning: '={{ $json.reasoning }}' },
					{ role: 'tool', toolCallId: '={{ $json.tool_calls[0].id }}', content: '={{ $json.weather }}' },
				],
			},
		},
		{
			json: {
				tool_calls: [{ ...call, function: { ...call.function, parsed_arguments: { city: 'Paris' } } }],
				reasoning: 'I look it up',
				weather: { degrees: 21 },
			},
		},
	);
	expect(sent()['messages']).toEqual([
		{ role: 'system', content: 'Be brief' },
		{ role: 'user', content: 'How is Paris?' },
		{ role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'I look it up' },
		{ role: 'tool', tool_call_id: 'call_1', content: '{"degrees":21}' },
	]);
	expect(json('StepFun Chat')[0]!['content']).toContain('get_weather returned');
});

test('fields that another role left behind are not sent', async () => {
	await ask({
		messages: { values: [{ role: 'user', content: 'Hello', toolCallId: 'call_1', toolCalls: '[', reasoning: 'x' }] },
	});
	expect(sent()['messages']).toEqual([{ role: 'user', content: 'Hello' }]);
});

test('JSON messages take arguments as objects, and leave behind what belongs to an output', async () => {
	const messages = [
		{ role: 'user', content: 'How is Paris?' },
		{
			role: 'assistant',
			content: '',
			reasoning: 'I look it up',
			tool_calls: [
				{
					id: 'call_0',
					type: 'web_search',
					function: { name: 'step_websearch', arguments: '{}', results: [{ url: 'https://example.com' }] },
				},
				{
					id: 'call_1',
					type: 'function',
					index: 0,
					function: { name: 'get_weather', arguments: { city: 'Paris' }, parsed_arguments: { city: 'Paris' } },
				},
			],
			usage: { total_tokens: 7 },
			finish_reason: 'tool_calls',
		},
		{ role: 'tool', tool_call_id: 'call_1', content: [{ degrees: 21 }] },
	];
	await ask({ ...weather, specifyMessages: 'json', messagesJson: JSON.stringify(messages) });
	expect(sent()['messages']).toEqual([
		{ role: 'user', content: 'How is Paris?' },
		{ role: 'assistant', content: null, tool_calls: [call], reasoning_content: 'I look it up' },
		{ role: 'tool', tool_call_id: 'call_1', content: '[{"degrees":21}]' },
	]);
});

test.each([
	['a simplified item', true, '$json'],
	['a raw completion', false, '$json'],
	["n8n's own item", true, '$input.first()'],
])('%s of one StepFun Chat is a message of the next, as it is', async (_, simplify, expression) => {
	const callId = '($json.tool_calls ?? $json.choices[0].message.tool_calls)[0].id';
	const question = '{ role: "user", content: "get_weather in Paris" }';
	const result = `{ role: "tool", tool_call_id: ${callId}, content: "21 degrees" }`;
	const { run, json } = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [
			chatNode(
				{ ...weather, simplify, messages: { values: [{ role: 'user', content: 'get_weather in Paris' }] } },
				{ name: 'First' },
			),
			chatNode(
				{
					...weather,
					specifyMessages: 'json',
					messagesJson: `={{ [${question}, ${expression}, ${result}] }}`,
				},
				{ name: 'Second' },
			),
		],
	});
	expect(run.status).toBe('success');
	expect(sent()['messages']).toEqual([
		{ role: 'user', content: 'get_weather in Paris' },
		{
			role: 'assistant',
			content: null,
			reasoning_content: expect.stringContaining('I will call get_weather'),
			tool_calls: [
				{
					id: anyCallId,
					type: 'function',
					function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
				},
			],
		},
		{ role: 'tool', tool_call_id: anyCallId, content: '21 degrees' },
	]);
	expect(api.requests[1]!.reasoningReplayed).toBe(true);
	expect(json('Second')[0]!['content']).toContain('21 degrees');
});

test('an answer without calls goes on as text, without its reasoning', async () => {
	await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [
			chatNode({}, { name: 'First' }),
			chatNode(
				{
					specifyMessages: 'json',
					messagesJson: '={{ [{ role: "user", content: "Hello" }, $json, { role: "user", content: "And now?" }] }}',
				},
				{ name: 'Second' },
			),
		],
	});
	expect(sent()['messages']).toEqual([
		{ role: 'user', content: 'Hello' },
		{ role: 'assistant', content: expect.stringContaining('You asked: "Hello"') },
		{ role: 'user', content: 'And now?' },
	]);
});

describe('data as the content of a message', () => {
	const asked = { role: 'assistant', content: null, tool_calls: [call] };
	const audio = `data:audio/wav;base64,${files.wav().toString('base64')}`;

	/** The same data by the panel's expression, by JSON from an expression, and by JSON as text. */
	async function contents(role: string, content: unknown): Promise<unknown[]> {
		const message = { role, content, ...(role === 'tool' && { tool_call_id: 'call_1' }) };
		const conversation = [{ role: 'user', content: 'Hello' }, ...(role === 'tool' ? [asked] : []), message];
		const fields = conversation.map((one) => ({
			...one,
			...('tool_calls' in one && { content: '', toolCalls: '={{ $json.calls }}' }),
			...(one === message && { content: '={{ $json.content }}', toolCallId: 'call_1' }),
		}));
		const found: unknown[] = [];
		for (const parameters of [
			{ messages: { values: fields } },
			{ specifyMessages: 'json', messagesJson: '={{ $json.conversation }}' },
			{ specifyMessages: 'json', messagesJson: JSON.stringify(conversation) },
		]) {
			const { run } = await runWorkflow({
				items: [{ json: { content, conversation, calls: [call] } as IDataObject }],
				credential: customEndpoint(api.url),
				nodes: [chatNode(parameters as IDataObject)],
			});
			const error = run.data.resultData.error?.message;
			found.push(error ?? (sent()['messages'] as IDataObject[]).at(-1)!['content']);
		}
		return found;
	}
	const all = (content: unknown): unknown[] => [content, content, content];

	test.each<[unknown, string]>([
		[[], '[]'],
		[{}, '{}'],
		[[{ degrees: 21 }], '[{"degrees":21}]'],
		[[{ type: 'text', name: 'a note' }], '[{"type":"text","name":"a note"}]'],
		[[{ type: 'text', text: 'a note', id: 7 }], '[{"type":"text","text":"a note","id":7}]'],
		[[{ type: 'dog' }, { type: 'cat' }], '[{"type":"dog"},{"type":"cat"}]'],
		[[{ type: 'image_url', width: 7 }], '[{"type":"image_url","width":7}]'],
		[[1, 'two'], '[1,"two"]'],
		[7, '7'],
		[0, '0'],
		[false, 'false'],
		[null, ''],
		['', ''],
		['sunny', 'sunny'],
		['[{"type":"text"}]', '[{"type":"text"}]'],
		[[{ type: 'text', text: 'sunny' }], 'sunny'],
		[
			[
				{ type: 'text', text: 'sunny' },
				{ type: 'text', text: 'warm' },
			],
			'sunny\nwarm',
		],
		[{ type: 'text', text: 'sunny' }, 'sunny'],
		[
			[
				{ type: 'text', text: 'A map:' },
				{ type: 'image_url', image_url: { url: 'https://example.com/map.png' } },
			],
			'A map:\n(image that cannot be shown here)',
		],
		[[{ type: 'input_audio', input_audio: { data: audio } }], '(audio that cannot be shown here)'],
	])("a tool's result %j is the text %j", async (content, text) => {
		expect(await contents('tool', content)).toEqual(all(text));
	});

	describe.each(['system', 'user', 'assistant'])('of the role %s', (role) => {
		test.each<[unknown, string]>([
			[7, '7'],
			[0, '0'],
			[-1.5, '-1.5'],
			[true, 'true'],
			[false, 'false'],
			[{ city: 'Oslo' }, '{"city":"Oslo"}'],
			[{}, '{}'],
			[{ type: 'invoice', total: 7 }, '{"type":"invoice","total":7}'],
			[[1, 'two', null], '[1,"two",null]'],
			[[{ id: 1, text: 'a review' }], '[{"id":1,"text":"a review"}]'],
			[[{ type: 'dog', name: 'Rex' }], '[{"type":"dog","name":"Rex"}]'],
		])('%j is the text %j', async (content, text) => {
			expect(await contents(role, content)).toEqual(all(text));
		});

		const sentAs = (...texts: string[]): unknown =>
			role === 'user' ? texts.map((text) => ({ type: 'text', text })) : texts.join(role === 'system' ? '\n' : '');

		test.each([[[{ type: 'text', text: 'Hi' }]], [[{ type: 'text', text: 'Hi', cache_control: { type: 'x' } }]]])(
			'%j are parts',
			async (content) => {
				expect(await contents(role, content)).toEqual(all(sentAs('Hi')));
			},
		);

		test('one part is a list of one, and several stay apart or are one text, as StepFun takes them', async () => {
			expect(await contents(role, { type: 'text', text: 'Hi' })).toEqual(all(sentAs('Hi')));
			const parts = ['Hi', 'you'].map((text) => ({ type: 'text', text }));
			expect(await contents(role, parts)).toEqual(all(sentAs('Hi', 'you')));
		});
	});

	test('a date is as its JSON says', async () => {
		await ask(messages({ role: 'user', content: '={{ $json.at.toDateTime() }}' }), { json: { at: '2026-11-21' } });
		expect((sent()['messages'] as IDataObject[])[0]!['content']).toMatch(/^2026-11-21T/);
	});

	test('an assistant without content and calls is sent as it is', async () => {
		await ask(fromJson('[{"role": "user", "content": "a"}, {"role": "assistant", "content": null}]'));
		await ask(fromJson('[{"role": "user", "content": "a"}, {"role": "assistant"}]'));
		expect(api.requests.map(({ body }) => (body as { messages: unknown[] }).messages[1])).toEqual([
			{ role: 'assistant', content: null },
			{ role: 'assistant', content: null },
		]);
	});

	test.each(['system', 'user'])('an expression without a value is said to be one, role %s', async (role) => {
		const inPanel = 'In Messages, the Content of message 2 has no value';
		const inJson = 'In Messages, the content of message 2 has no value';
		expect(await contents(role, null)).toEqual([inPanel, inJson, inJson]);
		expect(await contents(role, undefined)).toEqual([inPanel, inJson, inJson]);
		expect(api.requests).toHaveLength(0);
	});
});

describe('options that an expression gives', () => {
	test.each<[unknown, unknown]>([
		['={{ ["END", "STOP"] }}', ['END', 'STOP']],
		['={{ 7 }}', ['7']],
		['={{ "END" }}', ['END']],
		['END', ['END']],
		[
			['={{ ["a", "b"] }}', 'c'],
			['a', 'b', 'c'],
		],
		[['={{ 7 }}', '={{ null }}', ''], ['7']],
		['={{ [] }}', undefined],
		['={{ $json.nothing }}', undefined],
	])('stop sequences %j are sent as %j', async (stop, expected) => {
		await ask({ options: { stop } as IDataObject });
		expect(sent()['stop']).toEqual(expected);
	});

	test.each(['={{ " " }}', '={{ "\\n" }}', '={{ "" }}', '={{ null }}', '={{ $json.nothing }}'])(
		'a number that is blank is none: %s',
		async (blank) => {
			await ask({
				options: {
					maxTokens: blank,
					temperature: blank,
					topP: blank,
					n: blank,
					frequencyPenalty: blank,
					retries: blank,
				},
			});
			expect(sent()).toEqual({ model: 'step-3.5-flash', messages: [{ role: 'user', content: 'Hello' }], stream: true });
		},
	);
});

const image = () => ({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } });

describe('extra body fields', () => {
	test('join the request', async () => {
		await ask({ options: { extraBody: '{"tool_choice": "auto", "stream_options": {"include_usage": true}}' } });
		expect(sent()).toEqual({
			model: 'step-3.5-flash',
			messages: [{ role: 'user', content: 'Hello' }],
			tool_choice: 'auto',
			stream_options: { include_usage: true },
			stream: true,
		});
	});

	test('reach what the panel has no setting for, such as an answer that is no stream', async () => {
		const { json } = await ask({ options: { extraBody: '={{ {stream: false} }}' } });
		expect(sent()['stream']).toBe(false);
		expect(json('StepFun Chat')[0]!['content']).toContain('Hello');
	});

	test('may say what the panel could have said', async () => {
		await ask({ options: { extraBody: '{"temperature": 0}' } });
		expect(sent()['temperature']).toBe(0);
	});

	const panel: IDataObject = {
		reasoningEffort: 'high',
		responseFormat: 'json_object',
		messages: { values: [{ role: 'user', content: 'Hello' }] },
		tools: { functions: [{ name: 'f', specifyParameters: 'none' }] },
	};
	const panelOptions: IDataObject = {
		maxTokens: 100,
		temperature: 0.2,
		topP: 0.3,
		n: 1,
		stop: ['###'],
		frequencyPenalty: 1,
		reasoningFormat: 'general',
		stream: false,
	};
	const tool = { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } };
	const schemaFormat = {
		type: 'json_schema',
		json_schema: { name: 'answer', strict: true, schema: { type: 'object', properties: {} } },
	};

	test.each<[name: string, given: unknown, expected: unknown]>([
		['model', 'step-3.7-flash', 'step-3.7-flash'],
		['model', ' step-3.7-flash ', 'step-3.7-flash'],
		['messages', [{ role: 'user', content: 'Other' }], [{ role: 'user', content: 'Other' }]],
		['messages', [{ role: 'user', content: { a: 1 } }], [{ role: 'user', content: '{"a":1}' }]],
		['tools', [tool], [tool]],
		['tools', [{ name: 'g' }], [tool]],
		['max_tokens', 7, 7],
		['max_tokens', '7', 7],
		['temperature', 0, 0],
		['top_p', 1, 1],
		['n', 2, 2],
		['stream', true, true],
		['stop', 'END', ['END']],
		['stop', ['END', 7], ['END', '7']],
		['frequency_penalty', -2, -2],
		['response_format', { type: 'text' }, { type: 'text' }],
		['response_format', schemaFormat, schemaFormat],
		['reasoning_format', 'deepseek-style', 'deepseek-style'],
		['reasoning_effort', 'low', 'low'],
	])('take the place of what the panel says: %s %j', async (name, given, expected) => {
		for (const options of [{}, panelOptions]) {
			await ask({ ...panel, options: { ...options, extraBody: { [name]: given } } } as IDataObject);
			expect(sent()[name]).toEqual(expected);
		}
	});

	test.each(
		['tools', 'max_tokens', 'temperature', 'top_p', 'n', 'stop', 'frequency_penalty'].concat([
			'response_format',
			'reasoning_format',
			'reasoning_effort',
			'tool_choice',
		]),
	)('that are null are left out: %s', async (name) => {
		const { run } = await ask({ ...panel, options: { ...panelOptions, extraBody: `{"${name}": null}` } });
		expect(sent()).not.toHaveProperty(name);
		expect(sent()).toHaveProperty('messages');
		await ask({ options: { extraBody: `{"${name}": null}` } });
		expect(sent()).toEqual({ model: 'step-3.5-flash', messages: [{ role: 'user', content: 'Hello' }], stream: true });
		expect(run.data.resultData.error?.message ?? '').not.toMatch(/TypeError|is not a function|undefined/);
	});

	test.each(['model', 'messages'])('without which there is no request stay as they are: %s null', async (name) => {
		await ask({ options: { extraBody: `{"${name}": null}` } });
		expect(sent()).toEqual({ model: 'step-3.5-flash', messages: [{ role: 'user', content: 'Hello' }], stream: true });
	});

	test.each<[name: string, given: unknown, message: string]>([
		...[
			'tools',
			'response_format',
			'messages',
			'model',
			'stop',
			'stream',
			'reasoning_effort',
			'reasoning_format',
		].flatMap((name): Array<[string, unknown, string]> => [
			[name, {}, ''],
			[name, { a: 1 }, ''],
		]),
		...['max_tokens', 'temperature', 'top_p', 'n', 'frequency_penalty'].flatMap(
			(name): Array<[string, unknown, string]> =>
				[{}, [], true, 'many', -3].map((given) => [name, given, `${name} is not a`]),
		),
		['model', '', 'model is not the ID of a model'],
		['model', 7, 'model is not the ID of a model'],
		['messages', 'Hello', 'Messages must be a list, but is text'],
		['messages', [{ role: 'robot', content: 'x' }], 'the unknown role "robot"'],
		['messages', [{ role: 'user', content: Array.from({ length: 61 }, image) }], '61 images'],
		['tools', 'f', 'tools is not a list'],
		['tools', [7], 'tool 1 is not an object'],
		['tools', [{ name: 'a b' }], 'contains a space'],
		['tools', [{ name: 'a' }, { name: 'a' }], 'is used twice'],
		['tools', Array.from({ length: 129 }, (_, i) => ({ name: `f${i}` })), '129 tools'],
		['max_tokens', 0, 'max_tokens is not a whole number of at least 1'],
		['max_tokens', 1.5, 'max_tokens is not a whole number of at least 1'],
		['temperature', 2.1, 'temperature is not a number from 0 to 2'],
		['top_p', '1.1', 'top_p is not a number from 0 to 1'],
		['n', 0, 'n is not a whole number of at least 1'],
		['stream', 'no', 'stream is not true or false'],
		['stop', [{}], 'stop is not text or a list of texts'],
		['frequency_penalty', 3, 'frequency_penalty is not a number from -2 to 2'],
		['response_format', 'json', 'response_format is not an object'],
		['response_format', { type: 'xml' }, 'response_format.type is not text, json_object or json_schema'],
		['response_format', { type: 'json_schema' }, 'response_format.json_schema is not an object'],
		['response_format', { type: 'json_schema', json_schema: { schema: {} } }, 'json_schema.name is not a name'],
		[
			'response_format',
			{ type: 'json_schema', json_schema: { name: 'a', strict: 'yes', schema: { type: 'object' } } },
			'json_schema.strict is not true or false',
		],
		['response_format', { type: 'json_schema', json_schema: { name: 'a' } }, 'is not a valid schema'],
		[
			'response_format',
			{ type: 'json_schema', json_schema: { name: 'a', schema: { type: 'list' } } },
			'/type is not one of',
		],
		['reasoning_format', 'xml', 'reasoning_format is not general or deepseek-style'],
		['reasoning_effort', 'none', 'does not support the Reasoning Effort "none"'],
	])('are checked as the panel is: %s %j', async (name, given, message) => {
		for (const extraBody of [JSON.stringify({ [name]: given }), { [name]: given }]) {
			const { run } = await ask({ ...panel, options: { ...panelOptions, extraBody } } as IDataObject);
			const { error } = run.data.resultData;
			expect(error!.message).toContain(message);
			expect(error).toMatchObject({ description: expect.stringMatching(/\w/), context: { itemIndex: 0 } });
			expect(error!.message).toMatch(/^In |^Messages|^There are|^The messages|does not support|Reasoning/);
		}
		expect(api.requests).toHaveLength(0);
	});

	test('are held against the model that is asked in the end', async () => {
		const extraBody = '{"model": "step-3.5-flash-2603"}';
		const { run } = await ask({ reasoningEffort: 'medium', options: { extraBody } });
		expect(run.data.resultData.error!.message).toBe(
			'step-3.5-flash-2603 does not support the Reasoning Effort "medium"',
		);
		expect(api.requests).toHaveLength(0);
	});

	test('of any other name are sent as they are', async () => {
		await ask({ options: { extraBody: '{"extra": {"a": null}, "__proto__": {"polluted": true}, "toString": 1}' } });
		expect(api.requests.at(-1)!.rawBody.toString()).toContain(
			'"extra":{"a":null},"__proto__":{"polluted":true},"toString":1',
		);
	});
});

const messages = (...values: IDataObject[]): IDataObject => ({ messages: { values } });
const fromJson = (text: string): IDataObject => ({ specifyMessages: 'json', messagesJson: text });

test.each<[what: string, parameters: IDataObject, message: string, hint: string]>([
	[
		'a tool message without its id',
		messages({ role: 'user', content: 'x' }, { role: 'tool', content: '21' }),
		'message 2 has the role tool but no Tool Call ID',
		'tool_call_id',
	],
	[
		'a tool message without its id in JSON',
		fromJson('[{"role": "tool", "content": "21"}]'),
		'message 1 has the role tool but no Tool Call ID',
		'tool_call_id',
	],
	['an empty message', messages({ role: 'user', content: ' ' }), 'message 1 has no content', 'remove the message'],
	[
		'tool calls that are no JSON',
		messages({ role: 'user', content: 'x' }, { role: 'assistant', content: 'y', toolCalls: '[{"id": 1' }),
		'Tool Calls is not valid JSON: see line 1, column 10',
		'brackets',
	],
	[
		'a tool call without a name',
		fromJson('[{"role": "assistant", "tool_calls": [{"id": "1"}]}]'),
		'tool call 1 of message 1 has no id or no function.name',
		'as the model gave them',
	],
	[
		'messages that are no JSON',
		fromJson('[\n  {"role": "user", "content": "a "quoted" word"}\n]'),
		'Messages (JSON) is not valid JSON: see line 2, column 35',
		'JSON.stringify',
	],
	['messages that are no list', fromJson('{"role": "user"}'), 'Messages must be a list, but is an object', 'array'],
	['no messages', fromJson('[]'), 'Messages is empty', 'role user'],
	[
		'an unknown role',
		fromJson('[{"role": "function", "content": "x"}]'),
		'message 1 has the unknown role "function"',
		'system, user, assistant and tool',
	],
	['data without a role', fromJson('[{"content": "x"}]'), 'message 1 has no role', 'roles'],
	[
		'an unknown part',
		fromJson('[{"role": "user", "content": [{"type": "file"}]}]'),
		'part 1 of message 1 has the unknown type "file"',
		'input_audio',
	],
	[
		'a part without its address',
		fromJson('[{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]'),
		'part 1 of message 1 has no image_url.url',
		'image_url',
	],
	[
		'a part with another detail',
		fromJson(
			'[{"role": "user", "content": [{"type": "image_url", ' +
				'"image_url": {"url": "https://example.com/a.png", "detail": "medium"}}]}]',
		),
		'the detail of part 1 of message 1 is "medium"',
		'low or high',
	],
	[
		"OpenAI's form of audio with an OGG in it",
		fromJson(
			'[{"role": "user", "content": [{"type": "input_audio", ' +
				'"input_audio": {"data": "T2dnUwACAAAAAAAAAAA=", "format": "ogg"}}]}]',
		),
		'the input_audio.data of part 1 of message 1 is audio/ogg',
		'Convert',
	],
	[
		'extra fields that are no JSON',
		{ options: { extraBody: '{"a": 1,}' } },
		'Extra Body Fields is not valid JSON: see line 1, column 9',
		'commas',
	],
	[
		'extra fields that are no object',
		{ options: { extraBody: '[1]' } },
		'Extra Body Fields is not a JSON object',
		'tool_choice',
	],
	[
		'extra messages that are none',
		{ options: { extraBody: '{"messages": []}' } },
		'Messages is empty',
		'with the role user',
	],
])('is told before anything is sent: %s', async (_, parameters, message, hint) => {
	const { run } = await ask(parameters);
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringContaining(hint),
		context: { itemIndex: 0 },
	});
	expect(api.requests).toHaveLength(0);
});

test("one item's bad input leaves the others alone", async () => {
	const { json, items } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json: { text: 'one' } }, { json: { text: '' } }, { json: { text: 'three' } }],
		nodes: [chatNode(messages({ role: 'user', content: '={{ $json.text }}' }), { onError: 'continueRegularOutput' })],
	});
	expect(json('StepFun Chat')).toEqual([
		expect.objectContaining({ content: expect.stringContaining('one') }),
		{
			message: 'In Messages, message 1 has no content',
			error: expect.objectContaining({ type: 'invalid_input', hint: 'Enter some text, or remove the message' }),
		},
		expect.objectContaining({ content: expect.stringContaining('three') }),
	]);
	expect(items('StepFun Chat')[1]!.pairedItem).toEqual({ item: 1 });
	expect(api.requests).toHaveLength(2);
});
