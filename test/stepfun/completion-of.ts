import { readAnswer } from '../../stepfun/answer';
import { CompletionBuilder } from '../../stepfun/completion';
import type { Completion } from '../../stepfun/types';

type Bytes = Uint8Array | string;

/** What an answer's bytes become, and whether it named its own end. Each piece arrives on its own. */
export async function read(...pieces: Bytes[]): Promise<{ completion: Completion; ended: boolean }> {
	const chunks = readAnswer(arriving(pieces), 'trace-1');
	const builder = new CompletionBuilder();
	for (;;) {
		const next = await chunks.next();
		if (next.done) return { completion: builder.build(), ended: next.value };
		builder.add(next.value);
	}
}

export const completionOf = async (...pieces: Bytes[]): Promise<Completion> => (await read(...pieces)).completion;

async function* arriving(pieces: Bytes[]): AsyncGenerator<Uint8Array> {
	for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** An event of a stream. */
export const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;

/** An event with one choice that adds `delta`. */
export const delta = (fields: object, finishReason = ''): string => event({ id: 'c1', model: 'm', choices: [{ index: 0, delta: fields, finish_reason: finishReason }] });
