import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ChatRequest } from '../../../stepfun/types';
import { readNumber } from './number';

/** Entries of an Options collection that say how the model writes. */
export const frequencyPenaltyOption: INodeProperties = {
	displayName: 'Frequency Penalty',
	name: 'frequencyPenalty',
	type: 'number',
	typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
	default: 0,
	description: 'Higher values make the model repeat itself less, from -2 to 2',
};

export const maxTokensOption: INodeProperties = {
	displayName: 'Maximum Number of Tokens',
	name: 'maxTokens',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 4096,
	hint: 'Reasoning counts too: too low a number leaves none for the answer',
	description: 'The most tokens that the model may write, reasoning included. Without it there is no limit.',
};

export const temperatureOption: INodeProperties = {
	displayName: 'Sampling Temperature',
	name: 'temperature',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
	default: 0.5,
	description: 'Higher values make the answer more varied, lower ones more predictable, from 0 to 2',
};

export const stopOption: INodeProperties = {
	displayName: 'Stop Sequences',
	name: 'stop',
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
	default: [],
	placeholder: 'e.g. ###',
	description: 'Texts at which the model stops; they are not part of the answer',
};

export const topPOption: INodeProperties = {
	displayName: 'Top P',
	name: 'topP',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
	default: 0.9,
	description: 'The share of likely words to choose from, from 0 to 1. Change this or the temperature, not both.',
};

export type Sampling = Pick<ChatRequest, 'max_tokens' | 'temperature' | 'top_p' | 'stop' | 'frequency_penalty'>;

/**
 * What the options say about sampling; an option that was not added is absent, and 0 is 0.
 *
 * @throws StepfunError `invalid_input` for a number out of the API's range.
 */
export function readSampling(options: IDataObject): Sampling {
	const stop = readStop(options['stop']);
	return withoutUndefined({
		max_tokens: readNumber(options['maxTokens'], 'Maximum Number of Tokens', { min: 1, whole: true }),
		temperature: readNumber(options['temperature'], 'Sampling Temperature', { min: 0, max: 2 }),
		top_p: readNumber(options['topP'], 'Top P', { min: 0, max: 1 }),
		stop: stop.length === 0 ? undefined : stop,
		frequency_penalty: readNumber(options['frequencyPenalty'], 'Frequency Penalty', { min: -2, max: 2 }),
	});
}

function readStop(value: unknown): string[] {
	const list = Array.isArray(value) ? value : [value];
	return list.filter((text): text is string => typeof text === 'string' && text !== '');
}

const withoutUndefined = <Fields extends object>(fields: Fields): Fields =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
