import { StepfunError } from '../errors';
import { asRecord, asText } from '../json';
import { originOf } from './http';
import { excerpt } from './redact';

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
 * A request that got no answer, or whose answer could not be read to its end, told by the sender's own error. Where the request's
 * own body could not be read, that is the reason, however deep the sender has wrapped it.
 */
export function connectionError(cause: unknown, url: string): StepfunError {
	const own = ownError(cause);
	if (own) return own;
	const told = describeCause(cause);
	const known = NETWORK_CODES.find(([pattern]) => pattern.test(told));
	const place = originOf(url);
	if (!known) {
		return new StepfunError(`The request to ${place} could not be made${excerpt(told)}`, {
			type: 'connection_failed',
			hint: NETWORK_HINT,
		});
	}
	const [, message, retryable, hint] = known;
	return new StepfunError(`${message}: ${place}`, { type: 'connection_failed', retryable, hint });
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
