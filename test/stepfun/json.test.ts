import fc from 'fast-check';
import {
	Brackets,
	hasMoreValues,
	isBlank,
	isDeeper,
	isTooDeep,
	MAX_JSON_DEPTH,
	tryParseJson,
} from '../../stepfun/json';

test.each([
	['{"a":1}', { a: 1 }],
	['null', null],
	['', undefined],
	['{a}', undefined],
])('%j', (json, value) => {
	expect(tryParseJson(json)).toEqual(value);
});

const nested = (levels: number): string => '{"a":['.repeat(levels / 2) + ']}'.repeat(levels / 2);

test('deeper than the limit is no JSON, however it is written; brackets in texts are none', () => {
	expect(tryParseJson(nested(MAX_JSON_DEPTH))).toBeDefined();
	expect(tryParseJson(nested(MAX_JSON_DEPTH + 2))).toBeUndefined();
	expect(isTooDeep('['.repeat(100_000))).toBe(true);
	expect(isTooDeep('{"a":\n'.repeat(100_000))).toBe(true);
	const text = JSON.stringify({ a: `\\"${'['.repeat(1_000)}` });
	expect(tryParseJson(text)).toEqual(JSON.parse(text));
	expect(isTooDeep('[]'.repeat(1_000))).toBe(false);
});

const depthOf = (value: unknown): number =>
	value !== null && typeof value === 'object' ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

test('brackets, however a text is cut, tell how deep it is and where it ends', () => {
	fc.assert(
		fc.property(fc.json({ maxDepth: 6 }), fc.array(fc.nat(30), { maxLength: 8 }), (json, cuts) => {
			const brackets = new Brackets();
			let at = 0;
			for (const size of cuts) brackets.add(json.slice(at, (at += size)));
			brackets.add(json.slice(at));
			const depth = depthOf(JSON.parse(json));
			expect(brackets).toMatchObject({ deepest: depth, open: 0, areClosed: depth > 0 });
			for (const levels of [0, 1, 2, 3]) expect(isDeeper(JSON.parse(json), levels)).toBe(depth > levels);
		}),
	);
});

test('values are counted, and commas in texts are none', () => {
	expect(hasMoreValues(3, '[1,2,3,4]')).toBe(false);
	expect(hasMoreValues(3, '[1,2,3,4,5]')).toBe(true);
	expect(hasMoreValues(3, '["1,2,3,4,5"]')).toBe(false);
});

test.each([[null], [undefined], [''], [' \n'], [0], [false], [[]], [{}], [{ a: ['', { b: null }] }]])(
	'%j is blank',
	(value) => {
		expect(isBlank(value)).toBe(true);
	},
);

test.each([['a'], [1], [true], [['a']], [{ a: { b: 1 } }]])('%j is not blank', (value) => {
	expect(isBlank(value)).toBe(false);
});
