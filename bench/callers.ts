// Those who call a webhook.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch, type Response } from 'undici';

/** What one call brought. */
export interface Answer {
	/** When it was called: ms since 1970. */
	calledAt: number;
	/** From the call to the end of the answer, in ms. */
	ms: number;
	/** The answer's JSON object; undefined for an error. */
	item: Record<string, unknown> | undefined;
	/** What came in its place. */
	error?: string;
}

/** So long an answer is waited for, in ms. */
const PATIENCE_MS = 300_000;

/** Calls a webhook so many times, evenly within so many ms, whether earlier calls were answered or not. */
export async function callers(url: string, count: number, withinMs: number): Promise<Answer[]> {
	// Each caller has a connection of their own, and waits until a busy n8n takes it.
	const dispatcher = new Agent({ pipelining: 0, connect: { timeout: 60_000 }, headersTimeout: 0, bodyTimeout: 0 });
	try {
		return await Promise.all(
			Array.from({ length: count }, async (_, i) => {
				if (withinMs > 0) await sleep((i * withinMs) / count);
				return await callOnce(url, `Item ${i}`, dispatcher);
			}),
		);
	} finally {
		await dispatcher.destroy();
	}
}

/** From the first call to the end of the last answer, in ms. */
export const wallOf = (answers: Answer[]): number =>
	Math.max(...answers.map(({ calledAt, ms }) => calledAt + ms)) - Math.min(...answers.map(({ calledAt }) => calledAt));

/** A webhook answers a moment after its workflow is active; its first calls load what it needs. */
export async function warmUp(url: string, calls = 1): Promise<void> {
	for (let tries = 1, answered = 0; answered < calls; tries += 1) {
		if (tries > 20 + calls) throw new Error(`The webhook ${url} does not answer`);
		const response = await post(url, 'Hello');
		await response.text();
		if (response.ok) answered += 1;
		else await sleep(250);
	}
}

async function callOnce(url: string, prompt: string, dispatcher: Agent): Promise<Answer> {
	const calledAt = Date.now();
	const answer = await post(url, prompt, dispatcher)
		.then(async (response) => {
			const text = await response.text();
			if (!response.ok) return { item: undefined, error: `${response.status} ${text}` };
			return { item: JSON.parse(text) as Record<string, unknown> };
		})
		.catch((error: Error) => ({ item: undefined, error: String(error.cause ?? error) }));
	return { calledAt, ms: Date.now() - calledAt, ...answer };
}

/** What came in place of answers, and how often. */
export const errorsIn = (answers: Answer[]): string[] => {
	const errors = answers.flatMap(({ error }) => (error === undefined ? [] : error.slice(0, 200)));
	return [...new Set(errors)].map((error) => `${errors.filter((other) => other === error).length} × ${error}`);
};

const post = (url: string, prompt: string, dispatcher?: Agent): Promise<Response> =>
	fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompt }),
		signal: AbortSignal.timeout(PATIENCE_MS),
		...(dispatcher && { dispatcher }),
	});
