import { StepfunError, type StepfunErrorDetails } from '../errors';
import { asRecord, asText, tryParseJson } from '../json';
import type { ErrorText } from '../texts';
import type { Completion } from '../types';
import { serverSpeaksHttps } from './connection-error';
import { header, looksLikeHtml, originOf, type HttpResponse } from './http';
import { excerpt, redact } from './redact';
import { saysExhausted } from './refusal';
import { bodyRetryAfterMs, retryAfterMs } from './retry-after';
import * as texts from './texts';

/** What a server says of an error. */
export interface SaidError {
	message: string;
	/** Its type, or a code in its place. */
	type?: string;
	/** A code that is an HTTP status. */
	status?: number;
	/** The wait that it asks for, in ms. */
	retryAfterMs?: number;
}

/** Reads `{error: {message, type}}`, as StepFun, OpenRouter (`metadata`) and plain gateways write it; undefined where there is none. */
export function readErrorObject(value: unknown): SaidError | undefined {
	const outer = asRecord(value);
	if (!outer || outer['error'] === undefined || outer['error'] === null) return undefined;
	const error = asRecord(outer['error']);
	if (!error)
		return {
			message: asText(outer['error']) ?? texts.errorWithoutMessage.message,
			type: asText(outer['type']),
			retryAfterMs: bodyRetryAfterMs(outer),
		};
	const nested = providerError(error);
	const code = error['code'];
	return {
		message: nested?.message ?? asText(error['message']) ?? texts.errorWithoutMessage.message,
		type: nested?.type ?? asText(error['type']) ?? asText(code),
		status: typeof code === 'number' && code >= 400 && code < 600 ? code : undefined,
		retryAfterMs: bodyRetryAfterMs(outer),
	};
}

/**
 * What the provider behind a gateway said, which OpenRouter hands on as `metadata.raw`: an error object or the JSON of one, whose
 * words say all, or text and data of any other shape, which stand after the gateway's own words.
 */
function providerError(error: Record<string, unknown>): SaidError | undefined {
	const raw = asRecord(error['metadata'])?.['raw'];
	const value = typeof raw === 'string' ? (tryParseJson(raw) ?? raw) : raw;
	const said = readErrorObject(value) ?? messageOnly(value);
	if (said) return said;
	const told = typeof raw === 'string' ? raw.trim() : raw === undefined || raw === null ? '' : JSON.stringify(raw);
	if (told === '' || looksLikeHtml(told)) return undefined;
	const own = asText(error['message']);
	return { message: own === undefined || told.includes(own) ? told : `${own}: ${told}` };
}

/** Types of errors that stand for a status where the server gives none, as in a stream; from StepFun's error pages and recorded answers. */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
	invalid_api_key: 401,
	quota_exceeded: 402,
	model_invalid: 404,
	rate_limited: 429,
	censorship_blocked: 451,
	censorship_block: 451,
	request_params_invalid: 400,
	input_invalid: 400,
	invalid_request_error: 400,
};

/** Whether an error says that the account can pay for no request, or for none today. */
export const isExhausted = ({ status, retryable }: StepfunError): boolean =>
	status === 402 || (status === 429 && !retryable);

/** Whether a status says that the same request may go through later. */
const isRetryable = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/**
 * An error that the server put into words, from its status line or from inside a stream. The status line says what kind of error it
 * is; a code or type in the body only where there is no such line. Retry-After of the headers comes before a wait that the body names.
 */
export function serverError(
	said: SaidError,
	context: { status?: number; requestId?: string; retryAfterMs?: number; partial?: Completion } = {},
): StepfunError {
	const status =
		errorStatus(context.status) ??
		said.status ??
		(said.type !== undefined && Object.hasOwn(STATUS_OF_TYPE, said.type) ? STATUS_OF_TYPE[said.type] : undefined);
	const retryAfterMs = context.retryAfterMs ?? said.retryAfterMs;
	const message = redact(said.message, LONGEST_MESSAGE);
	const hint = hintFor(status, said, retryAfterMs);
	return new StepfunError(
		{ message, hint, ...(message !== texts.errorWithoutMessage.message && { quote: message }) },
		{
			type: typeName(said.type) ?? (status === undefined ? 'server_error' : `http_${status}`),
			status,
			requestId: context.requestId,
			retryAfterMs,
			retryable: mayGoThrough(status, said, retryAfterMs),
			partial: context.partial,
		},
	);
}

type Words = Pick<SaidError, 'message' | 'type'>;

const isQuotaUsedUp = (status: number | undefined, said: Words, retryAfterMs: number | undefined): boolean =>
	status === 429 && saysExhausted({ ...said, retryAfterMs });

/** Whether an error of this status and these words may be over a moment later; one without a status may. */
const mayGoThrough = (status: number | undefined, said: Words, retryAfterMs: number | undefined): boolean =>
	status === undefined || (isRetryable(status) && !isQuotaUsedUp(status, said, retryAfterMs));

function hintFor(status: number | undefined, said: Words, retryAfterMs: number | undefined): string {
	if (isQuotaUsedUp(status, said, retryAfterMs)) return texts.quotaExhausted;
	if (/no active step plan/i.test(said.message)) return texts.noStepPlan;
	const hints: Readonly<Record<number, string>> = texts.hintsByStatus;
	if (status === undefined) return texts.endedWithError;
	return hints[status] ?? texts.hintsByStatus[isRetryable(status) ? 500 : 400];
}

const LONGEST_MESSAGE = 500;

/** A type that is a name; anything else may hold anything. */
const typeName = (type: string | undefined): string | undefined =>
	type !== undefined && /^[\w.-]{1,64}$/.test(type) ? type : undefined;

const errorStatus = (status: number | undefined): number | undefined =>
	status !== undefined && status >= 400 ? status : undefined;

/** An answer whose status is not 200, from its status, headers and the first bytes of its body. */
export function statusError(response: HttpResponse, body: string, url: string): StepfunError {
	const { status } = response;
	const context = {
		status,
		requestId: requestIdOf(response),
		retryAfterMs: retryAfterMs(header(response, 'retry-after'), header(response, 'date')),
	};
	if (status >= 300 && status < 400) {
		const target = originOf(header(response, 'location') ?? '');
		return new StepfunError(texts.redirected(originOf(url), target), { ...context, type: 'redirected' });
	}
	if (status === 400 && /^http:/i.test(url) && ASKED_WITHOUT_TLS.test(body))
		return serverSpeaksHttps(url).with(context);
	const said = parsedError(body);
	if (said) return serverError(said, context);
	if (status === 404) return notTheApi(texts.noChatApi(url), context);
	const isPage = looksLikeHtml(body);
	// Enough to find the words in, in a shape of its own; what a web page says is about anything.
	const words = { message: isPage ? '' : body.slice(0, UNREAD_WORDS) };
	const waitMs = context.retryAfterMs ?? bodyRetryAfterMs(tryParseJson(body));
	const told = isPage ? ' and a web page' : excerpt(body);
	return new StepfunError(texts.errorStatus(status, told, hintFor(status, words, waitMs)), {
		...context,
		retryAfterMs: waitMs,
		type: `http_${status}`,
		retryable: mayGoThrough(status, words, waitMs),
	});
}

/** How nginx, Go, Apache and Tomcat say that they were asked by http:// where they speak HTTPS. */
const ASKED_WITHOUT_TLS =
	/plain HTTP (?:request )?(?:was )?(?:sent )?to (?:an? )?(?:HTTPS|SSL|TLS)|HTTP request to an? (?:HTTPS|SSL|TLS)|host and port requires TLS/i;

const UNREAD_WORDS = 4_000;

function parsedError(body: string): SaidError | undefined {
	const value = tryParseJson(body);
	return readErrorObject(value) ?? messageOnly(value);
}

/** `{message: …}` and `{detail: …}`, as gateways write errors, with a type or a code beside it. */
function messageOnly(value: unknown): SaidError | undefined {
	const fields = asRecord(value);
	const message = asText(fields?.['message']) ?? asText(fields?.['detail']);
	if (message === undefined) return undefined;
	return {
		message,
		type: asText(fields!['type']) ?? asText(fields!['code']),
		retryAfterMs: bodyRetryAfterMs(fields),
	};
}

export function requestIdOf(response: HttpResponse): string | undefined {
	const id = header(response, 'x-trace-id') ?? header(response, 'x-request-id');
	return id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}

/** Something answered that is not this API: another service, a website, a login page before the API. */
export const notTheApi = (text: ErrorText, details: Partial<StepfunErrorDetails> = {}): StepfunError =>
	new StepfunError(text, { ...details, type: 'not_the_api' });
