import type { IDataObject } from 'n8n-workflow';
import type { CompleteOptions } from '../../../stepfun/complete';
import { numberOption, readOption, wholeNumberOption } from './options';

const DEFAULT_RETRIES = 3;
const DEFAULT_SILENCE_MS = 300_000;

/** Options: how long to wait for StepFun, and how often to ask again. */
export const retriesOption = wholeNumberOption({
	displayName: 'Retries',
	name: 'retries',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 10 },
	default: DEFAULT_RETRIES,
	description:
		'How many times a request is sent again after a rate limit, a server fault, or a connection that was lost before the answer began',
});

export const timeoutOption = numberOption({
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_SILENCE_MS,
	description:
		'How long to wait while StepFun sends nothing, in milliseconds. A long answer that keeps arriving is not cut off.',
});

export const totalTimeoutOption = numberOption({
	displayName: 'Total Timeout',
	name: 'totalTimeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 600_000,
	description:
		'How long a whole completion may take, in milliseconds, including waits and retries. Without it there is no limit.',
});

/** @throws StepfunError `invalid_input` for numbers out of range. */
export const readPatience = (options: IDataObject): Pick<CompleteOptions, 'retries' | 'silenceMs' | 'totalMs'> => ({
	retries: readOption(retriesOption, options) ?? DEFAULT_RETRIES,
	silenceMs: readOption(timeoutOption, options) ?? DEFAULT_SILENCE_MS,
	totalMs: readOption(totalTimeoutOption, options) ?? 0,
});
