import { invalidInput } from '../../../stepfun/errors';
import { isDeeper, isTooDeep, MAX_JSON_DEPTH, tryParseJson } from '../../../stepfun/json';
import * as texts from '../texts';
import { offsetOfError } from './json-error';

/**
 * The value of a JSON field: parsed when it is text, unchanged when an expression returned data.
 *
 * @throws StepfunError `invalid_input` with line and column, counted from 1, or for more levels than can be worked with.
 */
export function parseJsonField(label: string, value: unknown): unknown {
	const isDeep = typeof value === 'string' ? isTooDeep(value) : isDeeper(value, MAX_JSON_DEPTH);
	if (isDeep) throw invalidInput(texts.jsonFieldTooDeep(label, MAX_JSON_DEPTH));
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return undefined;
	const parsed = tryParseJson(value);
	if (parsed !== undefined) return parsed;
	const before = value.slice(0, offsetOfError(value)).split('\n');
	throw invalidInput(texts.invalidJson(label, before.length, before.at(-1)!.length + 1));
}
