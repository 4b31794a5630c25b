import { StepfunError, type StepfunErrorDetails } from '../errors';
import { asRecord, asText } from '../json';
import type { Completion } from '../types';
import { header, looksLikeHtml, originOf, type HttpResponse } from './http';
import { excerpt, redact } from './redact';
import { saysExhausted } from './refusal';
import { retryAfterMs } from './retry-after';

/** Reads `{error: {message, type}}`, as StepFun, OpenRouter (`metadata.raw`) and plain gateways write it; undefined where there is none. */
export function readErrorObject(value: unknown): { message: string; type?: string; status?: number } | undefined {
	const outer = asRecord(value);
	if (!outer || outer['error'] === undefined || outer['error'] === null) return undefined;
	const error = asRecord(outer['error']);
	if (!error)
		return {
			message: asText(outer['error']) ?? 'The server reported an error without a message',
			type: asText(outer['type']),
		};
	const nested = unwrapped(asRecord(error['metadata'])?.['raw']);
	const code = error['code'];
	return {
		message: nested?.message ?? asText(error['message']) ?? 'The server reported an error without a message',
		type: nested?.type ?? asText(error['type']) ?? asText(code),
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

const EXHAUSTED_HINT =
	'The quota of the account is used up, so waiting does not help. Top it up on the StepFun platform, or wait until the quota is renewed';

/** Whether an error says that the account can pay for no request, or for none today. */
export const isExhausted = ({ status, retryable }: StepfunError): boolean =>
	status === 402 || (status === 429 && !retryable);

/** Whether a status says that the same request may go through later. */
const isRetryable = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/** An error that the server put into words, from its status line or from inside a stream. */
export function serverError(
	said: { message: string; type?: string; status?: number },
	context: { status?: number; requestId?: string; retryAfterMs?: number; partial?: Completion } = {},
): StepfunError {
	const status =
		said.status ?? (said.type === undefined ? undefined : STATUS_OF_TYPE[said.type]) ?? errorStatus(context.status);
	const isExhausted = status === 429 && saysExhausted({ ...said, retryAfterMs: context.retryAfterMs });
	return new StepfunError(redact(said.message, LONGEST_MESSAGE), {
		type: typeName(said.type) ?? (status === undefined ? 'server_error' : `http_${status}`),
		status,
		requestId: context.requestId,
		retryAfterMs: context.retryAfterMs,
		retryable: status === undefined || (isRetryable(status) && !isExhausted),
		hint: isExhausted ? EXHAUSTED_HINT : /no active step plan/i.test(said.message) ? PLAN_HINT : hintFor(status),
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
		retryAfterMs: retryAfterMs(header(response, 'retry-after'), header(response, 'date')),
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
	if (status === 404) return notTheApi(`There is no chat API at ${url}`, context);
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
	const message = asText(asRecord(value)?.['message']) ?? asText(asRecord(value)?.['detail']);
	return message === undefined ? undefined : { message };
}

export function requestIdOf(response: HttpResponse): string | undefined {
	const id = header(response, 'x-trace-id') ?? header(response, 'x-request-id');
	return id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}

/** Something answered that is not this API: another service, a website, a login page before the API. */
export const notTheApi = (message: string, details: Partial<StepfunErrorDetails> = {}): StepfunError =>
	new StepfunError(message, {
		...details,
		type: 'not_the_api',
		hint: 'Check the region, the plan and the base URL in the credential; a base URL usually ends in /v1',
	});
