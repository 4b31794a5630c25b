import type { IDataObject } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { anyCallId, useStage } from './stage';

const { api } = useStage();

const ask = (parameters: IDataObject, content = 'Hello') =>
	runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode({ messages: { values: [{ role: 'user', content }] }, ...parameters })],
	});

const sent = (): IDataObject => api.requests.at(-1)!.body as IDataObject;

const weather = {
	name: 'get_weather',
	description: 'Weather of a city',
	specifyParameters: 'schema',
	parametersSchema: '{"properties": {"city": {"type": "string"}}, "required": ["city"]}',
};

test('functions of the panel are sent as the API takes them', async () => {
	await ask({
		tools: {
			functions: [
				weather,
				{
					name: 'book',
					description: 'Books a table',
					specifyParameters: 'example',
					parametersExample: '{"guests": 2, "at": {"day": "Monday"}, "wishes": ["window"]}',
				},
				{ name: 'ping', specifyParameters: 'none' },
			],
			json: [
				{
					functionsJson:
						'[{"name": "a", "description": "A", "parameters": {}}, ' +
						'{"type": "function", "function": {"name": "b", "parameters": {"type": "object", "properties": {}}}}]',
				},
			],
		},
	});
	const empty = { type: 'object', properties: {} };
	expect(sent()['tools']).toEqual([
		{
			type: 'function',
			function: {
				name: 'get_weather',
				description: 'Weather of a city',
				parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
			},
		},
		{
			type: 'function',
			function: {
				name: 'book',
				description: 'Books a table',
				parameters: {
					type: 'object',
					properties: {
						guests: { type: 'number' },
						at: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
						wishes: { type: 'array', items: { type: 'string' } },
					},
					required: ['guests', 'at', 'wishes'],
				},
			},
		},
		{ type: 'function', function: { name: 'ping', parameters: empty } },
		{ type: 'function', function: { name: 'a', description: 'A', parameters: empty } },
		{ type: 'function', function: { name: 'b', parameters: empty } },
	]);
});

test('nothing is sent where there are no tools', async () => {
	await ask({});
	expect(sent()).toEqual({ model: 'step-3.5-flash', messages: [{ role: 'user', content: 'Hello' }], stream: true });
});

test('calls come out with their arguments as sent and read', async () => {
	const { json } = await ask({ tools: { functions: [weather] } }, 'get_weather in Paris and get_weather in Rome');
	expect(json('StepFun Chat')[0]).toMatchObject({
		content: '',
		finish_reason: 'tool_calls',
		tool_calls: [
			{
				id: anyCallId,
				type: 'function',
				function: { name: 'get_weather', arguments: '{"city":"Paris"}', parsed_arguments: { city: 'Paris' } },
			},
			{
				id: anyCallId,
				type: 'function',
				function: { name: 'get_weather', arguments: '{"city":"Rome"}', parsed_arguments: { city: 'Rome' } },
			},
		],
	});
});

test('arguments that are no JSON stay text, and the editor says so', async () => {
	api.fault({
		body: JSON.stringify({
			id: 'c',
			model: 'm',
			choices: [
				{
					index: 0,
					finish_reason: 'tool_calls',
					message: {
						role: 'assistant',
						content: '',
						tool_calls: [{ id: '1', type: 'function', function: { name: 'get_weather', arguments: '{"city": ' } }],
					},
				},
			],
		}),
	});
	const { json, run } = await ask({ tools: { functions: [weather] } });
	expect(run.status).toBe('success');
	expect(json('StepFun Chat')[0]!['tool_calls']).toEqual([
		{ id: '1', type: 'function', function: { name: 'get_weather', arguments: '{"city": ' } },
	]);
	expect(run.data.resultData.runData['StepFun Chat']![0]!.hints).toEqual([
		expect.objectContaining({
			type: 'warning',
			message: expect.stringContaining('item 0 are not valid JSON (get_weather)'),
		}),
	]);
});

test('StepFun searches the web at the turn of a switch, and its sources come out', async () => {
	const { json } = await ask({ webSearch: true, webSearchDescription: 'News about tea' }, 'Is there news about tea?');
	expect(sent()['tools']).toEqual([{ type: 'web_search', function: { description: 'News about tea' } }]);
	expect(json('StepFun Chat')[0]).toMatchObject({
		content: expect.stringContaining('Is there news about tea?'),
		tool_calls: [],
		search_results: [
			expect.objectContaining({ url: expect.stringMatching(/^https:/), title: expect.any(String) }),
			expect.anything(),
		],
	});
});

test('a name of more than 64 characters is sent, as StepFun only recommends fewer', async () => {
	const name = 'x'.repeat(65);
	const { json } = await ask({
		tools: { functions: [{ ...weather, name }], json: [{ functionsJson: [{ name: `${name}y` }] }] },
	});
	expect(json('StepFun Chat')).toMatchObject([{ tool_calls: [{ function: { name } }] }]);
	expect(sent()['tools']).toMatchObject([{ function: { name } }, { function: { name: `${name}y` } }]);
});

test.each<[what: string, tools: IDataObject, message: string, hint: string]>([
	[
		'a name with a blank',
		{ functions: [{ ...weather, name: 'get weather' }] },
		'the name of function 1 contains a space: "get weather"',
		'letters (A to Z), digits, _ and -',
	],
	[
		'a long name with a character that is refused',
		{ functions: [{ ...weather, name: `${'x'.repeat(65)}é` }] },
		'contains the character é: "xxx',
		'at most 64',
	],
	[
		'a name that is missing',
		{ functions: [weather, { description: 'Does it' }] },
		'In Tools, function 2 has no name',
		'Give it a name',
	],
	[
		'a name that is used twice',
		{ functions: [weather], json: [{ functionsJson: '[{"name": "get_weather"}]' }] },
		'the name "get_weather" is used twice',
		'a name of its own',
	],
	[
		'a schema that is none',
		{ functions: [{ ...weather, parametersSchema: '{"city": "Paris"}' }] },
		'the parameters schema of "get_weather" is not a valid schema',
		'JSON example',
	],
	[
		'an array as the root',
		{ functions: [{ ...weather, specifyParameters: 'example', parametersExample: '["Paris"]' }] },
		'is of the type "array" instead of object',
		'into an object',
	],
	[
		'a schema that is no JSON',
		{ functions: [{ ...weather, parametersSchema: '{\n  "type": object\n}' }] },
		'Parameters Schema of "get_weather" is not valid JSON: see line 2, column 11',
		'quotes',
	],
	[
		'an example that is no JSON',
		{ functions: [{ ...weather, specifyParameters: 'example', parametersExample: '{"city" "Paris"}' }] },
		'Parameters Example of "get_weather" is not valid JSON: see line 1, column 9',
		'quotes',
	],
	[
		'functions that are no JSON',
		{ json: [{ functionsJson: '[{"name": "a"},\n]' }] },
		'Functions (JSON) is not valid JSON: see line 2, column 1',
		'commas',
	],
	[
		'functions that are no list',
		{ json: [{ functionsJson: '{"name": "a"}' }] },
		'Functions (JSON) is not a list',
		'Enter an array',
	],
])('is told before anything is sent: %s', async (_, tools, message, hint) => {
	const { run } = await ask({ tools });
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringContaining(hint),
		context: { itemIndex: 0 },
	});
	expect(api.requests).toHaveLength(0);
});
