/**
 * The text of a file: by its byte order mark, by the charset that came with it or that it names itself, else as UTF-8, UTF-16,
 * GB18030 or Windows-1252, whichever its bytes can be. Undefined for what is no text.
 *
 * @param charset Such as `gb2312`, from a Content-Type.
 */
export function decodeText(bytes: Uint8Array, charset?: string): string | undefined {
	const marked = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte));
	if (marked) return readable(decoded(bytes, marked[1]), false);
	const named = [charset, namedCharset(bytes), 'utf-8'].filter((name) => name !== undefined);
	for (const name of [...named, widthOf(bytes)]) {
		const text = name === undefined ? undefined : readable(decoded(bytes, name), false);
		if (text !== undefined) return text;
	}
	// Bytes of nearly any kind can be one of these.
	return readable(decoded(bytes, 'gb18030'), true) ?? readable(windows1252(bytes), true);
}

/** Whether the first bytes of a file may be those of a text. */
export const looksLikeText = (head: Uint8Array): boolean =>
	BYTE_ORDER_MARKS.some(([mark]) => mark.every((byte, i) => head[i] === byte)) ||
	widthOf(head) !== undefined ||
	!head.some((byte) => isControl(byte));

const BYTE_ORDER_MARKS: ReadonlyArray<readonly [mark: readonly number[], charset: string]> = [
	[[0xef, 0xbb, 0xbf], 'utf-8'],
	[[0xff, 0xfe], 'utf-16le'],
	[[0xfe, 0xff], 'utf-16be'],
];

const HEAD_BYTES = 1024;

/** What an XML declaration or an HTML page says of itself. */
function namedCharset(bytes: Uint8Array): string | undefined {
	const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
	return (/^\s*<\?xml[^>]*\sencoding=["']([\w-]+)/i.exec(head) ?? /<meta[^>]*\scharset=["']?([\w-]+)/i.exec(head))?.[1];
}

/** UTF-16 without a mark: every other byte of most texts is 0. */
function widthOf(bytes: Uint8Array): string | undefined {
	const head = bytes.subarray(0, HEAD_BYTES);
	const zeros = [0, 0];
	head.forEach((byte, i) => byte === 0 && (zeros[i % 2] = zeros[i % 2]! + 1));
	const [even, odd] = zeros as [number, number];
	if (head.length < 4 || head.length % 2 !== 0) return undefined;
	if (even === 0 && odd > head.length / 4) return 'utf-16le';
	return odd === 0 && even > head.length / 4 ? 'utf-16be' : undefined;
}

/** Undefined for bytes that the charset does not have, and for a charset that this Node does not know. */
function decoded(bytes: Uint8Array, charset: string): string | undefined {
	try {
		return new TextDecoder(charset, { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** What Windows-1252 has where Latin-1 has control characters. Some versions of Node decode it as Latin-1. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const windows1252 = (bytes: Uint8Array): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
		.toString('latin1')
		.replace(/[\x80-\x9f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80]!);

/** A text without NUL, or, where its charset is a guess, without any control character. */
function readable(text: string | undefined, strict: boolean): string | undefined {
	const unreadable = strict ? /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]/ : /\0/;
	return text === undefined || unreadable.test(text) ? undefined : text;
}

/** Control characters that no text has; escape sequences and form feeds do occur. */
const isControl = (byte: number): boolean =>
	byte < 0x08 || (byte > 0x0d && byte < 0x1b) || (byte > 0x1b && byte < 0x20);
