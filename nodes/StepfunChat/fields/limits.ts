import type { IExecuteFunctions } from 'n8n-workflow';
import type { FieldContext } from '../../shared/fields/model';
import { readOption, wholeNumberOption, type Option } from '../../shared/fields/options';

const DEFAULT_CONCURRENT = 5;

export const maxConcurrentRequestsOption = wholeNumberOption({
	displayName: 'Max Concurrent Requests',
	name: 'maxConcurrentRequests',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_CONCURRENT,
	hint: 'The first item sets it for all',
	description:
		'How many input items are processed at the same time. Your StepFun tier limits the number of concurrent requests.',
});

export const requestsPerMinuteOption = wholeNumberOption({
	displayName: 'Requests per Minute',
	name: 'requestsPerMinute',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 60,
	hint: 'The first item sets it for all',
	description:
		'How many requests are sent within any minute, including retries. The lowest value among running workflows applies to all of them with the same key. Without it there is no limit until StepFun names one.',
});

export interface Pacing {
	/** The window of this execution's items. */
	maxConcurrent: number;
	/** What the execution lets the account send within a minute; 0 for no limit. */
	requestsPerMinute: number;
}

/**
 * The pacing that an item's fields ask for. Other options are not evaluated: theirs are each item's own faults.
 *
 * @throws StepfunError `invalid_input` for numbers out of range, and what n8n throws for an expression that fails.
 */
export function readPacing(context: FieldContext, itemIndex: number): Pacing {
	const read = (option: Option<number>): number | undefined => {
		const { name } = option.property;
		return readOption(option, { [name]: context.getNodeParameter(`options.${name}`, itemIndex, '') });
	};
	return {
		maxConcurrent: read(maxConcurrentRequestsOption) ?? DEFAULT_CONCURRENT,
		requestsPerMinute: read(requestsPerMinuteOption) ?? 0,
	};
}

/**
 * The pacing of the whole run: that of the first item whose fields say it rightly.
 *
 * @throws what reading it for the first item throws, when no item's can be read.
 */
export function readRunPacing(context: IExecuteFunctions): Pacing & { decidedBy: number } {
	let failure: { error: unknown } | undefined;
	for (let i = 0; i < Math.max(1, context.getInputData().length); i += 1) {
		try {
			return { ...readPacing(context, i), decidedBy: i };
		} catch (error) {
			failure ??= { error };
		}
	}
	throw failure!.error;
}
