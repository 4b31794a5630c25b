import { BrokenSchema, compileSchema } from '../../../stepfun/schema/schema';
import { violationsOf } from '../../../stepfun/schema/validate';
import type { JsonSchema } from '../../../stepfun/types';
import { atOnce } from './at-once';

const violations = (value: unknown, schema: JsonSchema, most = 10) =>
	atOnce(violationsOf(value, compileSchema(schema), most));

describe('says where it is wrong, what was expected and what there is', () => {
	const price = { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] };
	test.each<[what: string, value: unknown, schema: JsonSchema, path: string, expected: string, got: string]>([
		['missing', {}, price, '/price', 'a number', 'nothing: it is missing'],
		['wrong type', { price: '12' }, price, '/price', 'a number', '"12"'],
		[
			'extra',
			{ a: 1, b: 2 },
			{ properties: { a: {} }, additionalProperties: false },
			'/b',
			'no such field (the fields are "a")',
			'2',
		],
		['enum', 'sad', { enum: ['calm', 'lively'] }, '', 'one of "calm", "lively"', '"sad"'],
		['const', 2, { const: 1 }, '', '1', '2'],
		['too few', [], { minItems: 1 }, '', 'at least 1 item', '0 items'],
		['too many', [1, 2, 3], { maxItems: 2 }, '', 'at most 2 items', '3 items'],
		[
			'not unique',
			[
				{ a: 1, b: 2 },
				{ b: 2, a: 1 },
			],
			{ uniqueItems: true },
			'',
			'items that are all different',
			'an object twice',
		],
		[
			'nested',
			{ rows: [{}, { n: [true] }] },
			{ properties: { rows: { items: { properties: { n: { items: { type: 'null' } } } } } } },
			'/rows/1/n/0',
			'null',
			'true',
		],
		[
			'names with / and ~',
			{ 'a/b': { 'c~d': 1 } },
			{ properties: { 'a/b': { properties: { 'c~d': { type: 'string' } } } } },
			'/a~1b/c~0d',
			'text',
			'1',
		],
		['too short', 'é😀', { minLength: 3 }, '', 'at least 3 characters', '2 characters'],
		['too small', 0, { exclusiveMinimum: 0 }, '', 'more than 0', '0'],
		['not a multiple', 0.00751, { multipleOf: 0.0001 }, '', 'a multiple of 0.0001', '0.00751'],
		['pattern', 'abc', { pattern: '^\\d+$' }, '', 'text that matches the pattern ^\\d+$', '"abc"'],
		['format', '31.1.2026', { format: 'date' }, '', 'text in the format date, such as 2026-01-31', '"31.1.2026"'],
		['several types', [], { type: ['string', 'null'] }, '', 'text or null', 'a list'],
		['alternatives of other kinds', 5, { anyOf: [{ type: 'string' }, { type: 'null' }] }, '', 'text or null', '5'],
		[
			'the alternative that comes nearest',
			{ kind: 'b', size: 'x' },
			{
				oneOf: [
					{ properties: { kind: { const: 'a' }, size: { type: 'string' } }, required: ['kind'] },
					{ properties: { kind: { const: 'b' }, size: { type: 'number' } }, required: ['kind'] },
				],
			},
			'/size',
			'a number',
			'"x"',
		],
		[
			'by a reference',
			{ a: { n: 'x' } },
			{ properties: { a: { $ref: '#/$defs/n' } }, $defs: { n: { properties: { n: { type: 'integer' } } } } },
			'/a/n',
			'a whole number',
			'"x"',
		],
	])('%s', (_, value, schema, path, expected, got) => {
		expect(violations(value, schema)).toEqual([{ path, expected, got }]);
	});

	test.each<[what: string, value: unknown, schema: JsonSchema, expected: string]>([
		['objects to choose from', { a: 2 }, { enum: [{ a: 1 }, [1]] }, 'one of {"a":1}, [1]'],
		['the one object', { a: 2 }, { const: { a: 1 } }, '{"a":1}'],
		[
			'names',
			{ B: 1 },
			{ propertyNames: { maxLength: 2, pattern: '^[a-z]+$' } },
			'a name that is text that matches the pattern ^[a-z]+$',
		],
		[
			'some item',
			[1, { n: 2 }],
			{ contains: { type: 'object', properties: { n: { minimum: 5 } } } },
			'at least 1 of the items to be at least 5 at /n',
		],
		[
			'several items',
			[9],
			{ contains: { minimum: 5 }, minContains: 2 },
			'at least 2 of the items to be a value that fits the schema',
		],
		[
			'a missing date',
			{},
			{ required: ['d'], properties: { d: { type: 'string', format: 'date' } } },
			'text in the format date, such as 2026-01-31',
		],
		[
			'a missing text',
			{},
			{ required: ['d'], properties: { d: { pattern: '^a' } } },
			'text that matches the pattern ^a',
		],
		[
			'a missing choice',
			{},
			{ required: ['d'], properties: { d: { allOf: [{ enum: ['x', 'y'] }] } } },
			'one of "x", "y"',
		],
		['a number beyond all', JSON.parse('1e999'), { type: 'number', multipleOf: 2 }, 'a number from -1e308 to 1e308'],
	])('in words that say it: %s', (_, value, schema, expected) => {
		expect(violations(value, schema).map((each) => each.expected)).toEqual([expected]);
	});

	test.each<[what: string, schema: JsonSchema]>([
		['a reference', { $ref: '#/$defs/base' }],
		['all of some', { allOf: [{ $ref: '#/$defs/base' }] }],
		['any of some', { anyOf: [{ $ref: '#/$defs/base' }, { type: 'null' }] }],
		['one of some', { oneOf: [{ type: 'null' }, { $ref: '#/$defs/base' }] }],
		['a condition', { if: true, then: { $ref: '#/$defs/base' } }],
		['a dependency', { dependentSchemas: { a: { $ref: '#/$defs/base' } } }],
	])('fields that %s knows are not unknown because one of them is wrong', (_, schema) => {
		const $defs = { base: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } } };
		const paths = violations({ a: 5, b: 'x', c: 1 }, { ...schema, unevaluatedProperties: false, $defs });
		expect(paths).toEqual([
			{ path: '/a', expected: 'text', got: '5' },
			{ path: '/c', expected: 'no such field', got: '1' },
		]);
	});

	test('of so many faults at most', () => {
		expect(violations(Array(500_000).fill('x'), { items: { type: 'number' } }, 3)).toHaveLength(3);
	});
});

describe('a schema that cannot be used is refused with its place', () => {
	test.each<[schema: JsonSchema, message: string]>([
		[{ type: 'date' }, '/type is not one of'],
		[{ properties: { a: { required: 'a' } } }, '/properties/a/required is not a list of field names'],
		[{ properties: { a: null } }, '/properties/a is not a schema'],
		[{ items: [{}] }, '/items is not a schema'],
		[{ pattern: '[' }, '/pattern is not a regular expression'],
		[{ patternProperties: { '(a)\\1': {} } }, '/patternProperties/(a)\\1 is not named by a regular expression'],
		[{ minItems: -1 }, '/minItems is not a whole number'],
		[{ multipleOf: 0 }, '/multipleOf is not a number above 0'],
		[{ $ref: '#/$defs/none' }, '/$ref is not a reference to a place that this schema has'],
		[{ $ref: '#none' }, '/$ref is not a reference to a place that this schema has'],
		[
			{ properties: { a: { $ref: 'https://example.com/a.json' } } },
			'/properties/a/$ref is not a reference to a place in this',
		],
		[{ $ref: 'file:///etc/passwd' }, '/$ref is not a reference to a place in this'],
		[{ $ref: '#' }, 'is not a schema that comes to an end'],
		[{ allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { anyOf: [{ not: { $ref: '#/$defs/a' } }] } } }, 'comes to an end'],
		[{ $schema: 'http://json-schema.org/draft-04/schema#' }, '/$schema is not http://json-schema.org/draft-07/schema#'],
	])('%j', (schema, message) => {
		expect(() => compileSchema(schema)).toThrow(BrokenSchema);
		expect(() => compileSchema(schema)).toThrow(message);
	});

	test('a chain of references by the thousand', () => {
		const $defs = Object.fromEntries(
			Array.from({ length: 10_000 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]),
		);
		expect(() => compileSchema({ $ref: '#/$defs/d0', $defs: { ...$defs, d10000: {} } })).toThrow(
			'fewer than 200 references',
		);
	});
});

test('the draft is the one that $schema names, or 2020-12', () => {
	const tuple = { items: [{ type: 'string' }], additionalItems: false };
	expect(violations([1], { $schema: 'http://json-schema.org/draft-07/schema', ...tuple })).toHaveLength(1);
	expect(violations(['a', 1], { $schema: 'http://json-schema.org/draft-07/schema#', ...tuple })).toHaveLength(1);
	expect(violations([1, 2], { prefixItems: [{ type: 'string' }], items: false })).toHaveLength(2);
	// In draft 7, nothing counts beside a reference.
	const beside = { $ref: '#/definitions/a', type: 'null', definitions: { a: { type: 'string' } } };
	expect(violations('x', { $schema: 'http://json-schema.org/draft-07/schema#', ...beside })).toEqual([]);
	expect(violations('x', beside)).toHaveLength(1);
});

/** How many slices it takes, and the longest of them in ms. */
function slicesOf(value: unknown, schema: JsonSchema): number {
	let count = 1;
	for (const work = violationsOf(value, compileSchema(schema), 10); !work.next().done;) count += 1;
	return count;
}

describe('time and depth', () => {
	const row = {
		type: 'object',
		properties: { id: { type: 'integer' }, tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } } },
		required: ['id', 'tags'],
		additionalProperties: false,
	};
	test.each<[what: string, value: (count: number) => unknown, schema: JsonSchema]>([
		['rows', (count) => Array.from({ length: count }, (_, id) => ({ id, tags: ['a', 'b'] })), { items: row }],
		['items that are all different', (count) => Array.from({ length: count }, (_, i) => i), { uniqueItems: true }],
		[
			'fields',
			(count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i])),
			{ patternProperties: { '^(f|f)+\\d+$': { type: 'number' } }, unevaluatedProperties: false },
		],
		[
			'alternatives',
			(count) => Array.from({ length: count }, (_, i) => ({ i })),
			{ items: { anyOf: [{ type: 'string' }, row, { required: ['i'] }] } },
		],
	])('%s: in proportion to the data', (_, value, schema) => {
		const few = slicesOf(value(20_000), schema);
		expect(few).toBeGreaterThan(2);
		expect(slicesOf(value(40_000), schema)).toBeLessThanOrEqual(2 * few + 2);
	});

	test('data and schemas that lie deep within each other', () => {
		let value: unknown = 0;
		for (let i = 0; i < 199; i += 1) value = i % 2 ? [value] : { a: value };
		const $defs = {
			node: {
				anyOf: [
					{ type: 'object', properties: { a: { $ref: '#/$defs/node' } } },
					{ type: 'array', items: { allOf: [{ $ref: '#/$defs/node' }] } },
					{ type: 'object', additionalProperties: { $ref: '#/$defs/node' } },
					{ type: 'number' },
				],
			},
		};
		expect(violations(value, { $ref: '#/$defs/node', $defs })).toEqual([]);
		expect(
			violations(JSON.parse(JSON.stringify(value).replace('0', 'null')), { $ref: '#/$defs/node', $defs }),
		).toHaveLength(1);
	});

	test('a schema whose check would never end is given up', () => {
		const twice = (name: string) => ({ allOf: [{ $ref: `#/$defs/${name}` }, { $ref: `#/$defs/${name}` }] });
		const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i}`, twice(`d${i + 1}`)]));
		const work = violationsOf(1, compileSchema({ $ref: '#/$defs/d0', $defs: { ...$defs, d40: {} } }), 10);
		expect(work.next().done).toBe(false);
	});
});
