import type { INodeProperties } from 'n8n-workflow';
import {
	booleanOption,
	numberOption,
	optionsField,
	readOption,
	readOptions,
	textsOption,
	wholeNumberOption,
	type RequestOptions,
} from '../../../../nodes/shared/fields/options';

const range = { displayName: 'Size', name: 'size', type: 'number', default: 1 } as const;
const text: INodeProperties = { displayName: 'Words', name: 'words', type: 'string', default: [] };
const from0To2 = { ...range, typeOptions: { minValue: 0, maxValue: 2 } };
const from1 = { ...range, typeOptions: { minValue: 1 } };

test.each([
	[undefined, undefined],
	[null, undefined],
	['', undefined],
	[' ', undefined],
	['\t\n', undefined],
	['\u00a0', undefined],
	[0, 0],
	['0', 0],
	[' 0.5 ', 0.5],
	['0.5', 0.5],
	[2, 2],
])('%p as a number is %p', (value, number) => {
	expect(numberOption(from0To2).read(value)).toBe(number);
});

test.each([
	[numberOption(from0To2), -0.1, 'Size must be a number from 0 to 2, but is -0.1'],
	[numberOption(from0To2), '2.1', 'Size must be a number from 0 to 2, but is "2.1"'],
	[numberOption(from1), NaN, 'Size must be a number of at least 1, but is NaN'],
	[wholeNumberOption(from0To2), 1.5, 'Size must be a whole number from 0 to 2, but is 1.5'],
	[wholeNumberOption(from1), { secret: 1 }, 'Size must be a whole number of at least 1, but is something else'],
])('the range is checked: %#', (option, value, message) => {
	expect(() => option.read(value)).toThrow(
		expect.objectContaining({
			type: 'invalid_input',
			message,
			hint: 'Correct Size in Options, or remove the option to use the default',
		}),
	);
});

test('only true is true, and what was not set is neither', () => {
	const { read } = booleanOption({ ...range, type: 'boolean' });
	expect([true, false, 'true', null, undefined].map(read)).toEqual([true, false, false, false, undefined]);
});

test.each([
	['###', ['###']],
	['a,b', ['a,b']],
	['\n', ['\n']],
	[7, ['7']],
	[0, ['0']],
	[true, ['true']],
	[
		['a', '', 7, 'b'],
		['a', '7', 'b'],
	],
	[
		[['a', 'b'], [['c']], 1.5],
		['a', 'b', 'c', '1.5'],
	],
	[[null, undefined, ''], undefined],
	[[], undefined],
	['', undefined],
	[null, undefined],
	[undefined, undefined],
])('the texts in %j are %j', (value, texts) => {
	expect(textsOption(text).read(value)).toEqual(texts);
});

test.each([{ a: 1 }, [{ a: 1 }], ['a', ['b', {}]]])('%j is no text', (value) => {
	expect(() => textsOption(text).read(value)).toThrow(
		expect.objectContaining({ type: 'invalid_input', message: 'Words contains something other than text' }),
	);
});

test('an option is read by its name, and becomes the field it stands for', () => {
	const options = { temperature: numberOption(from0To2), stop: textsOption(text) } satisfies RequestOptions;
	expect(readOption(options.temperature, { size: 1 })).toBe(1);
	expect(readOptions(options, { size: 0, words: [], other: 1 })).toStrictEqual({ temperature: 0 });
	expect(readOptions(options, {})).toStrictEqual({});
});

test('a wire name or a type that the request does not have does not compile', () => {
	// @ts-expect-error: there is no such field.
	void ({ tempurature: numberOption(from0To2) } satisfies RequestOptions);
	// @ts-expect-error: the field takes a number.
	void ({ temperature: textsOption(text) } satisfies RequestOptions);
	// @ts-expect-error: the model has a field of its own.
	void ({ model: textsOption(text) } satisfies RequestOptions);
});

test('the panel shows options in the order of their labels', () => {
	const labels = ['Top P', 'Maximum', 'Max Items'];
	const field = optionsField(labels.map((displayName) => numberOption({ ...from1, displayName })));
	expect(field.options?.map((option) => 'displayName' in option && option.displayName)).toEqual([
		'Max Items',
		'Maximum',
		'Top P',
	]);
});
