import { invalidInput, type StepfunError } from '../errors';
import { asRecord } from '../json';
import type { ChatRequest } from '../types';
import { textsOf } from './data-text';
import { checkMediaLimits } from './media';
import { readMessages } from './messages';
import { NUMBER_RANGES, readNumber, type NumberField } from './number';
import { checkEffort, readReasoningFormat } from './reasoning';
import { readResponseFormat } from './response-format';
import * as texts from './texts';
import { checkTools, readTools } from './tools';
import { readAudioSettings, readModalities } from './voice';

type Field = Exclude<keyof ChatRequest, 'extra'>;

/** Reads a field that the request's type names; undefined for one that says nothing. */
type Reader<Name extends Field> = (value: unknown) => ChatRequest[Name] | undefined;

const refused =
	(name: string) =>
	(expected: string): StepfunError =>
		invalidInput(texts.extraFieldKind(name, expected));

const numberReader =
	<Name extends NumberField>(name: Name): Reader<Name> =>
	(value) =>
		readNumber(value, NUMBER_RANGES[name], refused(name));

/** How the fields that the request's type names are read: as the panel reads them. */
const READERS: { readonly [Name in Field]: Reader<Name> } = {
	model(value) {
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		throw refused('model')('the ID of a model');
	},
	messages: (value) => readMessages(value),
	tools(value) {
		const tools = readTools(value, 'In Extra Body Fields, tools');
		return tools.length === 0 ? undefined : tools;
	},
	max_tokens: numberReader('max_tokens'),
	temperature: numberReader('temperature'),
	top_p: numberReader('top_p'),
	n: numberReader('n'),
	stream(value) {
		if (typeof value === 'boolean') return value;
		throw refused('stream')('true or false');
	},
	stop(value) {
		const stops = textsOf(value);
		if (!stops) throw refused('stop')('text or a list of texts');
		return stops.length === 0 ? undefined : stops;
	},
	frequency_penalty: numberReader('frequency_penalty'),
	response_format: (value) =>
		readResponseFormat(value, (path, expected) => refused(`response_format${path}`)(expected)),
	reasoning_format: (value) => readReasoningFormat(value) ?? refuseFormat(),
	modalities: (value) => readModalities(value, refused('modalities')),
	audio: (value) => readAudioSettings(value, refused('audio')),
	reasoning_effort(value) {
		if (typeof value === 'string') return value as ChatRequest['reasoning_effort'];
		throw refused('reasoning_effort')('text');
	},
};

function refuseFormat(): never {
	throw refused('reasoning_format')('general or deepseek-style');
}

const isField = (name: string): name is Field => Object.hasOwn(READERS, name);
/** Without these there is no request. */
const isRequired = (name: Field): boolean => name === 'model' || name === 'messages';

/**
 * The request with further fields of its body, by their wire names: those that the request's type names are read as the panel's are
 * and take the place of the panel's, the others become its `extra`. The one door for what is not in the panel.
 *
 * @param value A JSON object; undefined and null for none. A field that is null is left out, also where the panel sets it, but for
 * model and messages.
 * @throws StepfunError `invalid_input` for a value that the panel would refuse, too.
 */
export function withExtraBody(request: ChatRequest, value: unknown): ChatRequest {
	if (value === undefined || value === null) return request;
	const given = asRecord(value);
	if (!given) throw invalidInput(texts.extraFieldsNotAnObject);
	const fields = Object.entries(given).filter(([, field]) => field !== undefined);
	const known = fields.flatMap(([name, field]) => (isField(name) ? [[name, readField(name, field)] as const] : []));
	const extra = fields.filter(([name, field]) => !isField(name) && field !== null);
	const merged = Object.entries({
		...request,
		...Object.fromEntries(known.filter(([name, field]) => field !== undefined || !isRequired(name))),
		...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
	}).filter(([, field]) => field !== undefined);
	const all = Object.fromEntries(merged) as unknown as ChatRequest;
	checkMediaLimits(all.messages);
	if (all.tools) checkTools(all.tools);
	if (all.reasoning_effort !== undefined) checkEffort(all.reasoning_effort, all.model);
	return all;
}

const readField = (name: Field, value: unknown): unknown => (value === null ? undefined : READERS[name](value));
