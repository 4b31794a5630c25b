import { header, type HttpResponse } from './client/http';
import type { Completion } from './types';
import { record } from './record';
import { redact } from './client/redact';

/** What StepFun's own error types do not cover: trouble on this side or on the way. */
export type LocalErrorType =
	| 'invalid_input'
	| 'connection_failed'
	| 'connection_cut'
	| 'timeout'
	| 'canceled'
	| 'redirected'
	| 'not_the_api'
	| 'malformed_answer'
	| 'answer_too_large'
	| 'incomplete_answer'
	| 'empty_answer'
	| 'invalid_json_answer'
	| 'too_many_iterations';

export interface StepfunErrorDetails {
	/** StepFun's own error type, such as `rate_limited`, or one of ours. */
	type: LocalErrorType | (string & {});
	/** HTTP status, where an answer came. */
	status?: number;
	/** The X-Trace-Id that StepFun's support asks for. */
	requestId?: string;
	/** Whether the same request may succeed a moment later. */
	retryable?: boolean;
	/** From Retry-After, in ms. */
	retryAfterMs?: number;
	/** What to do about it, for the person who reads it. */
	hint?: string;
	/** What had arrived before it broke. */
	partial?: Completion;
	/** How often the request was sent. */
	attempts?: number;
}

/** Everything that can go wrong with a completion, in one shape. `message` says what happened, `hint` what to do. */
export class StepfunError extends Error implements StepfunErrorDetails {
	override readonly name = 'StepfunError';
	readonly type: StepfunErrorDetails['type'];
	readonly status?: number;
	readonly requestId?: string;
	readonly retryable: boolean;
	readonly retryAfterMs?: number;
	readonly hint: string;
	readonly partial?: Completion;
	attempts: number;

	constructor(message: string, details: StepfunErrorDetails) {
		super(message);
		this.type = details.type;
		this.status = details.status;
		this.requestId = details.requestId;
		this.retryable = details.retryable ?? false;
		this.retryAfterMs = details.retryAfterMs;
		this.hint = details.hint ?? '';
		this.partial = details.partial;
		this.attempts = details.attempts ?? 1;
	}

	/** The same error with other details. */
	with(details: Partial<StepfunErrorDetails>): StepfunError {
		return new StepfunError(this.message, { ...this, ...details });
	}
}

/** A request that is not worth sending. `field` is the field's name as the reader knows it. */
export const invalidInput = (message: string, hint: string): StepfunError =>
	new StepfunError(message, { type: 'invalid_input', hint });

/** What was ended on purpose. */
export const canceled = (): StepfunError => new StepfunError('The execution was canceled', { type: 'canceled' });

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads `{error: {message, type}}`, as StepFun, OpenRouter (`metadata.raw`) and plain gateways write it; undefined where there is none. */
export function readErrorObject(value: unknown): { message: string; type?: string; status?: number } | undefined {
	const outer = record(value);
	if (!outer || outer['error'] === undefined || outer['error'] === null) return undefined;
	const error = record(outer['error']);
	if (!error)
		return {
			message: text(outer['error']) ?? 'The server reported an error without a message',
			type: text(outer['type']),
		};
	const nested = unwrapped(record(error['metadata'])?.['raw']);
	const code = error['code'];
	return {
		message: nested?.message ?? text(error['message']) ?? 'The server reported an error without a message',
		type: nested?.type ?? text(error['type']) ?? text(code),
		status: typeof code === 'number' && code >= 400 && code < 600 ? code : undefined,
	};
}

function unwrapped(raw: unknown): ReturnType<typeof readErrorObject> {
	if (typeof raw !== 'string') return undefined;
	try {
		return readErrorObject(JSON.parse(raw));
	} catch {
		return undefined;
	}
}

/** Types of StepFun's errors that decide on their own, with or without an HTTP status; from its error pages and recorded answers. */
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

const HINTS: Readonly<Record<number, string>> = {
	400: 'StepFun refused the request. Correct the field that the message names',
	401: 'Check the API key in the credential, and its region: a key from platform.stepfun.com works only with China, one from platform.stepfun.ai only with International',
	402: 'The account has no balance left for this call. Top it up on the StepFun platform, or choose the plan that your subscription covers in the credential',
	403: 'The key may not use this model or this endpoint. Check its permissions on the StepFun platform, and the plan in the credential',
	404: 'Check the model ID: choose the model from the list, which shows what your account may use',
	413: 'The request is larger than the server takes. Send fewer or smaller attachments',
	429: 'The account has reached a limit of its tier. Lower Max Concurrent Requests or set Requests per Minute in Options, or top up for a higher tier',
	451: 'StepFun moderated the input or the answer. Sending it again will not help: change the text or the attachment',
	500: 'The server could not handle the request. Try again in a while',
	503: 'StepFun is overloaded, or the request took longer than its 10 minutes. Try again in a while, or ask for a shorter answer',
	504: 'The model took longer than the server waits. Try again, or ask for a shorter answer',
};

const PLAN_HINT =
	'The credential uses the Step Plan, and this account has no active subscription. Choose the standard plan in the credential';

/** Whether a status says that the same request may go through later. */
const isRetryable = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/** An error that the server put into words, from its status line or from inside a stream. */
export function serverError(
	said: { message: string; type?: string; status?: number },
	context: { status?: number; requestId?: string; retryAfterMs?: number; partial?: Completion } = {},
): StepfunError {
	const status =
		said.status ?? (said.type === undefined ? undefined : STATUS_OF_TYPE[said.type]) ?? errorStatus(context.status);
	return new StepfunError(redact(said.message, LONGEST_MESSAGE), {
		type: typeName(said.type) ?? (status === undefined ? 'server_error' : `http_${status}`),
		status,
		requestId: context.requestId,
		retryAfterMs: context.retryAfterMs,
		retryable: status === undefined ? true : isRetryable(status),
		hint: /no active step plan/i.test(said.message) ? PLAN_HINT : hintFor(status),
		partial: context.partial,
	});
}

const LONGEST_MESSAGE = 500;

/** A type that is a name; anything else may hold anything. */
const typeName = (type: string | undefined): string | undefined =>
	type !== undefined && /^[\w.-]{1,64}$/.test(type) ? type : undefined;

const errorStatus = (status: number | undefined): number | undefined =>
	status !== undefined && status >= 400 ? status : undefined;

function hintFor(status: number | undefined): string {
	if (status === undefined) return 'The server ended the answer with this message. Try again in a while';
	return HINTS[status] ?? (isRetryable(status) ? HINTS[500]! : HINTS[400]!);
}

/** An answer whose status is not 200, from its status, headers and the first bytes of its body. */
export function statusError(response: HttpResponse, body: string, url: string): StepfunError {
	const { status } = response;
	const context = {
		status,
		requestId: requestIdOf(response),
		retryAfterMs: retryAfterMs(header(response, 'retry-after')),
	};
	if (status >= 300 && status < 400) {
		return new StepfunError(
			`The server at ${originOf(url)} redirects to ${originOf(header(response, 'location') ?? '')}`,
			{
				...context,
				type: 'redirected',
				hint: 'The key is never sent to another address. If the new address is right, enter it as the base URL in the credential',
			},
		);
	}
	const said = parsedError(body);
	if (said) return serverError(said, context);
	if (status === 404) {
		return new StepfunError(`There is no chat API at ${url}`, {
			...context,
			type: 'not_the_api',
			hint: 'Check the region, the plan and the base URL in the credential; a base URL usually ends in /v1',
		});
	}
	return new StepfunError(
		`The server answered with status ${status}${looksLikeHtml(body) ? ' and a web page' : excerpt(body)}`,
		{
			...context,
			type: `http_${status}`,
			retryable: isRetryable(status),
			hint: hintFor(status),
		},
	);
}

function parsedError(body: string): ReturnType<typeof readErrorObject> {
	try {
		const value: unknown = JSON.parse(body);
		return readErrorObject(value) ?? messageOnly(value);
	} catch {
		return undefined;
	}
}

/** `{message: …}` and `{detail: …}`, as gateways write errors. */
function messageOnly(value: unknown): { message: string } | undefined {
	const message = text(record(value)?.['message']) ?? text(record(value)?.['detail']);
	return message === undefined ? undefined : { message };
}

export function requestIdOf(response: HttpResponse): string | undefined {
	const id = header(response, 'x-trace-id') ?? header(response, 'x-request-id');
	return id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}

/** Retry-After in ms, from seconds or an HTTP date; undefined where it is absent or unreadable. */
export function retryAfterMs(value: string | undefined, now: number = Date.now()): number | undefined {
	if (value === undefined || value.trim() === '') return undefined;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const NETWORK_HINT = 'Check the base URL in the credential, and that this n8n may reach it (firewall, proxy)';

/** Node's codes for a request that got no answer, and what they mean to a person. */
const NETWORK_CODES: ReadonlyArray<readonly [pattern: RegExp, message: string, retryable: boolean, hint: string]> = [
	[
		/SSRF|restricted IP|hostname is restricted|Domain not allowed/i,
		'n8n does not allow requests to this address',
		false,
		'Whoever runs this n8n can allow it: in the credential under Allowed Domains, or in the settings of the SSRF protection',
	],
	[/ENOTFOUND|EAI_AGAIN/, 'The address could not be found (DNS)', true, NETWORK_HINT],
	[/ECONNREFUSED/, 'The connection was refused', true, NETWORK_HINT],
	[/ENETUNREACH|EHOSTUNREACH/, 'The address cannot be reached', true, NETWORK_HINT],
	[
		/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|wrong version number/i,
		'No secure connection could be made (TLS)',
		false,
		'Check that the base URL starts with the right http:// or https://. For a certificate of your own, start n8n with NODE_EXTRA_CA_CERTS',
	],
	[
		/ECONNABORTED|ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|timeout/i,
		'The server did not answer in time',
		true,
		'Raise Timeout in Options if the model needs longer, or try again in a while',
	],
	[
		/ECONNRESET|EPIPE|UND_ERR_SOCKET|socket hang up|aborted|other side closed|premature/i,
		'The connection was closed before an answer came',
		true,
		'Try again in a while. If it keeps happening, a proxy or gateway on the way may be closing it',
	],
];

/**
 * A request that got no answer, or whose answer broke off, told by the sender's own error. Where the body could not be read, that
 * is the reason, however deep the sender has wrapped it.
 */
export function connectionError(cause: unknown, url: string, partial?: Completion): StepfunError {
	const own = ownError(cause);
	if (own) return own;
	const told = describeCause(cause);
	const known = NETWORK_CODES.find(([pattern]) => pattern.test(told));
	const place = originOf(url);
	if (partial) {
		return new StepfunError(`The connection to ${place} broke off in the middle of the answer`, {
			type: 'connection_cut',
			retryable: true,
			partial,
			hint: 'What had arrived is in the details. Try again in a while',
		});
	}
	if (!known)
		return new StepfunError(`The request to ${place} could not be made${excerpt(told)}`, {
			type: 'connection_failed',
			hint: NETWORK_HINT,
		});
	const [, message, retryable, hint] = known;
	return new StepfunError(`${message}: ${place}`, { type: 'connection_failed', retryable, hint });
}

function ownError(cause: unknown, depth = 0): StepfunError | undefined {
	if (cause instanceof StepfunError || depth > 4) return cause instanceof StepfunError ? cause : undefined;
	return ownError(record(cause)?.['cause'], depth + 1);
}

/** Codes and messages of an error and of what caused it; never its request, which holds the key and the prompt. */
function describeCause(cause: unknown, depth = 0): string {
	const error = record(cause);
	if (!error || depth > 4) return typeof cause === 'string' ? cause : '';
	return [
		text(error['code']),
		text(error['message']),
		text(error['description']),
		describeCause(error['cause'], depth + 1),
	]
		.filter(Boolean)
		.join(' ');
}

/** Scheme, host and port of a URL: what may be shown of it. */
export function originOf(url: string): string {
	try {
		return new URL(url).origin;
	} catch {
		return url === '' ? 'an unnamed address' : 'an address that is no URL';
	}
}

export const looksLikeHtml = (body: string): boolean => /^\s{0,100}</.test(body);

/** The start of a server's text, for the end of a message. */
export function excerpt(body: string): string {
	const line = redact(body, 200);
	return line === '' ? '' : `: ${line}`;
}
