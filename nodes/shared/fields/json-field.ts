import { parse, type ParseError } from 'jsonc-parser';
import { invalidInput } from '../../../stepfun/errors';
import { isDeeper, isTooDeep, MAX_JSON_DEPTH, tryParseJson } from '../../../stepfun/json';
import * as texts from '../texts';

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
	const errors: ParseError[] = [];
	parse(value, errors, { disallowComments: true });
	const before = value.slice(0, errors[0]?.offset ?? value.length).split('\n');
	throw invalidInput(texts.invalidJson(label, before.length, before.at(-1)!.length + 1));
}
