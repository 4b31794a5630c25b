import { hasMore, hasMoreValues, isTooDeep, tryParseJson } from '../json';
import { tooManyValues } from './texts';
import { beyondLimit, MAX_ESCAPED_CHARACTERS, MAX_ESCAPES, tooDeep, tooLarge } from './unreadable';

/** Most lists, objects and other values in one document: parsing so many takes a fraction of a second in which nothing else runs. */
const MAX_VALUES = 500_000;

/**
 * Parses a document of the server's; undefined for what is not JSON.
 *
 * @throws StepfunError `answer_too_large` for one whose parsing would hold up everything else, or which nothing could store.
 */
export function parseDocument(json: string, requestId?: string): unknown {
	if (json.length > MAX_ESCAPED_CHARACTERS && hasMore(MAX_ESCAPES, json, '\\')) throw tooLarge(MAX_ESCAPED_CHARACTERS);
	if (hasMoreValues(MAX_VALUES, json)) throw beyondLimit(tooManyValues(MAX_VALUES), requestId);
	const value = tryParseJson(json);
	if (value === undefined && isTooDeep(json)) throw tooDeep(requestId);
	return value;
}
