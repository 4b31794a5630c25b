import type { RequestBody } from '../request/body';
import { readBytes } from '../bytes';

/** One request; authentication is added by whoever sends it. */
export interface HttpRequest {
	method: 'GET' | 'POST';
	url: string;
	headers: Record<string, string>;
	body?: RequestBody;
	/** Longest wait in ms for the response's headers, and the longest silence of the connection after them; default none. */
	timeoutMs?: number;
	/** Ends the request, and its answer while that is still coming. */
	signal?: AbortSignal;
}

/** The bytes of an answer; `destroy` closes the connection. Node's Readable fits. */
export interface HttpBody extends AsyncIterable<Uint8Array> {
	destroy(error?: Error): unknown;
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | string[] | undefined>;
	body: HttpBody;
}

/**
 * Sends a request and resolves when the headers are there, whatever the status; never follows a redirect.
 * Rejects when no answer came: `connectionError` makes that readable.
 */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

export function header(response: HttpResponse, name: string): string | undefined {
	const value = response.headers[name];
	return Array.isArray(value) ? value[0] : value;
}

/** The text of a body, at most about `maxBytes` of it; what is beyond is not read. */
export const readText = async (body: HttpBody, maxBytes: number): Promise<string> =>
	(await readBytes(body, maxBytes)).toString();
