import { excerpt } from '../client/redact';
import { StepfunError } from '../errors';

/** Longest single event of a stream, and longest JSON answer, in characters. */
export const MAX_EVENT_CHARACTERS = 32 * 2 ** 20;

/** An answer that is not what the chat API sends; `raw` is quoted as far as it may be shown. */
export const malformed = (message: string, raw: string, requestId?: string): StepfunError =>
	new StepfunError(`${message}${excerpt(raw)}`, {
		type: 'malformed_answer',
		retryable: true,
		requestId,
		hint: 'The server, or a gateway on the way, sent something else than the chat API sends. Try again, and check the base URL in the credential',
	});

/** A part of an answer beyond {@link MAX_EVENT_CHARACTERS}. */
export const tooLarge = (): StepfunError =>
	new StepfunError(
		`A part of the answer is larger than ${MAX_EVENT_CHARACTERS / 2 ** 20} million characters and was not read`,
		{
			type: 'answer_too_large',
			hint: 'Check the base URL in the credential: no completion is this large',
		},
	);
