import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { CompleteOptions } from '../../../stepfun/complete';
import { readNumber } from './number';

const DEFAULT_RETRIES = 3;
const DEFAULT_SILENCE_MS = 300_000;

/** Entries of an Options collection: how long is waited for StepFun, and how often it is asked again. */
export const retriesOption: INodeProperties = {
	displayName: 'Retries',
	name: 'retries',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 10 },
	default: DEFAULT_RETRIES,
	description:
		'How often a request is sent again after a rate limit, a server fault, or a connection that was lost before the answer began',
};

export const timeoutOption: INodeProperties = {
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_SILENCE_MS,
	description: 'How long StepFun may send nothing, in milliseconds; a long answer that keeps coming is not cut off',
};

export const totalTimeoutOption: INodeProperties = {
	displayName: 'Total Timeout',
	name: 'totalTimeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 600_000,
	description:
		'How long a whole completion may take, in milliseconds, waits and retries included. Without it there is no limit.',
};

/** @throws StepfunError `invalid_input` for numbers out of range. */
export function readPatience({
	retries,
	timeout,
	totalTimeout,
}: IDataObject): Pick<CompleteOptions, 'retries' | 'silenceMs' | 'totalMs'> {
	return {
		retries: readNumber(retries, 'Retries', { min: 0, max: 10, whole: true }) ?? DEFAULT_RETRIES,
		silenceMs: readNumber(timeout, 'Timeout', { min: 1 }) ?? DEFAULT_SILENCE_MS,
		totalMs: readNumber(totalTimeout, 'Total Timeout', { min: 1 }) ?? 0,
	};
}
