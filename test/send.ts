import { Agent } from 'undici';
import type { Send } from '../stepfun/http';

/** Sends through undici's pooled client, for what runs outside n8n. `close` ends its connections. */
export function undiciSend(apiKey = 'sk-emulator'): Send & { close(): Promise<void> } {
	// Time is limited by the caller's signal.
	const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
	const send: Send = async ({ method, url, headers, body, timeoutMs, signal }) => {
		const { origin, pathname, search } = new URL(url);
		const { statusCode, headers: responseHeaders, body: responseBody } = await agent.request({
			origin,
			path: pathname + search,
			method,
			headers: { ...headers, authorization: `Bearer ${apiKey}`, ...(body && { 'content-length': String(body.length) }) },
			body: body ? (body.text ?? (body.chunks() as AsyncIterable<Uint8Array>)) : null,
			headersTimeout: timeoutMs ?? 0,
			bodyTimeout: timeoutMs ?? 0,
			signal,
		});
		return { status: statusCode, headers: responseHeaders, body: responseBody };
	};
	return Object.assign(send, { close: () => agent.close() });
}
