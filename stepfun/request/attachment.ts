import { invalidInput } from '../errors';
import * as texts from './texts';

type Pieces<Piece> = Iterable<Piece> | AsyncIterable<Piece>;

/**
 * A file that is read only while it is being sent: within a request as a data URL, or by itself as its bytes. `base64` and `bytes`
 * start from the first byte every time they are called, so that a retry can send it again.
 */
export class Attachment {
	private constructor(
		/** Such as `image/png`. */
		readonly mimeType: string,
		/** Exact size in bytes, before base64. */
		readonly size: number,
		/** The file as base64, in pieces of any length. */
		readonly base64: () => Pieces<string>,
		/** The file itself, in pieces of any length. */
		readonly bytes: () => Pieces<Uint8Array>,
	) {}

	/** A file of exactly `size` bytes, encoded while it is read. */
	static fromBytes(mimeType: string, size: number, open: () => Promise<AsyncIterable<Uint8Array>>): Attachment {
		const bytes = (): AsyncGenerator<Uint8Array> => whole(open, size);
		return new Attachment(mimeType, size, () => encode(bytes()), bytes);
	}

	/**
	 * A file that is base64 already, sent as it is, without the line breaks that many tools put into it.
	 *
	 * @throws StepfunError `invalid_input` for what is not base64, as far as its length and its ends tell; the rest is checked
	 * while it is sent.
	 */
	static fromBase64(mimeType: string, base64: string, label: string): Attachment {
		const text = withoutBlanks(base64);
		if (text === '' || text.length % 4 !== 0 || !isBase64(text.slice(0, SLICE)) || !isBase64(text.slice(-4))) {
			throw invalidInput(texts.notBase64(label));
		}
		return new Attachment(
			mimeType,
			decodedSize(text),
			() => slices(text),
			() => decoded(text),
		);
	}

	/** Guards against a copy of the file ending up in an error, a log or a JSON body by accident. */
	toJSON(): string {
		return `[${this.mimeType}, ${this.size} bytes]`;
	}
}

/** Characters of base64 that `size` bytes take, padding included. */
export const base64Length = (size: number): number => 4 * Math.ceil(size / 3);

/** Bytes that a base64 text stands for. */
const decodedSize = (base64: string): number =>
	(base64.length / 4) * 3 - (/={0,2}$/.exec(base64.slice(-2))?.[0].length ?? 0);

/** Characters of base64 that are handed on at once: small enough for the event loop, a multiple of four. */
const SLICE = 256 * 1024;

/** Copies only what has blanks; text of 100 MB without any is looked through in about 20 ms. */
export const withoutBlanks = (text: string): string =>
	text.includes('\n') || text.includes(' ') || /\s/.test(text.slice(0, SLICE)) ? text.replace(/\s+/g, '') : text;

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/**
 * The bytes of a file of exactly so many.
 *
 * @throws StepfunError `invalid_input` for a file that cannot be read, or has another size by now.
 */
async function* whole(open: () => Promise<AsyncIterable<Uint8Array>>, size: number): AsyncGenerator<Uint8Array> {
	let read = 0;
	try {
		for await (const chunk of await open()) {
			read += chunk.length;
			if (read > size) break;
			yield chunk;
		}
	} catch {
		throw invalidInput(texts.unreadableAttachment);
	}
	if (read !== size) throw invalidInput(texts.changedAttachment(size, read));
}

/** Groups of three bytes are kept together across the stream's own chunks. */
async function* encode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	let rest: Uint8Array = new Uint8Array(0);
	for await (const chunk of chunks) {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % 3);
		if (whole > 0) yield view(bytes.subarray(0, whole)).toString('base64');
		rest = bytes.slice(whole);
	}
	if (rest.length > 0) yield view(rest).toString('base64');
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function* slices(text: string): Generator<string> {
	for (let start = 0; start < text.length; start += SLICE) {
		const slice = text.slice(start, start + SLICE);
		// What is skipped in decoding could end the JSON string that the file stands in.
		if (Buffer.from(slice, 'base64').length !== decodedSize(slice))
			throw invalidInput(texts.notBase64('An attachment'));
		yield slice;
	}
}

function* decoded(text: string): Generator<Uint8Array> {
	for (const slice of slices(text)) yield Buffer.from(slice, 'base64');
}
