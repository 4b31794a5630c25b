import { readAnswer } from '../../../stepfun/response/read-answer';
import { CompletionBuilder } from '../../../stepfun/response/completion';
import type { Completion } from '../../../stepfun/types';

type Bytes = Uint8Array | string;

/** What an answer's bytes become, and whether it named its own end. Each piece arrives on its own. */
export async function read(...pieces: Bytes[]): Promise<{ completion: Completion; ended: boolean }> {
	const builder = new CompletionBuilder();
	const ended = await readAnswer(arriving(pieces), (chunk) => builder.add(chunk), 'trace-1');
	return { completion: builder.build(), ended };
}

export const completionOf = async (...pieces: Bytes[]): Promise<Completion> => (await read(...pieces)).completion;

async function* arriving(pieces: Bytes[]): AsyncGenerator<Uint8Array> {
	for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** An event of a stream. */
export const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;

/** An event with one choice that adds `delta`. */
export const delta = (fields: object, finishReason = ''): string =>
	event({ id: 'c1', model: 'm', choices: [{ index: 0, delta: fields, finish_reason: finishReason }] });
