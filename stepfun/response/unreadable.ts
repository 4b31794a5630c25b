import { StepfunError } from '../errors';
import { MAX_JSON_DEPTH } from '../json';
import type { ErrorText } from '../texts';
import * as texts from './texts';

/** Longest single event of a stream, and longest JSON answer, in characters. */
export const MAX_EVENT_CHARACTERS = 32 * 2 ** 20;

/**
 * Longest of both with more than {@link MAX_ESCAPES}: parsing an escape takes several times as long as parsing a character, and
 * nothing else runs meanwhile. The longest answers have some 100,000 line breaks, quotes or Chinese characters to escape.
 */
export const MAX_ESCAPED_CHARACTERS = 16 * 2 ** 20;
export const MAX_ESCAPES = 2_000_000;

/** An answer that is not what the chat API sends. */
export const malformed = (text: ErrorText, requestId?: string): StepfunError =>
	new StepfunError(text, { type: 'malformed_answer', retryable: true, requestId });

/** A part of an answer beyond {@link MAX_EVENT_CHARACTERS}, or another limit. */
export const tooLarge = (limit = MAX_EVENT_CHARACTERS): StepfunError =>
	beyondLimit(texts.partTooLarge(limit / 2 ** 20));

/** A part of an answer whose JSON is nested deeper than {@link MAX_JSON_DEPTH}. */
export const tooDeep = (requestId?: string): StepfunError =>
	beyondLimit(texts.answerTooDeep(MAX_JSON_DEPTH), requestId);

/** What is not read on, or not given out, since it could only harm. */
export const beyondLimit = (text: ErrorText, requestId?: string): StepfunError =>
	new StepfunError(text, { type: 'answer_too_large', requestId });
