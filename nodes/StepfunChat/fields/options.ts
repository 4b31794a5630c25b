import type { INodeProperties } from 'n8n-workflow';
import { NUMBER_RANGES } from '../../../stepfun/request/number';
import { attemptsToCorrectOption } from '../../shared/fields/corrections';
import { extraBodyOption } from '../../shared/fields/extra-body';
import { optionsField, wholeNumberOption, type RequestOptions } from '../../shared/fields/options';
import { retriesOption, timeoutOption, totalTimeoutOption } from '../../shared/fields/patience';
import { reasoningFormatOption } from '../../shared/fields/reasoning';
import { samplingOptions } from '../../shared/fields/sampling';
import { enableStreamingOption, streamReasoningOption } from './chat-stream';
import { maxConcurrentRequestsOption, requestsPerMinuteOption } from './limits';
import { returnMessagesOption } from './output';
import { maxToolIterationsOption } from './tools';
import { uploadOption } from './uploads';

/** Options that are fields of the request, in the order in which they are sent. */
export const requestOptions = {
	reasoning_format: reasoningFormatOption,
	...samplingOptions,
	n: wholeNumberOption({
		displayName: 'Number of Completions',
		name: 'n',
		type: 'number',
		typeOptions: { minValue: NUMBER_RANGES.n.min },
		default: 1,
		description: 'How many answers to generate for each input item. StepFun suggests at most 5.',
	}),
} satisfies RequestOptions;

/** `stream` is true unless this or Extra Body Fields says otherwise. */
export const streamOptions = {
	stream: {
		property: {
			displayName: 'Receive as Stream',
			name: 'stream',
			type: 'boolean',
			default: true,
			description:
				'Whether StepFun sends the answer piece by piece, so that a long answer is not mistaken for a lost connection. The output is the same. Turn it off for a gateway that cannot stream.',
		},
		read: (value) => (value === false ? value : undefined),
	},
} satisfies RequestOptions;

export const optionsFields: INodeProperties[] = [
	optionsField([
		...Object.values(requestOptions),
		...Object.values(streamOptions),
		attemptsToCorrectOption,
		enableStreamingOption,
		extraBodyOption,
		maxConcurrentRequestsOption,
		maxToolIterationsOption,
		requestsPerMinuteOption,
		retriesOption,
		returnMessagesOption,
		uploadOption,
		streamReasoningOption,
		timeoutOption,
		totalTimeoutOption,
	]),
];
