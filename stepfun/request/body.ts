import type { RequestBody } from '../client/http';
import type { ChatRequest } from '../types';
import { Attachment, base64Length } from './attachment';

/** Writes the request as JSON. Attachments become data URLs whose bytes are read only while they are sent. */
export function requestBody({ extra, stream, ...fields }: ChatRequest): RequestBody {
	const attachments: Attachment[] = [];
	// Random, so that no message can contain it; of characters that JSON does not escape.
	const mark = `\u241e${Math.random().toString(36).slice(2)}\u241e`;
	const json = JSON.stringify(
		{ ...fields, ...extra, stream },
		function (this: Record<string, unknown>, key, value: unknown) {
			// `value` is what toJSON has made of it, which for an attachment is its description.
			const original = this[key];
			if (!(original instanceof Attachment)) return value;
			attachments.push(original);
			return `data:${original.mimeType};base64,${mark}`;
		},
	);
	const texts = json.split(mark);
	const length =
		texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
		attachments.reduce((sum, { size }) => sum + base64Length(size), 0);
	return {
		length,
		...(attachments.length === 0 && { text: json }),
		async *chunks() {
			for (const [i, text] of texts.entries()) {
				yield text;
				const attachment = attachments[i];
				if (attachment) yield* attachment.base64();
			}
		},
	};
}
