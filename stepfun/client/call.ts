import { StepfunError } from '../errors';
import type { Clock } from './clock';
import { connectionError } from './connection-error';
import { isSuccess, readText, type HttpBody, type HttpRequest, type HttpResponse, type Send } from './http';
import type { Limiter } from './limiter';
import { withoutKey } from './redact';
import { statusError } from './server-error';
import * as texts from './texts';
import { Watchdog } from './watchdog';

/** What holds for any request to StepFun. */
export interface CallOptions {
	send: Send;
	/** The key that `send` adds; taken out of what the server says. */
	apiKey?: string;
	clock: Clock;
	/** Shared by all requests that share the account's limits. */
	limiter: Limiter;
	/**
	 * How often a request is sent again after a 5xx, or a connection that was lost before the first content. A 429 counts only
	 * when no other request has been let in since this one asked for its turn; with 0 nothing is sent again.
	 */
	retries: number;
	/** Longest silence in ms, before the answer and within it; comments that only keep the connection open are silence. */
	silenceMs: number;
	/** Longest time in ms for the whole call, waits and retries included; 0 for no limit. */
	totalMs: number;
	/** Ends the call and all waiting at once. */
	signal?: AbortSignal;
	/** Called when a request is about to be sent again. */
	onRetry?: (retry: Retry) => void;
}

export interface Retry {
	/** Why. */
	error: StepfunError;
	/** How long it was waited, in ms. */
	waitedMs: number;
}

/** One try of an exchange: what it needs of its call. */
export interface Attempt {
	/**
	 * Sends a request. Resolves with an answer whose status is a success, and whose body rejects with StepfunErrors, too.
	 *
	 * @throws StepfunError
	 */
	send(request: Omit<HttpRequest, 'signal'>): Promise<HttpResponse>;
	/** Notes a sign of life; the response's headers and each piece of an upload are noted already. */
	touch(): void;
	/** From here on the request is not sent again: what it has brought has been handed on, or would be paid for twice. */
	commit(): void;
}

/** A server that asks for a longer wait than this, in ms, is taken at its word: the call ends with its error. */
const LONGEST_WAIT_MS = 300_000;
const BACKOFF_MS = 1_000;

/**
 * Runs an exchange with StepFun in its turn, watches over its time, and runs it again where that can help.
 *
 * Silence is not answered with another try: a model that has not spoken for minutes would be paid for again, and would keep the
 * item for as many times longer.
 *
 * @throws StepfunError whose `attempts` says how often the request was sent; anything else that `exchange` throws is passed on.
 */
export async function call<Result>(
	exchange: (attempt: Attempt) => Promise<Result>,
	options: CallOptions,
): Promise<Result> {
	const { clock, limiter, retries } = options;
	const watchdog = new Watchdog(options);
	let attempts = 0;
	let tries = 0;
	let last: { error: StepfunError; at: number } | undefined;
	try {
		for (;;) {
			const turn = await limiter.turn(watchdog.signal);
			attempts += 1;
			let committed = false;
			let waitMs: number;
			try {
				if (last) options.onRetry?.({ error: last.error, waitedMs: clock.now() - last.at });
				return await runOnce(exchange, watchdog, options, {
					accepted: () => turn.accepted(),
					commit: () => (committed = true),
				});
			} catch (error) {
				if (!(error instanceof StepfunError)) throw error;
				error.attempts = attempts;
				const isRefused = error.status === 429;
				if (!isRefused || !turn.isOvertaken()) tries += 1;
				if (!error.retryable || retries === 0 || tries > retries || committed) throw error;
				if ((error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) throw tooLongToWait(error);
				last = { error, at: clock.now() };
				waitMs = isRefused ? turn.refused(error) : (error.retryAfterMs ?? backoffMs(tries, clock));
			} finally {
				turn.leave();
			}
			await clock.sleep(waitMs, watchdog.signal);
		}
	} catch (cause) {
		const error = watchdog.signal.aborted && !(cause instanceof StepfunError) ? watchdog.reason : cause;
		if (!(error instanceof StepfunError)) throw error;
		error.attempts = Math.max(1, attempts);
		if (error.type === 'timeout' && last) error.message += `, after: ${last.error.message}`;
		error.message = withoutKey(error.message, options.apiKey);
		throw error;
	} finally {
		watchdog.close();
	}
}

/** The exchange once, with its connection closed at the end. */
async function runOnce<Result>(
	exchange: (attempt: Attempt) => Promise<Result>,
	watchdog: Watchdog,
	{ send }: CallOptions,
	{ accepted, commit }: { accepted: () => void; commit: () => void },
): Promise<Result> {
	let response: HttpResponse | undefined;
	const attempt: Attempt = {
		async send(request) {
			response = await orFailure(request.url, watchdog, () => send({ ...request, ...watched(request, watchdog) }));
			watchdog.touch();
			const body = readable(response, request.url, watchdog);
			if (!isSuccess(response)) throw statusError(response, await readText(body, ERROR_BODY_BYTES), request.url);
			accepted();
			return { ...response, body };
		},
		touch: () => watchdog.touch(),
		commit,
	};
	watchdog.start();
	try {
		return await exchange(attempt);
	} finally {
		watchdog.stop();
		response?.body.destroy();
	}
}

/** Enough of an error's body to read its message. */
const ERROR_BODY_BYTES = 64 * 1024;

/** An upload is no silence: each piece that the connection takes is a sign of life. */
function watched({ body }: Pick<HttpRequest, 'body'>, watchdog: Watchdog): Pick<HttpRequest, 'body' | 'signal'> {
	const { signal } = watchdog;
	if (!body || body.text !== undefined) return { signal };
	return {
		signal,
		body: {
			length: body.length,
			async *chunks() {
				for await (const chunk of body.chunks()) {
					watchdog.touch();
					yield chunk;
				}
			},
		},
	};
}

/** The response's body, whose reading fails as the request does. */
const readable = ({ body }: HttpResponse, url: string, watchdog: Watchdog): HttpBody => ({
	[Symbol.asyncIterator]() {
		const bytes = body[Symbol.asyncIterator]();
		return {
			next: () => orFailure(url, watchdog, () => bytes.next()),
			return: async () => (await bytes.return?.()) ?? { done: true, value: undefined },
		};
	},
	destroy: (error) => body.destroy(error),
});

/** What the network does not give ends as a StepfunError; nothing else is wrapped, so that a fault of ours never looks like one. */
async function orFailure<Value>(url: string, watchdog: Watchdog, work: () => Promise<Value>): Promise<Value> {
	try {
		return await work();
	} catch (cause) {
		throw watchdog.signal.aborted ? watchdog.reason : connectionError(cause, url);
	}
}

/** Doubles with each try; the jitter, half of it, keeps the items of a burst apart. */
function backoffMs(tries: number, clock: Clock): number {
	const longest = BACKOFF_MS * 2 ** (tries - 1);
	return Math.round(longest / 2 + (clock.random() * longest) / 2);
}

const tooLongToWait = (error: StepfunError): StepfunError =>
	error.with({ hint: texts.longWait(Math.ceil(error.retryAfterMs! / 60_000), error.hint) });
