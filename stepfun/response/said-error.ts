import { readErrorObject, type SaidError } from '../client/server-error';
import { asRecord, asText, isBlank } from '../json';
import * as texts from './texts';

/**
 * What a document of an answer says has gone wrong, in the shapes that servers of this API and gateways use:
 *
 * - `{error: …}`, also as text, as a list, and within another `error`;
 * - an `error` within a choice, or a finish_reason such as `error` or `abort`;
 * - an error without any of that around it: an event named `error`, `{object: 'error', message: …}`, `{code: 500, message: …}`,
 *   `{detail: …}`.
 *
 * An `error` that says nothing is none: some gateways send an empty one with every answer. Undefined where nothing went wrong.
 *
 * @param eventName Of the event that held the document, or ''.
 */
export function errorIn(value: unknown, eventName = ''): SaidError | undefined {
	const document = asRecord(Array.isArray(value) ? value[0] : value);
	if (!document) return eventName === 'error' ? errorOf(value) : undefined;
	const error = document['error'] ?? document['errors'];
	if (error !== undefined && !isNothing(error)) return errorOf(error, document);
	const choices: unknown = document['choices'];
	if (Array.isArray(choices) && choices.length > 0) return errorOfChoices(choices);
	return eventName === 'error' || isBareError(document) ? errorOf(document) : undefined;
}

/** Says nothing, or says that nothing is wrong. */
const isNothing = (error: unknown): boolean =>
	isBlank(error) || (typeof error === 'string' && /^\s*(?:null|none|ok|success)\s*$/i.test(error));

/** @param around What the error is a part of, for what the error itself does not say. */
function errorOf(error: unknown, around: Record<string, unknown> = {}): SaidError {
	if (Array.isArray(error)) return errorOf(error[0], around);
	const fields = asRecord(error) ?? {
		message: asText(error),
		code: typeof error === 'number' ? error : undefined,
		type: around['type'],
	};
	const inner = fields['error'];
	if (inner !== undefined && !isBlank(inner)) return errorOf(inner, { ...around, ...fields });
	const type = asText(fields['type']);
	return readErrorObject({
		...around,
		error: {
			...fields,
			message: wordsOf(fields) ?? wordsOf(around),
			// That it is an error is no type of one.
			type: type === 'error' ? undefined : type,
			code: codeOf(fields) ?? codeOf(around),
		},
	})!;
}

const WORDS = [
	'message',
	'msg',
	'detail',
	'details',
	'error_message',
	'error_msg',
	'error_description',
	'errorMessage',
];

/** What was said, in text; a list or an object as it stands. */
function wordsOf(fields: Record<string, unknown>): string | undefined {
	for (const name of WORDS) {
		const words = fields[name];
		if (!isBlank(words)) return typeof words === 'string' ? words : JSON.stringify(words);
	}
	return undefined;
}

const CODES = ['code', 'error_code', 'status', 'status_code', 'statusCode'];

/** A code as it stands, and three digits in a string as the number that they are. */
function codeOf(fields: Record<string, unknown>, names = CODES): string | number | undefined {
	for (const name of names) {
		const code = fields[name];
		if (typeof code === 'number') return code;
		if (typeof code === 'string' && code !== '') return /^\d{3}$/.test(code) ? Number(code) : code;
	}
	return undefined;
}

/** Codes that say that all is well, or still under way. */
const FINE = /^(?:0+|[12]\d\d|ok|success(?:ful)?|succeeded)$/i;

/** An object that can be nothing but an error: it says so, or has words beside a code that is none of success. */
function isBareError(document: Record<string, unknown>): boolean {
	const { object, type, status, detail } = document;
	if ([object, type, status].includes('error')) return true;
	if (wordsOf(document) === undefined || asRecord(document['message'])) return false;
	if (status === 'failed' || document['success'] === false) return true;
	if (!isBlank(detail) && Object.keys(document).length === 1) return true;
	const code = codeOf(document, ['code', 'error_code']);
	const httpStatus = Number(codeOf(document, ['status', 'status_code', 'statusCode']));
	return (
		(code !== undefined && !FINE.test(String(code))) || httpStatus >= 400 || /error|exception/i.test(asText(type) ?? '')
	);
}

/** Finish reasons that say that the answer broke off. */
const BROKEN = /^(?:(?:\w+_)?error|abort(?:ed)?|fail(?:ed|ure)?|cancel(?:l?ed)?)$/i;

function errorOfChoices(choices: unknown[]): SaidError | undefined {
	for (const choice of choices) {
		const fields = asRecord(choice);
		if (!fields) continue;
		const { error, finish_reason: reason } = fields;
		if (error !== undefined && !isNothing(error)) return errorOf(error, fields);
		if (typeof reason === 'string' && reason !== '' && BROKEN.test(reason))
			return errorOf({ message: texts.brokenFinish(reason).message });
	}
	return undefined;
}
