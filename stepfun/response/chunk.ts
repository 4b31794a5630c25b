import { asRecord, tryParseJson } from '../json';
import type { Usage } from '../types';

/** A piece of a tool call; every field may be missing, late or repeated, by dialect. */
export interface ToolCallDelta {
	index?: number;
	id: string;
	type: string;
	name: string;
	arguments: string;
	results?: unknown[];
}

/** What one chunk says about one choice. */
export interface ChoiceDelta {
	index: number;
	content: string;
	reasoning: string;
	toolCalls: ToolCallDelta[];
	/** '' while the choice goes on. */
	finishReason: string;
	/** Whether this is a whole message rather than a piece of one; its tool calls are then each a call of their own. */
	whole: boolean;
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
 */
export function readChunk(value: unknown): Chunk | undefined {
	const chunk = asRecord(value);
	if (!chunk) return undefined;
	const choices = list(chunk['choices'])
		.map(readChoice)
		.filter((choice) => choice !== undefined);
	const usage = readUsage(chunk['usage']);
	return {
		id: text(chunk['id']),
		model: text(chunk['model']),
		created: count(chunk['created']),
		choices,
		...(usage && { usage }),
	};
}

function readChoice(value: unknown, position: number): ChoiceDelta | undefined {
	const choice = asRecord(value);
	if (!choice) return undefined;
	const delta = asRecord(choice['delta']);
	const message = delta ?? asRecord(choice['message']) ?? {};
	return {
		index: typeof choice['index'] === 'number' ? choice['index'] : position,
		content: readContent(message['content']) || text(message['refusal']),
		// The API sends the same reasoning under two names, and gateways use a third; the first that has something counts.
		reasoning: text(message['reasoning']) || text(message['reasoning_content']) || text(message['reasoning_text']),
		toolCalls: list(message['tool_calls'])
			.map(readToolCall)
			.filter((call) => call !== undefined),
		finishReason: text(choice['finish_reason']),
		whole: delta === undefined,
	};
}

/** A string, null, or parts with text. */
function readContent(content: unknown): string {
	if (typeof content === 'string') return content;
	return list(content)
		.map((part) => text(asRecord(part)?.['text']))
		.join('');
}

function readToolCall(value: unknown): ToolCallDelta | undefined {
	const call = asRecord(value);
	if (!call) return undefined;
	const details = asRecord(call['function']) ?? {};
	const results = readResults(details['results']);
	return {
		...(typeof call['index'] === 'number' && { index: call['index'] }),
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
	if (value === null || typeof value !== 'object') return '';
	try {
		return JSON.stringify(value);
	} catch {
		// Nested too deeply to be written again.
		return '';
	}
}

/** Cached tokens come at the top level (https://platform.stepfun.ai/docs/en/api-reference/chat/streaming) or nested (newer pages). */
export function readUsage(value: unknown): Usage | undefined {
	const usage = asRecord(value);
	if (!usage) return undefined;
	const prompt = count(usage['prompt_tokens']);
	const completion = count(usage['completion_tokens']);
	return {
		prompt_tokens: prompt,
		cached_tokens: count(usage['cached_tokens']) || count(asRecord(usage['prompt_tokens_details'])?.['cached_tokens']),
		completion_tokens: completion,
		reasoning_tokens:
			count(usage['reasoning_tokens']) || count(asRecord(usage['completion_tokens_details'])?.['reasoning_tokens']),
		total_tokens: count(usage['total_tokens']) || prompt + completion,
	};
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
