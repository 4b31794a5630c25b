import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ChatRequest } from '../../../stepfun/types';
import { readNumber } from '../../shared/fields/number';
import { optionsField } from '../../shared/fields/options';
import { retriesOption, timeoutOption, totalTimeoutOption } from '../../shared/fields/patience';
import { reasoningFormatOption } from '../../shared/fields/reasoning';
import {
	frequencyPenaltyOption,
	maxTokensOption,
	readSampling,
	stopOption,
	temperatureOption,
	topPOption,
	type Sampling,
} from '../../shared/fields/sampling';
import { enableStreamingOption, streamReasoningOption } from './chat-stream';
import { maxToolIterationsOption, returnMessagesOption } from './connected-tools';
import { extraBodyOption } from './extra-body';
import { maxConcurrentRequestsOption, receiveAsStreamOption, requestsPerMinuteOption } from './limits';

export const optionsFields: INodeProperties[] = [
	optionsField([
		enableStreamingOption,
		extraBodyOption,
		frequencyPenaltyOption,
		maxConcurrentRequestsOption,
		maxToolIterationsOption,
		maxTokensOption,
		{
			displayName: 'Number of Completions',
			name: 'n',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 1,
			description: 'How many answers to write to each input item. StepFun suggests at most 5.',
		},
		reasoningFormatOption,
		receiveAsStreamOption,
		requestsPerMinuteOption,
		retriesOption,
		returnMessagesOption,
		temperatureOption,
		stopOption,
		streamReasoningOption,
		timeoutOption,
		topPOption,
		totalTimeoutOption,
	]),
];

/**
 * What the options say about sampling.
 *
 * @throws StepfunError `invalid_input` for a number out of the API's range.
 */
export function readOptions(options: IDataObject): Sampling & Pick<ChatRequest, 'n'> {
	const n = readNumber(options['n'], 'Number of Completions', { min: 1, whole: true });
	return { ...readSampling(options), ...(n !== undefined && { n }) };
}
