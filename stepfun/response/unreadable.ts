import { StepfunError } from '../errors';
import type { ErrorText } from '../texts';
import * as texts from './texts';

/** Longest single event of a stream, and longest JSON answer, in characters. */
export const MAX_EVENT_CHARACTERS = 32 * 2 ** 20;

/** An answer that is not what the chat API sends. */
export const malformed = (text: ErrorText, requestId?: string): StepfunError =>
	new StepfunError(text, { type: 'malformed_answer', retryable: true, requestId });

/** A part of an answer beyond {@link MAX_EVENT_CHARACTERS}. */
export const tooLarge = (): StepfunError =>
	new StepfunError(texts.partTooLarge(MAX_EVENT_CHARACTERS / 2 ** 20), { type: 'answer_too_large' });
