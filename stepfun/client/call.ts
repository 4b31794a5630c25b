import { StepfunError } from '../errors';
import type { Clock } from './clock';
import { connectionError } from './connection-error';
import {
	isSuccess,
	readText,
	type HttpBody,
	type HttpRequest,
	type HttpResponse,
	type RequestBody,
	type Send,
} from './http';
import { LONGEST_HOLD_MS } from './hold';
import type { Lane } from './limiter';
import { redacted, type Confidential } from './redact';
import { longWait } from './retry-after';
import { isExhausted, statusError } from './server-error';
import * as texts from './texts';
import { NO_LONGER } from './until-aborted';
import { Watchdog } from './watchdog';

/** What holds for any request to StepFun. The key is the one that `send` adds. */
export interface CallOptions extends Confidential {
	send: Send;
	clock: Clock;
	/** Where the request takes its turn among all that share the account's limits. */
	lane: Lane;
	/**
	 * How often a request is sent again after a 5xx, or a connection that was lost before the first content; and how many waits
	 * in a row for the same limit may be in vain. With 0 nothing is sent again.
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
	/** Called when a request was held back for so many ms by the limits of the account. */
	onWait?: (waitedMs: number) => void;
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
	/** Notes that what comes is an answer and no refusal: the account's limits have let the request in. */
	accepted(): void;
	/** Notes a sign of life; the response's headers and each piece of an upload are noted already. */
	touch(): void;
	/** Resolves after so many ms; rejects when the try ends before. */
	pause: (ms: number) => Promise<void>;
	/** From here on the request is not sent again: what it has brought has been handed on, or would be paid for twice. */
	commit(): void;
}

const BACKOFF_MS = 1_000;
/** How often a request may be refused while others are let in, beside its retries: no request is passed over for ever. */
const OVERTAKEN = 16;

/**
 * Runs an exchange with StepFun in its turn, watches over its time, and runs it again where that can help: at most `retries` times
 * after a fault, and as often as the account's limits say after a refusal, within a bound.
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
	const { clock, lane, retries } = options;
	const watchdog = new Watchdog(options);
	let attempts = 0;
	let faults = 0;
	let refusals = 0;
	let last: { error: StepfunError; at: number } | undefined;
	try {
		for (;;) {
			const turn = await lane.turn({ retries, again: refusals > 0, signal: watchdog.signal });
			attempts += 1;
			let committed = false;
			let waitMs: number | undefined;
			try {
				if (turn.waitedMs > 0) options.onWait?.(turn.waitedMs);
				if (last) options.onRetry?.({ error: last.error, waitedMs: clock.now() - last.at });
				return await runOnce(exchange, watchdog, options, {
					accepted: () => turn.accepted(),
					commit: () => (committed = true),
				});
			} catch (cause) {
				if (!(cause instanceof StepfunError)) throw cause;
				const isTooLong = (cause.retryAfterMs ?? 0) > LONGEST_HOLD_MS;
				const isGarbled = cause.type === 'not_the_api' && cause.status === undefined && turn.isProven();
				const told = isTooLong ? tooLongToWait(cause) : isGarbled ? cause.with({ retryable: true }) : cause;
				const error = redacted(told, options);
				error.attempts = attempts;
				if (isExhausted(error)) turn.exhausted(error);
				if (!error.retryable || committed) throw error;
				if (error.status === 429) {
					refusals += 1;
					waitMs = refusals > retries + OVERTAKEN ? undefined : turn.refused(error);
					if (waitMs === undefined) throw error;
				} else {
					faults += 1;
					if (faults > retries || isTooLong) throw error;
					waitMs = error.retryAfterMs ?? backoffMs(faults, clock);
				}
				last = { error, at: clock.now() };
			} finally {
				turn.leave();
			}
			await clock.sleep(waitMs, watchdog.signal);
		}
	} catch (cause) {
		const error = watchdog.signal.aborted && !(cause instanceof StepfunError) ? watchdog.reason : cause;
		if (!(error instanceof StepfunError)) throw error;
		error.attempts = attempts;
		if (error.type === 'timeout' && last) error.message += `, after: ${last.error.message}`;
		throw error;
	} finally {
		watchdog.close();
	}
}

/** The exchange once, with its connection closed at the end. */
async function runOnce<Result>(
	exchange: (attempt: Attempt) => Promise<Result>,
	watchdog: Watchdog,
	{ send, clock }: CallOptions,
	{ accepted, commit }: { accepted: () => void; commit: () => void },
): Promise<Result> {
	let body: EndingBody | undefined;
	const ended = new AbortController();
	const signal = AbortSignal.any([watchdog.signal, ended.signal]);
	const attempt: Attempt = {
		async send(request) {
			const upload = watched(request.body, watchdog);
			const response = await orFailure(request.url, watchdog, () =>
				send({ ...request, ...(upload && { body: upload }), signal }),
			);
			watchdog.touch();
			body = readable(response.body, request.url, watchdog);
			if (!isSuccess(response)) throw statusError(response, await readText(body, ERROR_BODY_BYTES), request.url);
			return { ...response, body };
		},
		accepted,
		touch: () => watchdog.touch(),
		pause: (ms) => clock.sleep(ms, signal),
		commit,
	};
	watchdog.start();
	try {
		const result = await exchange(attempt);
		// Closing a connection that is about to end costs more than all the rest of a request.
		if (body && !body.ended) await Promise.race([body.next().catch(() => {}), clock.sleep(END_MS, ended.signal)]);
		return result;
	} finally {
		watchdog.stop();
		if (!body?.ended) body?.destroy();
		// A body may be wrapped in one that notices its end only with the next bytes, as n8n's HTTP client does it.
		ended.abort(NO_LONGER);
	}
}

/** How long the end of a body is waited for when all of it that matters has come, in ms: it mostly follows at once. */
const END_MS = 20;

/** Enough of an error's body to read its message. */
const ERROR_BODY_BYTES = 64 * 1024;

/** An upload is no silence: each piece that the connection takes is a sign of life. */
function watched(body: RequestBody | undefined, watchdog: Watchdog): RequestBody | undefined {
	if (!body || body.text !== undefined) return body;
	return {
		length: body.length,
		async *chunks() {
			for await (const chunk of body.chunks()) {
				watchdog.touch();
				yield chunk;
			}
		},
	};
}

/** A response's body that knows whether it has been read to its end. */
interface EndingBody extends HttpBody {
	ended: boolean;
	next: () => Promise<IteratorResult<Uint8Array>>;
}

/** The response's body, whose reading fails as the request does. */
function readable(body: HttpBody, url: string, watchdog: Watchdog): EndingBody {
	const bytes = body[Symbol.asyncIterator]();
	const readable: EndingBody = {
		ended: false,
		next: async () => {
			const next = await orFailure(url, watchdog, () => bytes.next());
			readable.ended = next.done === true;
			return next;
		},
		[Symbol.asyncIterator]: () => ({
			next: readable.next,
			return: async () => (await bytes.return?.()) ?? { done: true, value: undefined },
		}),
		destroy: (error) => body.destroy(error),
	};
	return readable;
}

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
	error.with({ hint: texts.longWait(longWait(error.retryAfterMs!), error.hint) });
