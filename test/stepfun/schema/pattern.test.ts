import fc from 'fast-check';
import { readPattern } from '../../../stepfun/schema/pattern';
import { Steps } from '../../../stepfun/schema/work';
import { atOnce } from './at-once';

const found = (source: string, text: string): boolean => atOnce(readPattern(source)!.test(text, new Steps()));

const atom = fc.constantFrom(
	'a',
	'b',
	'.',
	'[ab]',
	'[^a]',
	'\\w',
	'\\d',
	'^',
	'$',
	'\\b',
	'(?=a)',
	'(?!b)',
	'(?<=a)',
	'(?<!b)',
);
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
	pattern: fc.oneof(
		{ maxDepth: 4 },
		atom,
		fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
		fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
		fc
			.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{1,}', '{0,2}'))
			.map(([a, mark]) => `(${a})${mark}`),
	),
}));

test("finds what JavaScript's own engine finds, whichever way it goes", () => {
	fc.assert(
		fc.property(
			pattern,
			fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '😀'), maxLength: 8 }),
			(source, text) => {
				const expected = new RegExp(source, 'u').test(text);
				expect(found(source, text)).toBe(expected);
				// A group that can be read in two ways keeps it from JavaScript's own engine.
				expect(found(`(?:${source}|(?:z|z)+z)`, text)).toBe(expected);
			},
		),
		{ numRuns: 5_000 },
	);
});

test.each([
	['\\p{Lu}\\u{1F600}\\x41', 'Ä😀A', true],
	['^\\uD83D\\uDE00$', '😀', true],
	['^[\\]\\-x]+$', ']-x', true],
	['^(?<year>\\d{4})-(?:0[1-9]|1[0-2])$', '2026-11', true],
	['\\-\\@', '-@', true],
	['{a}', '{a}', true],
	['', 'anything', true],
	['\\B(?:b|b)+', 'ab', true],
	['\\B(?:b|b)+', 'b a', false],
	['^.{1,10000}$', 'x'.repeat(10_001), false],
])('reads %s', (source, text, expected) => {
	expect(found(source, text)).toBe(expected);
});

test.each(['(', '[', 'a**', '(a)\\1', '(?<x>a)\\k<x>', '(?:(?:a{1,200}b){1,200}|c)+'])('refuses %s', (source) => {
	expect(readPattern(source)).toBeUndefined();
});

test.each([
	['^(a+)+$', 'a'],
	['^(a|a)*$', 'a'],
	['^(a|aa)+$', 'a'],
	['(x+x+)+y', 'x'],
	['\\s+$', ' '],
	['^(.*)*$\\d', 'a'],
	['(?:a?){50}a{50}b', 'a'],
	['^(?=(a+)+b)', 'a'],
	['(a*)*(a*)*(a*)*b', 'a'],
])('%s takes a time in proportion to the text', (source, unit) => {
	const slices = (length: number): number => {
		let count = 1;
		for (const work = readPattern(source)!.test(unit.repeat(length) + '!', new Steps()); !work.next().done;) count += 1;
		return count;
	};
	expect(slices(40_000)).toBeLessThanOrEqual(2 * slices(20_000) + 2);
});
