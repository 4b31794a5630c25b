/** How long a finished answer waits for its usage, and for its end mark where the usage is there, in ms. */
const USAGE_MS = 2_000;
const END_MARK_MS = 250;

/** How far an answer is. */
export interface Progress {
	/** Whether all choices have ended. */
	readonly finished: boolean;
	/** Whether usage has come with that, or since. */
	readonly reported: boolean;
}

/**
 * The bytes of an answer for as long as they matter. Once it is finished, only its usage and the end mark can follow; some servers
 * send neither and leave the connection open, so they are waited for a moment only.
 *
 * @param pause Resolves after so many ms.
 */
export async function* untilFinished(
	body: AsyncIterable<Uint8Array>,
	answer: Progress,
	pause: (ms: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
	const bytes = body[Symbol.asyncIterator]();
	let over: Promise<undefined> | undefined;
	for (;;) {
		if (answer.finished) over ??= pause(answer.reported ? END_MARK_MS : USAGE_MS).then(() => undefined);
		const next = await (over ? Promise.race([bytes.next(), over]) : bytes.next());
		if (!next || next.done) return;
		yield next.value;
	}
}
