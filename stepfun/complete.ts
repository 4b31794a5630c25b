import { readAnswer } from './response/read-answer';
import { Attachment } from './request/attachment';
import { requestBody, type RequestBody } from './request/body';
import { checkAnswered } from './response/check';
import type { ChoiceDelta } from './response/chunk';
import { CompletionBuilder } from './response/completion';
import { connectionError, requestIdOf, statusError, StepfunError } from './errors';
import { readText, type HttpResponse, type Send } from './client/http';
import type { Clock, Pacer } from './client/limiter';
import { withoutEcho, withoutKey } from './client/redact';
import type { ChatRequest, Completion } from './types';
import { Watch } from './client/watchdog';

export interface CompleteOptions {
	send: Send;
	/** Without a trailing slash, such as `https://api.stepfun.ai/v1`. */
	baseUrl: string;
	/** The key that `send` adds; taken out of what the server says. */
	apiKey?: string;
	clock: Clock;
	/** Shared by the requests of one execution. */
	pacer: Pacer;
	/**
	 * How often a request is sent again after a 5xx, or a connection that was lost before the first content. A 429 counts only
	 * when nothing else of the execution has got through since the request was last sent; with 0 nothing is sent again.
	 */
	retries: number;
	/** Longest silence in ms, before the answer and within it; comments that only keep the connection open are silence. */
	silenceMs: number;
	/** Longest time in ms for the whole completion, waits and retries included; 0 for no limit. */
	totalMs: number;
	/** Ends the request and all waiting at once. */
	signal?: AbortSignal;
	/** Called with each piece as it arrives. Returns whether it was shown to someone; the request is then not sent again. */
	onDelta?: (delta: ChoiceDelta) => boolean;
	/** Called when a request is about to be sent again. */
	onRetry?: (retry: Retry) => void;
}

export interface Retry {
	/** Why. */
	error: StepfunError;
	/** How long it was waited, in ms. */
	waitedMs: number;
}

/** A server that asks for a longer wait than this, in ms, is taken at its word: the item ends with its error. */
const LONGEST_WAIT_MS = 300_000;
const BACKOFF_MS = 1_000;

/**
 * One completion: sends the request, reads its answer, and sends it again where that can help.
 *
 * Silence is not answered with another try: a model that has not spoken for minutes would be paid for again, and would keep the
 * item for as many times longer.
 *
 * @throws StepfunError and nothing else; `attempts` says how often the request was sent.
 */
export async function complete(request: ChatRequest, options: CompleteOptions): Promise<Completion> {
	const { clock, pacer, retries } = options;
	const watch = new Watch(options);
	let shown = false;
	const onDelta = (delta: ChoiceDelta): boolean => {
		shown = options.onDelta?.(delta) || shown;
		return shown;
	};
	let attempts = 0;
	let tries = 0;
	let last: { error: StepfunError; at: number } | undefined;
	try {
		const body = watchedBody(requestBody({ ...request, stream: request.stream ?? true }), watch);
		for (;;) {
			const { letIn } = pacer;
			await pacer.enter(watch.signal);
			attempts += 1;
			let waitMs: number;
			try {
				if (last) options.onRetry?.({ error: last.error, waitedMs: clock.now() - last.at });
				return await attempt(request, body, watch, { ...options, onDelta });
			} catch (cause) {
				const error = asStepfunError(cause, options.baseUrl);
				error.attempts = attempts;
				const isRefused = error.status === 429;
				if (!isRefused || pacer.letIn === letIn) tries += 1;
				if (!error.retryable || retries === 0 || tries > retries || shown || hasContent(error.partial)) throw error;
				if ((error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) throw tooLongToWait(error);
				last = { error, at: clock.now() };
				waitMs = isRefused ? pacer.refused(error) : (error.retryAfterMs ?? backoffMs(tries, clock));
			} finally {
				pacer.leave();
			}
			await clock.sleep(waitMs, watch.signal);
		}
	} catch (cause) {
		const ended: unknown = watch.signal.aborted && !(cause instanceof StepfunError) ? watch.reason : cause;
		const error = asStepfunError(ended, options.baseUrl);
		error.attempts = Math.max(1, attempts);
		if (error.type === 'timeout' && last) error.message += `, after: ${last.error.message}`;
		error.message = withoutKey(withoutEcho(error.message, textsOf(request.messages)), options.apiKey);
		throw error;
	} finally {
		watch.stop();
	}
}

/** Doubles with each try; the jitter, half of it, keeps the items of a burst apart. */
function backoffMs(tries: number, clock: Clock): number {
	const longest = BACKOFF_MS * 2 ** (tries - 1);
	return Math.round(longest / 2 + (clock.random() * longest) / 2);
}

const tooLongToWait = (error: StepfunError): StepfunError =>
	error.with({
		hint: `The server asks to wait for ${Math.ceil(error.retryAfterMs! / 60_000)} minutes before the next request. ${error.hint}`,
	});

const hasContent = (partial: Completion | undefined): boolean =>
	partial?.choices.some(({ message }) => message.content !== '' || message.tool_calls !== undefined) ?? false;

/** Sends the request once. Rejects with a StepfunError that carries what had arrived. */
async function attempt(
	request: ChatRequest,
	body: RequestBody,
	watch: Watch,
	options: CompleteOptions,
): Promise<Completion> {
	const url = `${options.baseUrl}/chat/completions`;
	const builder = new CompletionBuilder();
	let response: HttpResponse | undefined;
	watch.listen();
	try {
		response = await options.send({
			method: 'POST',
			url,
			headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
			body,
			signal: watch.signal,
		});
		watch.sign();
		if (response.status < 200 || response.status > 299)
			throw statusError(response, await readText(response.body, ERROR_BODY_BYTES), url);
		options.pacer.accepted();
		const ended = await read(response, builder, watch, options);
		if (!ended && !builder.finished) throw new Error('premature end');
		const completion = builder.build();
		checkAnswered(completion, request);
		return completion;
	} catch (cause) {
		const partial = builder.started ? builder.build() : undefined;
		if (watch.signal.aborted) throw watch.reason.with({ partial });
		if (!(cause instanceof StepfunError)) throw connectionError(cause, url, partial);
		throw partial && !cause.partial ? cause.with({ partial }) : cause;
	} finally {
		watch.pause();
		response?.body.destroy();
	}
}

const read = (
	response: HttpResponse,
	builder: CompletionBuilder,
	watch: Watch,
	{ onDelta }: CompleteOptions,
): Promise<boolean> =>
	readAnswer(
		response.body,
		(chunk) => {
			watch.sign();
			builder.add(chunk);
			if (onDelta) chunk.choices.forEach(onDelta);
		},
		requestIdOf(response),
	);

/** Enough of an error's body to read its message. */
const ERROR_BODY_BYTES = 64 * 1024;

/** An upload is no silence: each piece that the connection takes is a sign of life. */
function watchedBody(body: RequestBody, watch: Watch): RequestBody {
	if (body.text !== undefined) return body;
	return {
		...body,
		async *chunks() {
			for await (const chunk of body.chunks()) {
				watch.sign();
				yield chunk;
			}
		},
	};
}

/** All texts within data. */
function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return value !== null && typeof value === 'object' && !(value instanceof Attachment)
		? Object.values(value).flatMap(textsOf)
		: [];
}

const asStepfunError = (cause: unknown, url: string): StepfunError =>
	cause instanceof StepfunError ? cause : connectionError(cause, url);
