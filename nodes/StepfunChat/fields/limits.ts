import type { IDataObject } from 'n8n-workflow';
import { readOption, wholeNumberOption } from '../../shared/fields/options';

const DEFAULT_CONCURRENT = 5;

export const maxConcurrentRequestsOption = wholeNumberOption({
	displayName: 'Max Concurrent Requests',
	name: 'maxConcurrentRequests',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_CONCURRENT,
	hint: 'The first item sets it for all',
	description:
		'How many input items are worked on side by side. Your StepFun tier limits how many requests may run at a time.',
});

export const requestsPerMinuteOption = wholeNumberOption({
	displayName: 'Requests per Minute',
	name: 'requestsPerMinute',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 60,
	hint: 'The first item sets it for all',
	description:
		'How many requests are sent within any minute, retries included. Without it there is no limit until StepFun names one.',
});

/**
 * The window of this execution's items, and what it lets the account send within a minute; 0 for no limit.
 *
 * @throws StepfunError `invalid_input` for numbers out of range.
 */
export const readPacing = (options: IDataObject): { maxConcurrent: number; requestsPerMinute: number } => ({
	maxConcurrent: readOption(maxConcurrentRequestsOption, options) ?? DEFAULT_CONCURRENT,
	requestsPerMinute: readOption(requestsPerMinuteOption, options) ?? 0,
});
