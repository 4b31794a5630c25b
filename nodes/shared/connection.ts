import {
	getCredentialAllowedDomains,
	sleep,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type ISupplyDataFunctions,
} from 'n8n-workflow';
import { apiKeyOf, baseUrl, isAddress, type EndpointSettings } from '../../stepfun/client/endpoint';
import { recognizingHttps } from '../../stepfun/client/connection-error';
import type { HttpBody, HttpResponse, RequestBody, Send } from '../../stepfun/client/http';
import { invalidInput } from '../../stepfun/errors';
import * as texts from './texts';

export const CREDENTIAL = 'stepfunApi';

type Context = IExecuteFunctions | ISupplyDataFunctions | ILoadOptionsFunctions;

/** The API as the credential describes it. */
export interface Connection {
	/** Without a trailing slash. */
	baseUrl: string;
	/** `send` adds it to the requests; it is here so that it can be removed from what a server says. */
	apiKey: string;
	send: Send;
}

/**
 * Reads the credential and connects to the API through n8n's HTTP helper, and so with n8n's proxy settings, SSRF protection,
 * certificates, authentication and Stop.
 */
export async function connect(context: Context): Promise<Connection> {
	const credential = await context.getCredentials<ICredentialDataDecryptedObject & EndpointSettings>(CREDENTIAL);
	const url = baseUrl(credential);
	if (!isAddress(url)) {
		throw invalidInput(texts.baseUrlNotAnAddress);
	}
	return {
		baseUrl: url,
		apiKey: apiKeyOf(credential['apiKey']),
		send: recognizingHttps(sendThrough(context, allowedDomains(context, credential, url))),
	};
}

/**
 * The hosts that the credential may be used with. StepFun's own are always among them; a custom base URL has to be on the list.
 * n8n versions before 2.25 have no such list.
 */
function allowedDomains(
	context: Context,
	credential: ICredentialDataDecryptedObject & EndpointSettings,
	url: string,
): string | undefined {
	if (typeof getCredentialAllowedDomains !== 'function') return undefined;
	return getCredentialAllowedDomains({
		node: context.getNode(),
		credentialData: credential,
		credentialOwnedSurface: true,
		...(credential.region !== 'custom' && { nodeEndpointUrl: url }),
	});
}

function sendThrough(context: Context, allowed: string | undefined): Send {
	return async ({ method, url, headers, body, timeoutMs, signal }) => {
		const options: IHttpRequestOptions = {
			method,
			url,
			headers,
			...(body && { body: body.text ?? new StreamedBody(body, headers['content-type']) }),
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			// The helper's own limit is 300 s, to the headers and between bytes; silence is watched where comments can be told from data.
			timeout: timeoutMs ?? NO_TIMEOUT_MS,
			...(allowed !== undefined && { allowedDomains: allowed }),
			...(signal && { abortSignal: signal }),
		};
		const response = (await context.helpers.httpRequestWithAuthentication.call(
			withSignal(context, signal),
			CREDENTIAL,
			options,
		)) as FullResponse;
		return { status: response.statusCode, headers: response.headers, body: response.body };
	};
}

/** The longest time that a timer accepts. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** The helper replaces a request's signal with the one that its context returns for Stop; this context returns the request's own. */
function withSignal<Some extends Context>(context: Some, signal: AbortSignal | undefined): Some {
	if (!signal || !('getExecutionCancelSignal' in context)) return context;
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as Some;
}

interface FullResponse {
	statusCode: number;
	headers: HttpResponse['headers'];
	body: HttpBody;
}

/**
 * A request body in the shape of a Blob, whose bytes are made while they are read. A community node may not import Node's own
 * streams, and n8n's HTTP client sends a Blob with a known length and without a copy.
 */
class StreamedBody implements Pick<Blob, 'size' | 'type'> {
	readonly [Symbol.toStringTag] = 'Blob';
	readonly size: number;

	/** @param type The client sends it as the content type, whatever the headers say. */
	constructor(
		private readonly body: RequestBody,
		readonly type = 'application/octet-stream',
	) {
		this.size = body.length;
	}

	/** Yields to other work now and then: text that is already in memory would otherwise be written in one go. */
	async *stream(): AsyncGenerator<Uint8Array> {
		const encoder = new ReusedMemory();
		let written = 0;
		for await (const chunk of this.body.chunks()) {
			if (typeof chunk === 'string') yield* encoder.encode(chunk);
			else yield chunk;
			written += chunk.length;
			if (written < WRITTEN_AT_ONCE) continue;
			written = 0;
			await sleep(0);
		}
	}
}

/** Characters or bytes of a request body between two turns of the event loop. */
const WRITTEN_AT_ONCE = 8 * 2 ** 20;

/**
 * Makes bytes of text in a few pieces of memory, which are used again and again: fresh memory for each piece of a large file would
 * keep the collector of garbage busy with the whole heap of n8n, for more than half of the time that the upload takes.
 *
 * Short texts share a piece, so that no byte is written over before at least 2 MB of others have been taken. Between here and the
 * network lie streams that take no more than about 64 KB each before they ask their source to pause: it has long been sent by then.
 */
class ReusedMemory {
	private readonly pieces: Uint8Array[] = [];
	private next = 0;
	/** What is left of the piece that was taken last. */
	private free: Uint8Array = new Uint8Array(0);
	private readonly encoder = new TextEncoder();

	*encode(text: string): Generator<Uint8Array> {
		for (let at = 0; at < text.length;) {
			if (this.free.length < Math.max(LONGEST_CHARACTER, Math.min(text.length - at, PIECE_BYTES))) {
				this.free = this.pieces[this.next] ??= new Uint8Array(PIECE_BYTES);
				this.next = (this.next + 1) % PIECES;
			}
			const { read, written } = this.encoder.encodeInto(at === 0 ? text : text.slice(at), this.free);
			at += read;
			yield this.free.subarray(0, written);
			this.free = this.free.subarray(written);
		}
	}
}

const PIECE_BYTES = 64 * 1024;
const PIECES = 64;
/** In bytes of UTF-8. */
const LONGEST_CHARACTER = 4;
