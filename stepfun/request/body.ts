import { Attachment, base64Length } from './attachment';
import type { ChatRequest } from '../types';

/** A JSON body whose attachments are base64-encoded on their way out. */
export interface RequestBody {
	/** Exact length in bytes, for the content-length header. */
	length: number;
	/** The body from its first byte; may be asked for again when a request is retried. */
	chunks(): AsyncIterable<string>;
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
				if (attachment) yield* attachment.base64();
			}
		},
	};
}

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
