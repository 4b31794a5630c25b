import type { JsonObject } from './types';

/**
 * How events end: with a blank line, as SSE asks, the live API does and the page chat-completion-create shows; with a single
 * newline, as in the examples of the page streaming (https://platform.stepfun.ai/docs/en/api-reference/chat/streaming); or with a blank line in CRLF.
 */
export type EventEnd = 'blank-line' | 'single-newline' | 'crlf';

const ends: Record<EventEnd, string> = { 'blank-line': '\n\n', 'single-newline': '\n', crlf: '\r\n\r\n' };

/** The bytes of a stream, one Buffer for each event, `[DONE]` last. */
export function toEvents(chunks: Iterable<JsonObject>, eventEnd: EventEnd): Buffer[] {
	const event = (data: string) => Buffer.from(`data: ${data}${ends[eventEnd]}`);
	return [...Array.from(chunks, (chunk) => event(JSON.stringify(chunk))), event('[DONE]')];
}
