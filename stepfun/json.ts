import { parse, type ParseError } from 'jsonc-parser';
import { invalidInput } from './errors';
import * as texts from './texts';

/** Undefined for what is not JSON, which no JSON text stands for. */
export function tryParseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** A JSON object, or undefined for anything else. */
export const asRecord = (value: unknown): Record<string, unknown> | undefined =>
	value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** A text that says something, or undefined for anything else. */
export const asText = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;

/**
 * The value of a field that takes JSON: parsed when it is text, as it is when an expression gave data.
 *
 * @throws StepfunError `invalid_input` with line and column, counted from 1.
 */
export function parseJsonField(label: string, value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return undefined;
	const parsed = tryParseJson(value);
	if (parsed !== undefined) return parsed;
	const errors: ParseError[] = [];
	parse(value, errors, { disallowComments: true });
	const before = value.slice(0, errors[0]?.offset ?? value.length).split('\n');
	throw invalidInput(texts.invalidJson(label, before.length, before.at(-1)!.length + 1));
}
