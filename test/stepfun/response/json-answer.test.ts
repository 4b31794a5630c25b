import fc from 'fast-check';
import { readJsonAnswer } from '../../../stepfun/response/json-answer';
import { atOnce } from '../schema/at-once';

const read = (content: string, isCutOff = false) => atOnce(readJsonAnswer(content, isCutOff));

test.each<[content: string, value: unknown]>([
	['{"a": 1}', { a: 1 }],
	[' \n[1, 2]\n', [1, 2]],
	['\uFEFF{"a": 1}', { a: 1 }],
	['null', null],
	['```json\n{"a": 1}\n```', { a: 1 }],
	['```\n{"a": 1}\n```', { a: 1 }],
	['```json\n5\n```', 5],
	['```json\n{"a": 1}', { a: 1 }],
	['Here it is:\n\n```json\n{"a": "```"}\n```\nAnything else?', { a: '```' }],
	['{"a": "```json\\n{}```"}', { a: '```json\n{}```' }],
	['With the fields {"a": "number"}:\n```json\n{"a": 1}\n```', { a: 1 }],
	['<think>Is it {"a": 0}? No.</think>{"a": 1}', { a: 1 }],
	['<think>\nhm\n</think>\n\n```json\n{"a": "<think>x</think>"}\n```', { a: '<think>x</think>' }],
	['{"a": [1, 2, ], }', { a: [1, 2] }],
	['{"a": ",}", "b": ",]" , \n}', { a: ',}', b: ',]' }],
	['The answer is {"a": 1}.', { a: 1 }],
	['As [1] says (see [the page](https://example.com)): {"a": "[x], {y}"}. That is all [2].', { a: '[x], {y}' }],
	['Rows: [{"a": 1}]', [{ a: 1 }]],
	['Numbers:\n[1, 2, 3]\n', [1, 2, 3]],
	['{"a": "\\"}", "b": 1,}', { a: '"}', b: 1 }],
])('reads %j', (content, value) => {
	expect(read(content)).toEqual({ value });
});

test.each<[content: string, got: string]>([
	['', 'nothing'],
	['Sorry, I cannot.', 'text without JSON'],
	['Sorry, see [1].', 'text without JSON'],
	['``````', 'text without JSON'],
	['{"a": 1', 'JSON that breaks off'],
	['{"a": [{"b": 1}, {"b": 2},', 'JSON that breaks off'],
	['```json\n{"a": {"b": 1}\n```', 'JSON that breaks off'],
	['Before {"a": "b', 'JSON that breaks off'],
	['{"a": 1} and {"a": 2}', 'several JSON documents'],
	['{"a": 1}{"a":', 'JSON that breaks off'],
	["{'a': 1}", 'JSON with a mistake in its syntax'],
	['{"a": 1 "b": 2}', 'JSON with a mistake in its syntax'],
	['[1,,]', 'JSON with a mistake in its syntax'],
	['[,]', 'JSON with a mistake in its syntax'],
	['{"a":,}', 'JSON with a mistake in its syntax'],
	['See [1]: {"a": undefined}', 'JSON with a mistake in its syntax'],
	['{"a": True, "b": {"c": 1}}', 'JSON with a mistake in its syntax'],
])('says what %j is', (content, got) => {
	expect(read(content)).toEqual({ got });
});

const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => value !== null && typeof value === 'object');
const isFull = (value: unknown): boolean => Object.keys(value as object).length > 0 && JSON.stringify(value) !== '[[]]';

test('no value is changed, whatever stands around it', () => {
	const around = fc.constantFrom(
		(text: string) => text,
		(text: string) => `\`\`\`json\n${text}\n\`\`\``,
		(text: string) => `Certainly! Here it is:\n${text}\nIs there anything else?`,
		(text: string) => `<think>Let me see: {"a": 1}</think>\n${text}`,
		(text: string) => text.replace(/([\]}])$/, ',$1'),
	);
	fc.assert(
		fc.property(json.filter(isFull), around, (value, wrap) => {
			const expected: unknown = JSON.parse(JSON.stringify(value));
			expect(read(wrap(JSON.stringify(value, null, 1)))).toEqual({ value: expected });
		}),
		{ numRuns: 2_000 },
	);
});

test('what is cut off never becomes an answer', () => {
	fc.assert(
		fc.property(
			json.filter(isFull),
			fc.nat(),
			fc.boolean(),
			fc.constantFrom('', 'Here: ', '```json\n'),
			(value, at, isCutOff, before) => {
				const text = JSON.stringify([value, value]);
				const cut = text.slice(0, 1 + (at % (text.length - 1)));
				expect(read(before + cut, isCutOff)).toEqual({ got: expect.any(String) });
			},
		),
		{ numRuns: 2_000 },
	);
	expect(read('12', true)).toEqual({ got: 'JSON that breaks off' });
	expect(read('{"a": 1,}', true)).toEqual({ got: 'JSON that breaks off' });
	expect(read('{"a": 1}', true)).toEqual({ value: { a: 1 } });
});

test.each([
	['brackets', '[1] '],
	['objects', '{"a":1} '],
	['fences', '```json\n'],
	['open brackets', '{'],
	['thoughts', '<think>'],
	['blanks', ' \n'],
])('a long text of %s is read in a time in proportion to it', (_, unit) => {
	const startedAt = performance.now();
	read(`x${unit.repeat(400_000)}`);
	expect(performance.now() - startedAt).toBeLessThan(10_000);
});
