import { StepfunError, type StepfunErrorDetails } from '../errors';
import { asRecord, asText } from '../json';
import type { ErrorText } from '../texts';
import type { Completion } from '../types';
import { header, looksLikeHtml, originOf, type HttpResponse } from './http';
import { excerpt, redact } from './redact';
import { saysExhausted } from './refusal';
import { retryAfterMs } from './retry-after';
import * as texts from './texts';

/** Reads `{error: {message, type}}`, as StepFun, OpenRouter (`metadata.raw`) and plain gateways write it; undefined where there is none. */
export function readErrorObject(value: unknown): { message: string; type?: string; status?: number } | undefined {
	const outer = asRecord(value);
	if (!outer || outer['error'] === undefined || outer['error'] === null) return undefined;
	const error = asRecord(outer['error']);
	if (!error)
		return {
			message: asText(outer['error']) ?? texts.errorWithoutMessage.message,
			type: asText(outer['type']),
		};
	const nested = unwrapped(asRecord(error['metadata'])?.['raw']);
	const code = error['code'];
	return {
		message: nested?.message ?? asText(error['message']) ?? texts.errorWithoutMessage.message,
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
	const isPlan = /no active step plan/i.test(said.message);
	const hint = isExhausted ? texts.quotaExhausted : isPlan ? texts.noStepPlan : hintFor(status);
	return new StepfunError(
		{ message: redact(said.message, LONGEST_MESSAGE), hint },
		{
			type: typeName(said.type) ?? (status === undefined ? 'server_error' : `http_${status}`),
			status,
			requestId: context.requestId,
			retryAfterMs: context.retryAfterMs,
			retryable: status === undefined || (isRetryable(status) && !isExhausted),
			partial: context.partial,
		},
	);
}

const LONGEST_MESSAGE = 500;

/** A type that is a name; anything else may hold anything. */
const typeName = (type: string | undefined): string | undefined =>
	type !== undefined && /^[\w.-]{1,64}$/.test(type) ? type : undefined;

const errorStatus = (status: number | undefined): number | undefined =>
	status !== undefined && status >= 400 ? status : undefined;

function hintFor(status: number | undefined): string {
	const hints: Readonly<Record<number, string>> = texts.hintsByStatus;
	if (status === undefined) return texts.endedWithError;
	return hints[status] ?? texts.hintsByStatus[isRetryable(status) ? 500 : 400];
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
		const target = originOf(header(response, 'location') ?? '');
		return new StepfunError(texts.redirected(originOf(url), target), { ...context, type: 'redirected' });
	}
	const said = parsedError(body);
	if (said) return serverError(said, context);
	if (status === 404) return notTheApi(texts.noChatApi(url), context);
	const told = looksLikeHtml(body) ? ' and a web page' : excerpt(body);
	return new StepfunError(texts.errorStatus(status, told, hintFor(status)), {
		...context,
		type: `http_${status}`,
		retryable: isRetryable(status),
	});
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
export const notTheApi = (text: ErrorText, details: Partial<StepfunErrorDetails> = {}): StepfunError =>
	new StepfunError(text, { ...details, type: 'not_the_api' });
