/** A body of known length, made while it is sent. */
export interface RequestBody {
	/** Exact length in bytes, for the content-length header. */
	length: number;
	/** The body from its first byte; asked for again when a request is sent again. */
	chunks(): AsyncIterable<string | Uint8Array>;
	/** The whole body, where it is in memory anyway. */
	text?: string;
}

/** One request; authentication is added by whoever sends it. */
export interface HttpRequest {
	method: 'GET' | 'POST' | 'DELETE';
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

export const isSuccess = ({ status }: HttpResponse): boolean => status >= 200 && status <= 299;

/** The first bytes of a stream: at least `enough`, where there are so many, and up to the end of the piece that brings them. */
export async function readBytes(stream: AsyncIterable<Uint8Array>, enough: number): Promise<Buffer> {
	const pieces: Uint8Array[] = [];
	let size = 0;
	for await (const piece of stream) {
		pieces.push(piece);
		size += piece.length;
		if (size >= enough) break;
	}
	return Buffer.concat(pieces);
}

/** The text of a body, at most about `maxBytes` of it; what is beyond is not read. */
export const readText = async (body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> =>
	(await readBytes(body, maxBytes)).toString();

export const looksLikeHtml = (body: string): boolean => /^\s{0,100}</.test(body);

/** Scheme, host and port of a URL: what may be shown of it. */
export function originOf(url: string): string {
	try {
		return new URL(url).origin;
	} catch {
		return url === '' ? 'an unnamed address' : 'an address that is not a URL';
	}
}
