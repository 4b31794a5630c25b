import { invalidInput } from '../errors';
import { reasoningEfforts } from '../models';
import type { ReasoningEffort, ReasoningFormat } from '../types';
import * as texts from './texts';

/** @throws StepfunError `invalid_input` for an effort that the model does not take. */
export function checkEffort(value: unknown, model: string): ReasoningEffort {
	const known = reasoningEfforts(model);
	const effort = known.find((name) => name === value);
	if (effort) return effort;
	throw invalidInput(
		texts.unsupportedEffort(
			model,
			(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40),
			known.join(' or '),
		),
	);
}

/** Undefined for what is no format that StepFun has. */
export const readReasoningFormat = (value: unknown): ReasoningFormat | undefined =>
	value === 'general' || value === 'deepseek-style' ? value : undefined;
