import type { IDataObject } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const ask = (parameters: IDataObject, onError = 'stopWorkflow', json: IDataObject = {}) =>
	runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json }],
		nodes: [chatNode(parameters, { onError: onError as 'stopWorkflow' })],
	});

const sent = (): IDataObject => api.requests.at(-1)!.body as IDataObject;
const answer = (content: string, finish = 'stop') =>
	api.fault({
		body: JSON.stringify({
			id: 'c',
			model: 'm',
			choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content, reasoning: 'because' } }],
			usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
		}),
	});

test('Text sends no format, and nothing is parsed', async () => {
	const { json } = await ask({ responseFormat: 'text' });
	expect(sent()).not.toHaveProperty('response_format');
	expect(json('StepFun Chat')[0]).not.toHaveProperty('parsed');
});

test('JSON Object comes out parsed beside the text', async () => {
	const { json } = await ask({ responseFormat: 'json_object' });
	expect(sent()['response_format']).toEqual({ type: 'json_object' });
	const [item] = json('StepFun Chat');
	expect(item!['parsed']).toMatchObject({ question: 'Hello' });
	expect(item!['parsed']).toEqual(JSON.parse(item!['content'] as string));
});

test('a schema grows from an example, closed and wrapped', async () => {
	const { json } = await ask({
		responseFormat: 'json_schema',
		schemaType: 'fromJson',
		jsonSchemaExample: '{"title": "A day", "tags": ["sea"], "score": 7.5}',
	});
	expect(sent()['response_format']).toEqual({
		type: 'json_schema',
		json_schema: {
			name: 'answer',
			strict: true,
			schema: {
				type: 'object',
				properties: {
					title: { type: 'string' },
					tags: { type: 'array', items: { type: 'string' } },
					score: { type: 'number' },
				},
				required: ['title', 'tags', 'score'],
				additionalProperties: false,
			},
		},
	});
	expect(json('StepFun Chat')[0]!['parsed']).toEqual({
		title: expect.any(String),
		tags: expect.any(Array),
		score: expect.any(Number),
	});
});

test('a schema may be typed in, or come from an expression', async () => {
	const schema = {
		title: 'mood',
		type: 'object',
		properties: { mood: { enum: ['calm', 'lively'] } },
		required: ['mood'],
	};
	for (const inputSchema of [JSON.stringify(schema), '={{ $json.schema }}']) {
		const { json } = await ask(
			{ responseFormat: 'json_schema', schemaType: 'manual', inputSchema, strictSchema: false },
			'stopWorkflow',
			{ schema },
		);
		expect(sent()['response_format']).toEqual({
			type: 'json_schema',
			json_schema: { name: 'mood', strict: false, schema },
		});
		expect(json('StepFun Chat')[0]!['parsed']).toEqual({ mood: 'calm' });
	}
});

test('the defaults of the panel are a schema that works', async () => {
	for (const schemaType of ['fromJson', 'manual']) {
		const { run, json } = await ask({ responseFormat: 'json_schema', schemaType });
		expect(run.status).toBe('success');
		expect(json('StepFun Chat')[0]!['parsed']).toMatchObject({ title: expect.any(String) });
	}
});

test('a fenced answer is read; each of several answers is', async () => {
	answer('```json\n{"a": 1}\n```');
	expect((await ask({ responseFormat: 'json_object' })).json('StepFun Chat')[0]).toMatchObject({
		content: '```json\n{"a": 1}\n```',
		parsed: { a: 1 },
	});
	const { json } = await ask({ responseFormat: 'json_object', options: { n: 2 } });
	expect(json('StepFun Chat')[0]).toMatchObject({
		parsed: { choice: 1 },
		choices: [{ parsed: { choice: 1 } }, { parsed: { choice: 2 } }],
	});
});

test('an answer that is no JSON keeps everything that came', async () => {
	answer('Sorry, no JSON today');
	const { json } = await ask(
		{ responseFormat: 'json_object', options: { attemptsToCorrect: 0 } },
		'continueRegularOutput',
	);
	expect(json('StepFun Chat')[0]).toMatchObject({
		message: 'The model answered with something other than a JSON object or list',
		error: {
			type: 'invalid_json_answer',
			hint: expect.stringContaining('JSON Schema'),
			partial: {
				choices: [{ finish_reason: 'stop', message: { content: 'Sorry, no JSON today', reasoning: 'because' } }],
				usage: { total_tokens: 5 },
			},
		},
	});
});

test('an answer that was cut off says by what', async () => {
	answer('{"a": [1, 2', 'length');
	const { run } = await ask({ responseFormat: 'json_object', options: { maxTokens: 64 }, simplify: false });
	expect(run.data.resultData.error).toMatchObject({
		message: 'The answer reached Maximum Number of Tokens (64) before its JSON was complete',
		description: expect.stringContaining('Raise Maximum Number of Tokens'),
	});
});

test.each([
	'{"required": ["a"]}',
	'{"minProperties": 1}',
	'{"patternProperties": {"^a": {}}}',
	'{"dependentRequired": {"b": ["a"]}}',
	'{"if": {"required": ["b"]}, "then": {"required": ["a"]}}',
	'{"$schema": "http://json-schema.org/draft-07/schema#", "description": "Any"}',
])('%s is a schema, too', async (inputSchema) => {
	answer('{"a": 1}');
	const { json } = await ask({ responseFormat: 'json_schema', schemaType: 'manual', inputSchema });
	expect(json('StepFun Chat')[0]).toMatchObject({ parsed: { a: 1 } });
});

test.each<[what: string, parameters: IDataObject, message: string]>([
	[
		'a schema that is no JSON',
		{ schemaType: 'manual', inputSchema: '{"type": "object",}' },
		'JSON Schema is not valid JSON: see line 1, column 19',
	],
	[
		'a schema that is none',
		{ schemaType: 'manual', inputSchema: '{"city": "Paris"}' },
		'JSON Schema is not a valid schema',
	],
	[
		'a type that there is not',
		{ schemaType: 'manual', inputSchema: '{"type": "object", "properties": {"at": {"type": "date"}}}' },
		'JSON Schema is not a valid schema: /properties/at/type is not one of',
	],
	[
		'a field name for a list of them',
		{ schemaType: 'manual', inputSchema: '{"type": "object", "required": "city"}' },
		'JSON Schema is not a valid schema: /required is not a list of field names',
	],
	[
		'a pattern that is none',
		{ schemaType: 'manual', inputSchema: '{"properties": {"a": {"pattern": "("}}}' },
		'JSON Schema is not a valid schema: /properties/a/pattern is not a regular expression',
	],
	[
		'a schema of the network',
		{ schemaType: 'manual', inputSchema: '{"$ref": "https://example.com/schema.json"}' },
		'JSON Schema is not a valid schema: /$ref is not a reference to a place in this schema',
	],
	[
		'a reference to nowhere',
		{ schemaType: 'manual', inputSchema: '{"properties": {"a": {"$ref": "#/$defs/b"}}}' },
		'JSON Schema is not a valid schema: /properties/a/$ref is not a reference to a place that this schema has',
	],
	[
		'references in a circle',
		{ schemaType: 'manual', inputSchema: '{"$ref": "#"}' },
		'JSON Schema is not a valid schema: its root is not a schema that comes to an end',
	],
	[
		'a draft that is not known',
		{ schemaType: 'manual', inputSchema: '{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}' },
		'JSON Schema is not a valid schema: /$schema is not http://json-schema.org/draft-07/schema#',
	],
	[
		'a broken schema in Extra Body Fields',
		{
			options: {
				extraBody: JSON.stringify({
					response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', required: 1 } } },
				}),
			},
		},
		'In Extra Body Fields, the schema in response_format is not a valid schema: /required is not a list of field names',
	],
	['no schema', { schemaType: 'manual', inputSchema: '' }, 'JSON Schema is not a valid schema'],
	[
		'an example that is no JSON',
		{ schemaType: 'fromJson', jsonSchemaExample: '{title: "x"}' },
		'JSON Example is not valid JSON: see line 1, column 2',
	],
	['an example that is a list', { schemaType: 'fromJson', jsonSchemaExample: '[1]' }, 'JSON Example is not an object'],
])('is told before anything is sent: %s', async (_, parameters, message) => {
	const { run } = await ask({ responseFormat: 'json_schema', ...parameters });
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringMatching(/\w/),
		context: { itemIndex: 0 },
	});
	expect(api.requests).toHaveLength(0);
});
