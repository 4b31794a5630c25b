import type { StepfunError } from '../errors';
import type { ChatRequest } from '../types';

/** The numbers that the API takes for a field, both ends included. */
export interface NumberRange {
	min: number;
	/** None for a field without an upper end. */
	max?: number;
	/** Whether it has to be a whole number. */
	whole?: boolean;
}

/** Fields of the request that are numbers. */
export type NumberField = {
	[Name in keyof ChatRequest]-?: NonNullable<ChatRequest[Name]> extends number ? Name : never;
}[keyof ChatRequest];

/** As https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create has them. */
export const NUMBER_RANGES = {
	max_tokens: { min: 1, whole: true },
	temperature: { min: 0, max: 2 },
	top_p: { min: 0, max: 1 },
	n: { min: 1, whole: true },
	frequency_penalty: { min: -2, max: 2 },
} as const satisfies Record<NumberField, NumberRange>;

/**
 * A number within its range, which an expression may also give as text; undefined for a blank one.
 *
 * @param refuse Makes the error of what was expected, such as `a number from 0 to 2`.
 */
export function readNumber(
	value: unknown,
	{ min, max, whole = false }: NumberRange,
	refuse: (expected: string) => StepfunError,
): number | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
	const number = typeof value === 'string' ? Number(value) : value;
	const fits =
		typeof number === 'number' && number >= min && number <= (max ?? Infinity) && (!whole || Number.isInteger(number));
	if (fits) return number;
	throw refuse(
		`${whole ? 'a whole number' : 'a number'} ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`,
	);
}
