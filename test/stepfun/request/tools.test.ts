import { checkTools, functionTool, readTools, webSearchTool } from '../../../stepfun/request/tools';

const refusal = (message: string) =>
	expect.objectContaining({
		type: 'invalid_input',
		message: expect.stringContaining(message),
		hint: expect.stringMatching(/\w/),
	});

describe('a function', () => {
	test.each(['get_weather', 'a', '2fa-Check', 'x'.repeat(64), 'x'.repeat(65)])('may be called %s', (name) => {
		expect(functionTool({ name, description: 'Does it' }, 'tool 1')).toEqual({
			type: 'function',
			function: { name, description: 'Does it', parameters: { type: 'object', properties: {} } },
		});
	});

	test.each([
		['', 'tool 1 has no name'],
		[undefined, 'tool 1 has no name'],
		['get weather', 'the name of tool 1 contains a space: "get weather"'],
		['wetter_für_morgen', 'contains the character ü'],
		['天气', 'contains the character 天'],
	])('may not be called %j', (name, message) => {
		expect(() => functionTool({ name }, 'tool 1')).toThrow(refusal(message));
	});

	const parametersOf = (parameters: unknown): unknown =>
		functionTool({ name: 'f', parameters }, 'tool 1').function.parameters;

	test('gets the root type that StepFun asks for', () => {
		expect(parametersOf({ properties: { city: { type: 'string' } }, required: ['city'] })).toEqual({
			type: 'object',
			properties: { city: { type: 'string' } },
			required: ['city'],
		});
		expect(parametersOf({})).toEqual({ type: 'object', properties: {} });
		expect(parametersOf(undefined)).toEqual({ type: 'object', properties: {} });
	});

	test.each([
		[{ city: 'Paris' }, 'the parameters schema of "f" is not a valid schema'],
		['string', 'is not a valid schema'],
		[[{ type: 'string' }], 'is not a valid schema'],
		[{ type: 'array', items: {} }, 'is of the type "array" instead of object'],
		[{ type: 'obejct' }, '/type is not one of string, number'],
		[{ type: 'object', properties: { city: 'string' } }, '/properties/city is not a schema'],
		[{ type: 'object', properties: ['city'] }, '/properties is not an object of schemas'],
		[
			{ type: 'object', properties: { at: { type: 'object', properties: { x: { type: 'float' } } } } },
			'/properties/at/properties/x/type is not one of',
		],
		[{ type: 'object', required: 'city' }, '/required is not a list of field names'],
		[{ properties: { mood: { enum: [] } } }, '/properties/mood/enum is not a list of values'],
		[{ properties: { mood: { anyOf: [] } } }, '/properties/mood/anyOf is not a list of schemas'],
		[{ properties: { tags: { items: 7 } } }, '/properties/tags/items is not a schema'],
	])('does not take the parameters %j', (parameters, message) => {
		expect(() => parametersOf(parameters)).toThrow(refusal(message));
	});

	test('takes what else schemas may hold', () => {
		const schema = {
			type: 'object',
			properties: {
				a: { type: ['string', 'null'] },
				b: { $ref: '#/$defs/b' },
				c: { oneOf: [{ const: 1 }, true] },
				d: { type: 'array', prefixItems: [{}], items: false },
			},
			additionalProperties: false,
			$defs: { b: { type: 'integer', minimum: 1 } },
		};
		expect(parametersOf(schema)).toEqual(schema);
	});
});

describe('tools from JSON', () => {
	test('stand in the form of the API, or as functions only', () => {
		const parameters = { type: 'object', properties: {} };
		expect(
			readTools(
				[
					{ type: 'function', function: { name: 'a', description: 'A', parameters, strict: true } },
					{ name: 'b', description: 'B', parameters },
					{ type: 'function', name: 'c' },
					{ type: 'web_search', function: { description: 'News' } },
				],
				'Functions (JSON)',
			),
		).toEqual([
			{ type: 'function', function: { name: 'a', description: 'A', parameters, strict: true } },
			{ type: 'function', function: { name: 'b', description: 'B', parameters } },
			{ type: 'function', function: { name: 'c', parameters } },
			{ type: 'web_search', function: { description: 'News' } },
		]);
		expect(readTools(undefined, 'Functions (JSON)')).toEqual([]);
	});

	test.each([
		[{ name: 'a' }, 'Functions (JSON) is not a list'],
		[['a'], 'tool 1 is not an object'],
		[[{ name: 'a' }, { type: 'code_interpreter' }], 'tool 2 has an unknown type'],
		[[{ type: 'web_search' }], 'tool 1 has the type web_search but no function'],
	])('are not %j', (value, message) => {
		expect(() => readTools(value, 'Functions (JSON)')).toThrow(refusal(message));
	});
});

test('the tools of a request have names of their own, and are 128 at most', () => {
	const tools = (count: number) => Array.from({ length: count }, (_, i) => functionTool({ name: `f${i}` }, 'tool'));
	expect(() => checkTools([...tools(127), webSearchTool('News')])).not.toThrow();
	expect(() => checkTools([...tools(128), webSearchTool('News')])).toThrow(
		refusal('There are 129 tools, but StepFun accepts at most 128'),
	);
	expect(() => checkTools([...tools(3), functionTool({ name: 'f1' }, 'tool')])).toThrow(
		refusal('the name "f1" is used twice'),
	);
});
