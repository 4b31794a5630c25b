import { StepfunError } from '../errors';
import { asRecord, asText } from '../json';
import { originOf, type HttpRequest, type Send } from './http';
import type { ErrorText } from '../texts';
import { excerpt } from './redact';
import * as texts from './texts';

/** What the error of a request that got no answer names, by Node's codes and n8n's words. */
const NETWORK_CODES: ReadonlyArray<readonly [pattern: RegExp, text: (place: string) => ErrorText, retryable: boolean]> =
	[
		[/SSRF|restricted IP|hostname is restricted|Domain not allowed/i, texts.addressBlocked, false],
		[/ENOTFOUND|EAI_AGAIN/, texts.addressNotFound, true],
		[/ECONNREFUSED/, texts.connectionRefused, true],
		[/ENETUNREACH|EHOSTUNREACH/, texts.addressUnreachable, true],
		[/wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|unknown[ _]protocol/i, texts.serverSpeaksHttp, false],
		[/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/i, texts.tlsFailed, false],
		[
			/ECONNABORTED|ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|timeout/i,
			texts.noAnswerInTime,
			true,
		],
		[
			/ECONNRESET|EPIPE|UND_ERR_SOCKET|socket hang up|aborted|other side closed|premature/i,
			texts.connectionClosed,
			true,
		],
	];

/**
 * A request that got no answer, or whose answer could not be read to its end, told by the sender's own error. Where the request's
 * own body could not be read, that is the reason, however deep the sender has wrapped it.
 */
export function connectionError(cause: unknown, url: string): StepfunError {
	const own = ownError(cause);
	if (own) return own;
	const told = describeCause(cause);
	const known = NETWORK_CODES.find(([pattern]) => pattern.test(told));
	const place = originOf(url);
	if (isTlsAnswer(cause)) return serverSpeaksHttps(url);
	const proxy = proxyThatFailed(cause, url);
	if (proxy !== undefined)
		return new StepfunError(texts.proxyUnreachable(proxy, place), { type: 'connection_failed', retryable: true });
	if (!known) return new StepfunError(texts.requestFailed(place, excerpt(told)), { type: 'connection_failed' });
	const [, text, retryable] = known;
	return new StepfunError(text(place), { type: 'connection_failed', retryable });
}

/** An answer that ended before its end. */
export const prematureEnd = (url: string): StepfunError => connectionError('premature end', url);

function ownError(cause: unknown, depth = 0): StepfunError | undefined {
	if (cause instanceof StepfunError || depth > 4) return cause instanceof StepfunError ? cause : undefined;
	return ownError(asRecord(cause)?.['cause'], depth + 1);
}

/** Codes and messages of an error and of what caused it; never its request, which holds the key and the prompt. */
function describeCause(cause: unknown): string {
	if (typeof cause === 'string') return cause;
	const words = chainOf(cause).flatMap(({ code, message, description }) => [code, message, description].map(asText));
	return [...new Set(words.filter((text) => text !== undefined))].join(' ');
}

/** An error and what caused it; of several errors at once, such as one for each address of a host, the first. */
function chainOf(cause: unknown, depth = 0): Array<Record<string, unknown>> {
	const error = asRecord(cause);
	if (!error || depth > 4) return [];
	const [first] = Array.isArray(error['errors']) ? (error['errors'] as unknown[]) : [];
	return [error, ...chainOf(error['cause'] ?? first, depth + 1)];
}

/** What a server says that was asked without TLS and expects it: an alert or a handshake, as nothing that HTTP knows. */
function isTlsAnswer(cause: unknown): boolean {
	const raw = chainOf(cause).find(({ rawPacket }) => rawPacket instanceof Uint8Array)?.['rawPacket'];
	return raw instanceof Uint8Array && (raw[0] === 0x15 || raw[0] === 0x16) && raw[1] === 0x03;
}

/** A server that was asked by http:// and answers to https:// only. */
export const serverSpeaksHttps = (url: string): StepfunError =>
	new StepfunError(texts.serverSpeaksHttps(originOf(url)), { type: 'connection_failed' });

const NOT_CONNECTED = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * The host and port that could not be reached where they are not those of the URL: those of the proxy that the environment names.
 * An error of the network says where it was met.
 */
function proxyThatFailed(cause: unknown, url: string): string | undefined {
	const met = chainOf(cause).find(
		({ code, syscall }) => syscall !== undefined && NOT_CONNECTED.includes(code as string),
	);
	if (!met || !URL.canParse(url)) return undefined;
	const wanted = new URL(url);
	const host = wanted.hostname.replace(/^\[|\]$/g, '');
	const hostname = asText(met['hostname']);
	if (hostname !== undefined) return hostname.toLowerCase() === host.toLowerCase() ? undefined : hostname;
	const address = asText(met['address']);
	const port = Number(met['port']);
	if (address === undefined || !Number.isInteger(port)) return undefined;
	const isElsewhere =
		port !== Number(wanted.port || (wanted.protocol === 'https:' ? 443 : 80)) || (isIp(host) && host !== address);
	return isElsewhere ? `${address.includes(':') ? `[${address}]` : address}:${port}` : undefined;
}

const isIp = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host);

/** Wraps a sender: where a server closes an http:// connection without an answer, it is asked once whether it speaks HTTPS. */
export function recognizingHttps(send: Send): Send {
	const plain = new Set<string>();
	return async (request) => {
		try {
			return await send(request);
		} catch (cause) {
			const origin = originOf(request.url);
			const isClosed = /ECONNRESET|EPIPE|UND_ERR_SOCKET|socket hang up|other side closed/i.test(describeCause(cause));
			if (!isClosed || !/^http:/i.test(request.url) || request.signal?.aborted || plain.has(origin)) throw cause;
			if (await speaksTls(origin.replace(/^http:/, 'https:'), send, request)) throw serverSpeaksHttps(request.url);
			plain.add(origin);
			throw cause;
		}
	};
}

const PROBE_TIMEOUT_MS = 5_000;

/** An answer of any kind, or a certificate or handshake that is refused. */
async function speaksTls(url: string, send: Send, { signal }: HttpRequest): Promise<boolean> {
	try {
		const { body } = await send({
			method: 'GET',
			url,
			headers: {},
			timeoutMs: PROBE_TIMEOUT_MS,
			...(signal && { signal }),
		});
		body.destroy();
		return true;
	} catch (cause) {
		return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|alert|unsupported protocol/i.test(describeCause(cause));
	}
}
