import { invalidInput } from '../../../stepfun/errors';

interface Range {
	min: number;
	max?: number;
	whole?: boolean;
}

/** A number from a field or from an expression, which may give it as text; undefined for a field that was not set. */
export function readNumber(value: unknown, label: string, { min, max, whole }: Range): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const number = typeof value === 'string' ? Number(value) : value;
	if (
		typeof number !== 'number' ||
		Number.isNaN(number) ||
		number < min ||
		number > (max ?? Infinity) ||
		(whole && !Number.isInteger(number))
	) {
		const kind = whole ? 'a whole number' : 'a number';
		const range = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
		throw invalidInput(
			`${label} must be ${kind} ${range}, and is ${shown(value)}`,
			`Correct ${label} in Options, or remove the option to use the default`,
		);
	}
	return number;
}

const shown = (value: unknown): string =>
	typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value === 'number' ? String(value) : 'something else';
