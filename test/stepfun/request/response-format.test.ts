import { schemaFromExample } from '../../../stepfun/request/json-schema';
import { jsonSchemaFormat } from '../../../stepfun/request/response-format';

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
