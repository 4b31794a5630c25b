/**
 * The text of a file: by its byte order mark, as UTF-8, by the charset that came with it or that it names itself, else as UTF-16,
 * GB18030 or Windows-1252, whichever its bytes can be. Undefined for what is no text.
 *
 * @param charset Such as `gb2312`, from a Content-Type.
 */
export function decodeText(bytes: Uint8Array, charset?: string): string | undefined {
	const marked = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1];
	// What can be UTF-8 is hardly ever anything else, whatever is said of it, but for ISO-2022, which escapes from ASCII.
	const likely = bytes.includes(0x1b) ? undefined : 'utf-8';
	for (const name of [marked, likely, charset, namedCharset(bytes), 'utf-8', widthOf(bytes)]) {
		const text = name === undefined ? undefined : readable(decoded(bytes, name), false);
		if (text !== undefined) return text;
	}
	// Bytes of nearly any kind can be one of the latter two. In Windows-1252 most letters beyond ASCII stand alone.
	const runs = latin1(bytes).match(/[\x80-\xff]+/g) ?? [];
	const isChinese = runs.filter(({ length }) => length > 1).length > runs.length / 2;
	for (const name of ['utf-8', charset, isChinese ? 'gb18030' : undefined]) {
		const text = name === undefined ? undefined : readable(nearly(bytes, name), true);
		if (text !== undefined) return text;
	}
	return readable(windows1252(bytes), true);
}

/** A text in which a character here and there is broken, such as the last one of a file that was cut. */
function nearly(bytes: Uint8Array, charset: string): string | undefined {
	const text = decoded(bytes, charset, false);
	const letters = text?.replace(/[\0-\x7f]+/g, '') ?? '';
	const whole = letters.replaceAll('\ufffd', '').length;
	return whole > 3 * (letters.length - whole) ? text : undefined;
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

/** What an XML declaration or an HTML page says of itself; it could not be read here in UTF-16. */
function namedCharset(bytes: Uint8Array): string | undefined {
	const head = latin1(bytes.subarray(0, HEAD_BYTES));
	const named = /^\s*<\?xml[^>]*\sencoding=["']([\w-]+)/i.exec(head) ?? /<meta[^>]*\scharset=["']?([\w-]+)/i.exec(head);
	return named && !/^utf-16/i.test(named[1]!) ? named[1] : undefined;
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

/** Undefined for a charset that this Node does not know, and, where that is fatal, for bytes that the charset does not have. */
function decoded(bytes: Uint8Array, charset: string, fatal = true): string | undefined {
	try {
		const decoder = new TextDecoder(charset, { fatal });
		return decoder.encoding === 'windows-1252' ? windows1252(bytes) : decoder.decode(bytes);
	} catch {
		return undefined;
	}
}

/** What Windows-1252 has where Latin-1 has control characters. Some versions of Node decode it as Latin-1. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const windows1252 = (bytes: Uint8Array): string =>
	latin1(bytes).replace(/[\x80-\x9f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80]!);

const latin1 = (bytes: Uint8Array): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** A text without NUL, or, where its charset is a guess, without any control character. */
function readable(text: string | undefined, strict: boolean): string | undefined {
	const unreadable = strict ? /[\0-\x08\x0e-\x19\x1c-\x1f\x7f-\x9f]/ : /\0/;
	return text === undefined || unreadable.test(text) ? undefined : text;
}

/** Control characters that no text has; escape sequences, form feeds and the end mark of DOS do occur. */
const isControl = (byte: number): boolean =>
	byte < 0x08 || (byte > 0x0d && byte < 0x1a) || (byte > 0x1b && byte < 0x20);
