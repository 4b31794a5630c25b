import { StepfunError } from '../errors';
import { MAX_JSON_DEPTH } from '../json';
import type { ErrorText } from '../texts';
import * as texts from './texts';

/** Longest single event of a stream, and longest JSON answer, in characters. */
export const MAX_EVENT_CHARACTERS = 32 * 2 ** 20;

/** An answer that is not what the chat API sends. */
export const malformed = (text: ErrorText, requestId?: string): StepfunError =>
	new StepfunError(text, { type: 'malformed_answer', retryable: true, requestId });

/** A part of an answer beyond {@link MAX_EVENT_CHARACTERS}. */
export const tooLarge = (): StepfunError => beyondLimit(texts.partTooLarge(MAX_EVENT_CHARACTERS / 2 ** 20));

/** A part of an answer whose JSON is nested deeper than {@link MAX_JSON_DEPTH}. */
export const tooDeep = (requestId?: string): StepfunError =>
	beyondLimit(texts.answerTooDeep(MAX_JSON_DEPTH), requestId);

/** What is not read on, or not given out, since it could only harm. */
export const beyondLimit = (text: ErrorText, requestId?: string): StepfunError =>
	new StepfunError(text, { type: 'answer_too_large', requestId });
