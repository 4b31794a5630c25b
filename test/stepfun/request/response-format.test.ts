import { schemaFromExample } from '../../../stepfun/request/json-schema';
import { jsonSchemaFormat } from '../../../stepfun/request/response-format';
import { checkJsonAnswer, parseAnswer } from '../../../stepfun/response/check';
import type { Completion } from '../../../stepfun/types';

describe('a schema from an example', () => {
	test('takes names and types, and requires every field', () => {
		expect(
			schemaFromExample(
				{ title: 'x', score: 7.5, good: true, author: { name: 'Ada' }, tags: ['a', 'b'], rest: null, none: [] },
				{ closed: true },
			),
		).toEqual({
			type: 'object',
			properties: {
				title: { type: 'string' },
				score: { type: 'number' },
				good: { type: 'boolean' },
				author: {
					type: 'object',
					properties: { name: { type: 'string' } },
					required: ['name'],
					additionalProperties: false,
				},
				tags: { type: 'array', items: { type: 'string' } },
				rest: {},
				none: { type: 'array', items: {} },
			},
			required: ['title', 'score', 'good', 'author', 'tags', 'rest', 'none'],
			additionalProperties: false,
		});
	});

	test('takes the entries of a list together', () => {
		expect(
			schemaFromExample([
				{ a: 1, b: ['x'] },
				{ a: 2, b: [1], c: true },
			]),
		).toEqual({
			type: 'array',
			items: {
				type: 'object',
				properties: { a: { type: 'number' }, b: { type: 'array', items: {} }, c: { type: 'boolean' } },
				required: ['a', 'b'],
			},
		});
		expect(schemaFromExample(['a', 1])).toEqual({ type: 'array', items: {} });
	});
});

test('a schema is wrapped, and named by its title where it has one', () => {
	const schema = { type: 'object', title: 'Travel diary!' };
	expect(jsonSchemaFormat(schema, true)).toEqual({
		type: 'json_schema',
		json_schema: { name: 'Travel_diary_', strict: true, schema },
	});
	expect(jsonSchemaFormat({ type: 'object' }, false)).toMatchObject({ json_schema: { name: 'answer', strict: false } });
});

test.each([
	['{"a": 1}', { a: 1 }],
	[' \n[1, 2]\n', [1, 2]],
	['```json\n{"a": 1}\n```', { a: 1 }],
	['```\n{"a": 1}\n```', { a: 1 }],
	['Here it is:\n\n```json\n{"a": "```"}\n```\nAnything else?', { a: '```' }],
	['{"a": "```json\\n{}```"}', { a: '```json\n{}```' }],
	['null', null],
	['{"a": 1', undefined],
	['Sorry, I cannot.', undefined],
	['``````', undefined],
])('reads the JSON of %j', (content, value) => {
	expect(parseAnswer(content)).toEqual(value);
});

describe('an answer that was asked for as JSON', () => {
	const completion = (content: string, finish = 'stop', calls = false): Completion => ({
		id: 'c',
		object: 'chat.completion',
		created: 1,
		model: 'm',
		choices: [
			{
				index: 0,
				finish_reason: finish,
				message: {
					role: 'assistant',
					content,
					reasoning: 'because',
					...(calls && { tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] }),
				},
			},
		],
		usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 2, reasoning_tokens: 1, total_tokens: 3 },
	});
	const request = { model: 'm', messages: [], response_format: { type: 'json_object' as const } };

	test('may be JSON, or a tool call', () => {
		expect(() => checkJsonAnswer(completion('{}'), request)).not.toThrow();
		expect(() => checkJsonAnswer(completion('', 'tool_calls', true), request)).not.toThrow();
		expect(() => checkJsonAnswer(completion('hello'), { model: 'm', messages: [] })).not.toThrow();
	});

	test('keeps everything that there is when it is none', () => {
		const answer = completion('{"a": ');
		expect(() => checkJsonAnswer(answer, request)).toThrow(
			expect.objectContaining({
				type: 'invalid_json_answer',
				message: 'The model answered with something other than JSON',
				partial: answer,
				retryable: false,
			}),
		);
	});

	test('says when it was cut off', () => {
		expect(() => checkJsonAnswer(completion('{"a": ', 'length'), { ...request, max_tokens: 20 })).toThrow(
			'The answer reached Maximum Number of Tokens (20) before its JSON was complete',
		);
	});
});
