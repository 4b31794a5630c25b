import { invalidInput } from '../errors';
import { asRecord } from '../json';
import type { ChatRequest } from '../types';
import * as texts from './texts';

type Field = Exclude<keyof ChatRequest, 'extra'>;

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isText = (value: unknown): boolean => typeof value === 'string';

/** What the fields that the request's type names have to be. */
const KINDS: Readonly<Record<Field, readonly [name: string, fits: (value: unknown) => boolean]>> = {
	model: ['text', isText],
	messages: ['a list', Array.isArray],
	tools: ['a list', Array.isArray],
	max_tokens: ['a number', isNumber],
	temperature: ['a number', isNumber],
	top_p: ['a number', isNumber],
	n: ['a number', isNumber],
	stream: ['true or false', (value) => typeof value === 'boolean'],
	stop: ['text or a list', (value) => isText(value) || Array.isArray(value)],
	frequency_penalty: ['a number', isNumber],
	response_format: ['an object', (value) => asRecord(value) !== undefined],
	reasoning_format: ['text', isText],
	reasoning_effort: ['text', isText],
};

const isField = (name: string): name is Field => Object.hasOwn(KINDS, name);

/**
 * The request with further fields of its body, by their wire names: those that the request's type names join it, the others
 * become its `extra`.
 *
 * @param value A JSON object; undefined and null for none. A field that is null is left out.
 * @throws StepfunError `invalid_input` for a field that the request has already, and for a value of the wrong type.
 */
export function withExtraBody(request: ChatRequest, value: unknown): ChatRequest {
	if (value === undefined || value === null) return request;
	const given = asRecord(value);
	if (!given) throw invalidInput(texts.extraFieldsNotAnObject);
	const known: Record<string, unknown> = {};
	const extra: Record<string, unknown> = {};
	for (const [name, field] of Object.entries(given)) {
		if (!isField(name)) extra[name] = field;
		else if (Object.hasOwn(request, name)) throw invalidInput(texts.extraFieldTaken(name));
		else if (field !== null) known[name] = checked(name, field);
	}
	return { ...request, ...known, ...(Object.keys(extra).length > 0 && { extra }) };
}

function checked(name: Field, value: unknown): unknown {
	const [kind, fits] = KINDS[name];
	if (fits(value)) return value;
	throw invalidInput(texts.extraFieldKind(name, kind));
}
