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
	['<think>5 or 6?</think>\n5', 5],
	['<think></think>"text"', 'text'],
	['<think>{"a": 0}</think>\n<think>{"a": 2}</think>\n{"a": 1}', { a: 1 }],
	[' \uFEFF<think>hm</think>\uFEFF{"a": "</think>"}', { a: '</think>' }],
	['Numbers:\r\n[1, 2, 3]\r\nThat is all.', [1, 2, 3]],
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
	['<think>Is it {"a": 0}?', 'nothing'],
	['{"a": 1', 'JSON that breaks off'],
	['{"a": [{"b": 1}, {"b": 2},', 'JSON that breaks off'],
	['```json\n{"a": {"b": 1}\n```', 'JSON that breaks off'],
	['Before {"a": "b', 'JSON that breaks off'],
	['{"a": 1} and {"a": 2}', 'several JSON documents'],
	['{"a": 1}{"a":', 'JSON that breaks off'],
])('says what %j is', (content, got) => {
	expect(read(content)).toEqual({ got });
});

test.each<[content: string, mistake: string]>([
	["{'a': 1}", 'position 1'],
	['Here: {"a": 1 "b": 2}', 'position 8'],
	['{"a": "two\nlines"}', 'position 10'],
	['{"a": 1, // one\n"b": 2}', 'position 9'],
	['[1,,]', "Unexpected token ','"],
	['[,]', "Unexpected token ','"],
	['{"a":,}', "Unexpected token ','"],
	['See [1]: {"a": undefined}', "Unexpected token 'u'"],
	['{"a": True, "b": {"c": 1}}', "Unexpected token 'T'"],
])('says what is wrong with %j', (content, mistake) => {
	const { got } = read(content) as { got: string };
	expect(got).toMatch(/^JSON with a mistake in its syntax: /);
	expect(got).toContain(mistake);
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
