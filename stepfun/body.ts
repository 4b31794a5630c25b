import { Attachment } from './attachment';
import type { ChatRequest } from './types';

/** A JSON body whose attachments are base64-encoded on their way out. */
export interface RequestBody {
	/** Exact length in bytes, for the content-length header. */
	length: number;
	/** The body from its first byte; may be asked for again when a request is retried. */
	chunks(): AsyncIterable<string | Uint8Array>;
	/** The whole body where it holds no attachment. */
	text?: string;
}

/** Writes the request as JSON. Attachments become data URLs whose bytes are read only while they are sent. */
export function requestBody(request: ChatRequest): RequestBody {
	const attachments: Attachment[] = [];
	// Random, so that no message can contain it; of characters that JSON does not escape.
	const mark = `\u241e${Math.random().toString(36).slice(2)}\u241e`;
	const json = JSON.stringify(inline(request, attachments, mark));
	if (attachments.length === 0) return { length: Buffer.byteLength(json), text: json, chunks: () => once(json) };

	const texts = json.split(mark);
	const length =
		texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
		attachments.reduce((sum, { size }) => sum + base64Length(size), 0);
	return {
		length,
		async *chunks() {
			for (const [i, text] of texts.entries()) {
				yield text;
				const attachment = attachments[i];
				if (attachment) yield* base64(attachment);
			}
		},
	};
}

/** Bytes of base64 that `size` bytes take, padding included. */
export const base64Length = (size: number): number => 4 * Math.ceil(size / 3);

async function* once(text: string): AsyncGenerator<string> {
	yield text;
}

/** A copy in which each attachment is the start of its data URL and a mark for its bytes. */
function inline(value: unknown, attachments: Attachment[], mark: string): unknown {
	if (value instanceof Attachment) {
		attachments.push(value);
		return `data:${value.mimeType};base64,${mark}`;
	}
	if (Array.isArray(value)) return value.map((entry) => inline(entry, attachments, mark));
	if (value !== null && typeof value === 'object') {
		return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inline(entry, attachments, mark)]));
	}
	return value;
}

/** Base64 of a stream of bytes: groups of three bytes are kept together across the stream's own chunks. */
async function* base64(attachment: Attachment): AsyncGenerator<string> {
	let rest: Uint8Array = new Uint8Array(0);
	let sent = 0;
	for await (const chunk of await attachment.open()) {
		sent += chunk.length;
		if (sent > attachment.size) break;
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % 3);
		if (whole > 0) yield view(bytes.subarray(0, whole)).toString('base64');
		rest = bytes.slice(whole);
	}
	if (sent !== attachment.size) {
		throw new Error(`An attachment of type ${attachment.mimeType} changed while it was sent: ${attachment.size} bytes were announced, ${sent} were read`);
	}
	if (rest.length > 0) yield view(rest).toString('base64');
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
