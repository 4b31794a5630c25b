import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { LimiterOptions } from '../../../stepfun/client/limiter';
import { readNumber } from '../../shared/fields/number';

const DEFAULT_CONCURRENT = 5;

/** Entries of the Options collection. */
export const maxConcurrentRequestsOption: INodeProperties = {
	displayName: 'Max Concurrent Requests',
	name: 'maxConcurrentRequests',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_CONCURRENT,
	hint: 'The first item sets it for all',
	description:
		'How many input items are worked on side by side. Your StepFun tier limits how many requests may run at a time.',
};

export const receiveAsStreamOption: INodeProperties = {
	displayName: 'Receive as Stream',
	name: 'stream',
	type: 'boolean',
	default: true,
	description:
		'Whether StepFun sends the answer piece by piece, so that a long answer is not taken for a lost connection; the output is the same. Turn it off for a gateway that cannot stream.',
};

export const requestsPerMinuteOption: INodeProperties = {
	displayName: 'Requests per Minute',
	name: 'requestsPerMinute',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 60,
	hint: 'The first item sets it for all',
	description:
		'How many requests are sent within any minute, retries included. Without it there is no limit until StepFun names one.',
};

/** @throws StepfunError `invalid_input` for numbers out of range. */
export function readPacing({
	maxConcurrentRequests,
	requestsPerMinute,
}: IDataObject): Pick<LimiterOptions, 'maxConcurrent' | 'requestsPerMinute'> {
	return {
		maxConcurrent:
			readNumber(maxConcurrentRequests, 'Max Concurrent Requests', { min: 1, whole: true }) ?? DEFAULT_CONCURRENT,
		requestsPerMinute: readNumber(requestsPerMinute, 'Requests per Minute', { min: 1, whole: true }) ?? 0,
	};
}

export const readStream = ({ stream }: IDataObject): boolean => stream !== false;
