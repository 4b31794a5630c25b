import { NUMBER_RANGES } from '../../../stepfun/request/number';
import { numberOption, textsOption, wholeNumberOption, type RequestOptions } from './options';

/** Options that decide how the model writes, in the order in which they are sent. */
export const samplingOptions = {
	max_tokens: wholeNumberOption({
		displayName: 'Maximum Number of Tokens',
		name: 'maxTokens',
		type: 'number',
		typeOptions: { minValue: NUMBER_RANGES.max_tokens.min },
		default: 4096,
		hint: 'Reasoning counts too: a low limit may leave nothing for the answer',
		description:
			'The maximum number of tokens to generate, including reasoning. Without it, only the limit of the model applies.',
	}),
	temperature: numberOption({
		displayName: 'Sampling Temperature',
		name: 'temperature',
		type: 'number',
		typeOptions: {
			minValue: NUMBER_RANGES.temperature.min,
			maxValue: NUMBER_RANGES.temperature.max,
			numberPrecision: 2,
		},
		default: 0.5,
		description: 'Higher values make the answer more varied, lower ones more predictable, from 0 to 2',
	}),
	top_p: numberOption({
		displayName: 'Top P',
		name: 'topP',
		type: 'number',
		typeOptions: { minValue: NUMBER_RANGES.top_p.min, maxValue: NUMBER_RANGES.top_p.max, numberPrecision: 2 },
		default: 0.9,
		description: 'The share of likely words to choose from, from 0 to 1. Change this or the temperature, not both.',
	}),
	stop: textsOption({
		displayName: 'Stop Sequences',
		name: 'stop',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		default: [],
		placeholder: 'e.g. ###',
		description: 'Texts at which the model stops. They are not part of the answer.',
	}),
	frequency_penalty: numberOption({
		displayName: 'Frequency Penalty',
		name: 'frequencyPenalty',
		type: 'number',
		typeOptions: {
			minValue: NUMBER_RANGES.frequency_penalty.min,
			maxValue: NUMBER_RANGES.frequency_penalty.max,
			numberPrecision: 2,
		},
		default: 0,
		description: 'Higher values make the model repeat itself less, from -2 to 2',
	}),
} satisfies RequestOptions;
