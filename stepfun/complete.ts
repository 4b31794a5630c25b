import { readAnswer } from './answer';
import { requestBody, type RequestBody } from './body';
import { checkAnswered } from './check-answer';
import type { ChoiceDelta } from './chunk';
import { CompletionBuilder } from './completion';
import { connectionError, requestIdOf, statusError, StepfunError } from './errors';
import { readText, type HttpBody, type HttpResponse, type Send } from './http';
import { isRateRefusal, type Clock, type Pacer } from './pacing';
import type { ChatRequest, Completion } from './types';

export interface CompleteOptions {
	send: Send;
	/** Without a trailing slash, such as `https://api.stepfun.ai/v1`. */
	baseUrl: string;
	clock: Clock;
	/** Shared by the requests of one execution. */
	pacer: Pacer;
	/** How often a request is sent again after a 429, a 5xx or a connection that was lost before the first content. */
	retries: number;
	/** Longest silence in ms, before the answer and within it; comments that only keep the connection open are silence. */
	silenceMs: number;
	/** Longest time in ms for the whole completion, retries included; 0 for no limit. */
	totalMs: number;
	/** Ends the request and all waiting at once. */
	signal?: AbortSignal;
	/** Called with each piece as it arrives. Once it has been called with content, the request is not sent again. */
	onDelta?: (delta: ChoiceDelta) => void;
	/** Called before a request is sent again. */
	onRetry?: (retry: Retry) => void;
}

export interface Retry {
	error: StepfunError;
	/** How long it is waited first, in ms. */
	waitMs: number;
}

/** A server that asks for a longer wait than this, in ms, is taken at its word: the item ends with its error. */
const LONGEST_WAIT_MS = 300_000;
const BACKOFF_MS = 1_000;
/** StepFun counts by the minute and names no time to wait, so that a shorter wait only spends the tries. */
const RATE_BACKOFF_MS = 8_000;

/**
 * One completion: sends the request, reads its answer, and sends it again where that can help.
 *
 * @throws StepfunError and nothing else; `attempts` says how often the request was sent.
 */
export async function complete(request: ChatRequest, options: CompleteOptions): Promise<Completion> {
	const { clock, pacer, retries, signal, totalMs } = options;
	const body = requestBody({ ...request, stream: request.stream ?? true });
	const deadline = totalMs > 0 ? clock.now() + totalMs : Infinity;
	for (let attempts = 1; ; attempts += 1) {
		try {
			const completion = await attempt(request, body, deadline, options);
			pacer.accepted();
			return completion;
		} catch (cause) {
			const error = asStepfunError(cause, options);
			error.attempts = attempts;
			if (attempts > retries || !error.retryable || hasContent(error.partial)) throw error;
			const byRate = error.status === 429 && isRateRefusal(error.message);
			const waitMs = error.retryAfterMs ?? backoffMs(attempts, byRate ? RATE_BACKOFF_MS : BACKOFF_MS, clock);
			if (waitMs > LONGEST_WAIT_MS || clock.now() + waitMs >= deadline) throw error;
			if (error.status === 429) pacer.refused(byRate, waitMs);
			options.onRetry?.({ error, waitMs });
			await clock.sleep(waitMs, signal).catch((reason) => Promise.reject(asStepfunError(reason, options)));
		}
	}
}

/** Doubles with each attempt; the jitter, half of it, keeps the items of a burst apart. */
function backoffMs(attempts: number, base: number, clock: Clock): number {
	const longest = base * 2 ** (attempts - 1);
	return Math.round(longest / 2 + (clock.random() * longest) / 2);
}

const hasContent = (partial: Completion | undefined): boolean =>
	partial?.choices.some(({ message }) => message.content !== '' || message.tool_calls !== undefined) ?? false;

async function attempt(request: ChatRequest, body: RequestBody, deadline: number, options: CompleteOptions): Promise<Completion> {
	const { clock, send, silenceMs, signal } = options;
	await options.pacer.admit();
	const url = `${options.baseUrl}/chat/completions`;
	const started = clock.now();
	const timeoutMs = Math.max(1, Math.min(silenceMs, deadline - started));
	let response: HttpResponse;
	try {
		response = await send({
			method: 'POST',
			url,
			headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
			body,
			timeoutMs,
			...(signal && { signal }),
		});
	} catch (cause) {
		throw clock.now() - started >= timeoutMs * NEARLY ? timeoutError(timeoutMs, deadline < started + silenceMs) : connectionError(cause, url);
	}
	const watch = new Watch(response.body, clock, silenceMs, deadline);
	const builder = new CompletionBuilder();
	try {
		if (response.status < 200 || response.status > 299) throw statusError(response, await readText(response.body, ERROR_BODY_BYTES), url);
		const ended = await read(response, builder, watch, options);
		const completion = builder.build();
		if (!ended && !builder.finished) throw connectionError(new Error('premature end'), url, builder.started ? completion : undefined);
		checkAnswered(completion, request);
		return completion;
	} catch (cause) {
		const partial = builder.started ? builder.build() : undefined;
		const known = watch.expired ?? (cause instanceof StepfunError ? cause : undefined);
		if (known) throw known.partial || !partial ? known : new StepfunError(known.message, { ...known, partial });
		throw clock.now() - watch.lastSign >= silenceMs * NEARLY
			? timeoutError(silenceMs, false, partial)
			: connectionError(cause, url, partial);
	} finally {
		watch.stop();
		response.body.destroy();
	}
}

/** n8n's own timer may end a silent connection a moment before the watch does. */
const NEARLY = 0.95;

async function read(response: HttpResponse, builder: CompletionBuilder, watch: Watch, { onDelta }: CompleteOptions): Promise<boolean> {
	const chunks = readAnswer(response.body, requestIdOf(response));
	for (;;) {
		const next = await chunks.next();
		if (next.done) return next.value;
		watch.sign();
		builder.add(next.value);
		if (onDelta) next.value.choices.forEach(onDelta);
	}
}

/** Enough of an error's body to read its message. */
const ERROR_BODY_BYTES = 64 * 1024;

/** Ends an answer that has gone silent, or that has taken longer than the whole completion may. */
class Watch {
	expired: StepfunError | undefined;
	lastSign: number;
	private readonly stopped = new AbortController();

	constructor(
		private readonly body: HttpBody,
		private readonly clock: Clock,
		private readonly silenceMs: number,
		private readonly deadline: number,
	) {
		this.lastSign = clock.now();
		void this.run();
	}

	/** Notes a sign of life: a chunk, not a comment. */
	sign(): void {
		this.lastSign = this.clock.now();
	}

	stop(): void {
		this.stopped.abort();
	}

	/** Wakes only when the limit may have been reached, however many chunks come. */
	private async run(): Promise<void> {
		const due = (): number => Math.min(this.lastSign + this.silenceMs, this.deadline);
		while (due() > this.clock.now()) {
			try {
				await this.clock.sleep(due() - this.clock.now(), this.stopped.signal);
			} catch {
				return;
			}
		}
		const total = this.deadline <= this.clock.now();
		this.expired = timeoutError(this.silenceMs, total);
		this.body.destroy(this.expired);
	}
}

function timeoutError(ms: number, total: boolean, partial?: Completion): StepfunError {
	const seconds = (ms / 1000).toLocaleString('en', { maximumFractionDigits: 1 });
	return total
		? new StepfunError('The completion took longer than the Total Timeout in Options', {
				type: 'timeout',
				partial,
				hint: 'Raise Total Timeout in Options, or ask for a shorter answer',
			})
		: new StepfunError(`The server sent nothing for ${seconds} seconds`, {
				type: 'timeout',
				partial,
				hint: 'Raise Timeout in Options if the model needs longer, or try again in a while',
			});
}

function asStepfunError(cause: unknown, { baseUrl, signal }: CompleteOptions): StepfunError {
	if (signal?.aborted) return new StepfunError('The execution was canceled', { type: 'canceled', cause });
	return cause instanceof StepfunError ? cause : connectionError(cause, baseUrl);
}
