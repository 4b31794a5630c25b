import { setTimeout as wait } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../stepfun/client/clock';
import type { Send } from '../stepfun/client/http';

export const nodeClock: Clock = {
	now: () => performance.now(),
	sleep: (ms, signal) => wait(ms, undefined, { signal }),
	random: Math.random,
};

/** Sends through undici's pooled client, for what runs outside n8n; `close` ends its connections. */
export function undiciSend(apiKey: string): Send & { close(): Promise<void> } {
	// Time is limited by the caller's signal.
	const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
	const send: Send = async ({ method, url, headers, body, timeoutMs, signal }) => {
		const { origin, pathname, search } = new URL(url);
		const response: Dispatcher.ResponseData = await agent.request({
			origin,
			path: pathname + search,
			method,
			headers: {
				...headers,
				authorization: `Bearer ${apiKey}`,
				...(body && { 'content-length': String(body.length) }),
			},
			body: body ? (body.text ?? (body.chunks() as unknown as Dispatcher.DispatchOptions['body'])) : null,
			...(timeoutMs !== undefined && { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
			...(signal && { signal }),
		});
		return { status: response.statusCode, headers: response.headers, body: response.body };
	};
	return Object.assign(send, { close: () => agent.close() });
}
