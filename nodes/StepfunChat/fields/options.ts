import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import type { ChatRequest } from '../../../stepfun/types';

export const optionsFields: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Frequency Penalty',
				name: 'frequencyPenalty',
				type: 'number',
				typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
				default: 0,
				description: 'Higher values make the model repeat itself less, from -2 to 2',
			},
			{
				displayName: 'Maximum Number of Tokens',
				name: 'maxTokens',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 4096,
				hint: 'Reasoning counts too: too low a number leaves none for the answer',
				description: 'The most tokens that the model may write, reasoning included. Without it there is no limit.',
			},
			{
				displayName: 'Number of Completions',
				name: 'n',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1,
				description: 'How many answers to write to each input item. StepFun suggests at most 5.',
			},
			{
				displayName: 'Sampling Temperature',
				name: 'temperature',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
				default: 0.5,
				description: 'Higher values make the answer more varied, lower ones more predictable, from 0 to 2',
			},
			{
				displayName: 'Stop Sequences',
				name: 'stop',
				type: 'string',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
				default: [],
				placeholder: 'e.g. ###',
				description: 'Texts at which the model stops; they are not part of the answer',
			},
			{
				displayName: 'Top P',
				name: 'topP',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.9,
				description: 'The share of likely words to choose from, from 0 to 1. Change this or the temperature, not both.',
			},
		],
	},
];

type Sampling = Pick<ChatRequest, 'max_tokens' | 'temperature' | 'top_p' | 'n' | 'stop' | 'frequency_penalty'>;

/**
 * What the options say about sampling; an option that was not added is absent, and 0 is 0.
 *
 * @throws StepfunError `invalid_input` for a number out of the API's range.
 */
export function readSampling(context: IExecuteFunctions, itemIndex: number): Sampling {
	const options = context.getNodeParameter('options', itemIndex, {});
	const stop = readStop(options['stop']);
	return withoutUndefined({
		max_tokens: readNumber(options['maxTokens'], 'Maximum Number of Tokens', { min: 1, whole: true }),
		temperature: readNumber(options['temperature'], 'Sampling Temperature', { min: 0, max: 2 }),
		top_p: readNumber(options['topP'], 'Top P', { min: 0, max: 1 }),
		n: readNumber(options['n'], 'Number of Completions', { min: 1, whole: true }),
		stop: stop.length === 0 ? undefined : stop,
		frequency_penalty: readNumber(options['frequencyPenalty'], 'Frequency Penalty', { min: -2, max: 2 }),
	});
}

interface Range {
	min: number;
	max?: number;
	whole?: boolean;
}

/** A number from a field or from an expression, which may give it as text; undefined for a field that was not set. */
export function readNumber(value: unknown, label: string, { min, max, whole }: Range): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number !== 'number' || Number.isNaN(number) || number < min || number > (max ?? Infinity) || (whole && !Number.isInteger(number))) {
		const kind = whole ? 'a whole number' : 'a number';
		const range = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
		throw invalidInput(`${label} must be ${kind} ${range}, and is ${shown(value)}`, `Correct ${label} in Options, or remove the option to use the default`);
	}
	return number;
}

function readStop(value: unknown): string[] {
	const list = Array.isArray(value) ? value : [value];
	return list.filter((text): text is string => typeof text === 'string' && text !== '');
}

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value === 'number' ? String(value) : 'something else');

const withoutUndefined = <Fields extends object>(fields: Fields): Fields =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
