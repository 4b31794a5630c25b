import { asRecord, isBlank, tryParseJson } from '../json';
import type { Usage } from '../types';
import { tooManyCalls, tooManyChoices } from './texts';
import { beyondLimit } from './unreadable';

/** Most choices of an answer: StepFun suggests to ask for 5 at most, and other servers of this API take up to 128. */
export const MAX_CHOICES = 128;

/** Most tool calls of a choice. A request has 128 tools at most, and a model seldom calls each of them more than once. */
export const MAX_TOOL_CALLS = 1_000;

/** A piece of a tool call; every field may be missing, late or repeated, by dialect. */
export interface ToolCallDelta {
	index?: number;
	id: string;
	type: string;
	name: string;
	arguments: string;
	results?: unknown[];
}

/** A piece of a spoken answer. */
export interface AudioDelta {
	/** Base64, cut anywhere. */
	data: string;
	/** What is said. */
	transcript: string;
}

/** What one chunk says about one choice. */
export interface ChoiceDelta {
	index: number;
	content: string;
	reasoning: string;
	toolCalls: ToolCallDelta[];
	/** Absent without any. */
	audio?: AudioDelta;
	/** '' while the choice goes on. */
	finishReason: string;
	/** Whether this is a whole message rather than a piece of one; its tool calls are then each a call of their own. */
	whole: boolean;
	/** Present when the server has sent something else beside, such as annotations. */
	others?: true;
}

export interface Chunk {
	id: string;
	model: string;
	/** Seconds since 1970; 0 in the first chunk of a stream (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create). */
	created: number;
	choices: ChoiceDelta[];
	usage?: Usage;
}

/**
 * Reads a chunk of a stream, or a whole chat.completion, from any of the dialects that are seen on this API and its gateways.
 * Undefined for what is neither.
 *
 * @throws StepfunError `answer_too_large` for more than {@link MAX_CHOICES} or {@link MAX_TOOL_CALLS}.
 */
export function readChunk(value: unknown): Chunk | undefined {
	const chunk = asRecord(value);
	if (!chunk) return undefined;
	const usage = readUsage(chunk['usage']);
	return {
		id: text(chunk['id']),
		model: text(chunk['model']),
		created: count(chunk['created']) ?? 0,
		choices: readChoices(list(chunk['choices'])),
		...(usage && { usage }),
	};
}

function readChoices(choices: unknown[]): ChoiceDelta[] {
	if (choices.length > MAX_CHOICES) throw beyondLimit(tooManyChoices(MAX_CHOICES));
	const deltas: ChoiceDelta[] = [];
	for (const [position, value] of choices.entries()) {
		const choice = asRecord(value);
		if (!choice) continue;
		const index = readIndex(choice['index']) ?? position;
		const finishReason = text(choice['finish_reason']);
		const delta = asRecord(choice['delta']);
		const message = asRecord(choice['message']);
		if (delta || !message) deltas.push(readMessage(delta ?? {}, index, finishReason, delta === undefined));
		if (message) deltas.push(readMessage(message, index, finishReason, true));
	}
	return deltas;
}

function readMessage(
	message: Record<string, unknown>,
	index: number,
	finishReason: string,
	whole: boolean,
): ChoiceDelta {
	const read: ChoiceDelta = {
		index,
		content: readContent(message['content']) || text(message['refusal']),
		// The API sends the same reasoning under two names, and gateways use a third; the first that has something counts.
		reasoning: text(message['reasoning']) || text(message['reasoning_content']) || text(message['reasoning_text']),
		toolCalls: readToolCalls(message),
		finishReason,
		whole,
	};
	const audio = readAudio(message['audio']);
	if (audio) read.audio = audio;
	if (hasOthers(message)) read.others = true;
	return read;
}

/** What is read above, and labels, which some servers repeat with every piece. */
const KNOWN: ReadonlySet<string> = new Set([
	'role',
	'id',
	'type',
	'name',
	'agent',
	'content',
	'refusal',
	'reasoning',
	'reasoning_content',
	'reasoning_text',
	'tool_calls',
	'function_call',
	'audio',
]);

function hasOthers(message: Record<string, unknown>): boolean {
	for (const name in message) {
		if (!KNOWN.has(name) && !isBlank(message[name])) return true;
	}
	return false;
}

/** Undefined for what brings neither sound nor words. */
function readAudio(value: unknown): AudioDelta | undefined {
	const audio = asRecord(value);
	if (!audio) return undefined;
	const delta = { data: text(audio['data']), transcript: text(audio['transcript']) };
	return delta.data === '' && delta.transcript === '' ? undefined : delta;
}

/** A number, or the same in a string. */
function readIndex(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** A string, null, or parts with text. */
function readContent(content: unknown): string {
	if (typeof content === 'string') return content;
	return list(content)
		.map((part) => text(asRecord(part)?.['text']))
		.join('');
}

/** The tool calls of a message or a delta; `function_call` is what they were before there could be several. */
function readToolCalls(message: Record<string, unknown>): ToolCallDelta[] {
	const calls = list(message['tool_calls']);
	if (calls.length > MAX_TOOL_CALLS) throw beyondLimit(tooManyCalls(MAX_TOOL_CALLS));
	if (calls.length > 0) return calls.map(readToolCall).filter((call) => call !== undefined);
	const call = asRecord(message['function_call']);
	return call ? [readToolCall({ function: call })!] : [];
}

/** Undefined for what is no object. */
export function readToolCall(value: unknown): ToolCallDelta | undefined {
	const call = asRecord(value);
	if (!call) return undefined;
	const details = asRecord(call['function']) ?? {};
	const results = readResults(details['results']);
	const index = readIndex(call['index']);
	return {
		...(index !== undefined && { index }),
		id: text(call['id']),
		type: text(call['type']),
		name: text(details['name']),
		arguments: readArguments(details['arguments']),
		...(results && { results }),
	};
}

/** A list, or the same as JSON in a string. */
function readResults(value: unknown): unknown[] | undefined {
	const results = typeof value === 'string' ? tryParseJson(value) : value;
	return Array.isArray(results) ? results : undefined;
}

/** JSON in a string, or, from some gateways, the object itself. */
function readArguments(value: unknown): string {
	if (typeof value === 'string') return value;
	return value !== null && typeof value === 'object' ? JSON.stringify(value) : '';
}

/**
 * Cached tokens come at the top level (https://platform.stepfun.ai/docs/en/api-reference/chat/streaming) or nested (newer pages).
 * What the server does not report is null, save for the total, which is the sum of what it does.
 *
 * @public
 */
export function readUsage(value: unknown): Usage | undefined {
	const usage = asRecord(value);
	if (!usage) return undefined;
	const prompt = count(usage['prompt_tokens']);
	const completion = count(usage['completion_tokens']);
	return {
		prompt_tokens: prompt,
		cached_tokens: either(usage['cached_tokens'], asRecord(usage['prompt_tokens_details'])?.['cached_tokens']),
		completion_tokens: completion,
		reasoning_tokens: either(
			usage['reasoning_tokens'],
			asRecord(usage['completion_tokens_details'])?.['reasoning_tokens'],
		),
		total_tokens: either(usage['total_tokens'], plus(prompt, completion)),
	};
}

/** The first count that is above 0, or 0 where there is one at all. */
const either = (a: unknown, b: unknown): number | null => count(a) || (count(b) ?? count(a));

/** The sum of two counts, of which each may be unknown. */
export const plus = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
