import { StepfunError } from '../errors';
import { asRecord, asText } from '../json';
import { originOf } from './http';
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
		[/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|wrong version number/i, texts.tlsFailed, false],
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
function describeCause(cause: unknown, depth = 0): string {
	const error = asRecord(cause);
	if (!error || depth > 4) return typeof cause === 'string' ? cause : '';
	return [
		asText(error['code']),
		asText(error['message']),
		asText(error['description']),
		describeCause(error['cause'], depth + 1),
	]
		.filter(Boolean)
		.join(' ');
}
