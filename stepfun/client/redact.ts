import type { StepfunError } from '../errors';
import { withoutEcho } from './echo';

/** What stands after these words in an ordinary sentence: `Basic plan`, `bearer token`. */
const NO_SECRET = '(?!(?:auth\\w*|tokens?|keys?|plan|tier|subscription|scheme|header|and|or|is|in)\\b)';
/** A figure and what is no value: `token: 32768`, `token: <= 4,096`, `token=32k`, `token: null`. */
const NO_VALUE =
	'(?!["\']?(?:[<>=≤≥~≈±+-]{0,3}\\s?\\d[\\d.,_:/%-]*(?:[kmgb]|ms|s|tokens?)?|null|none|nil|true|false|undefined)(?![\\w.-]))';

/** What may stand in a text of the server's and must not be shown: a key, and data that was sent along. */
const SECRETS: ReadonlyArray<readonly [pattern: RegExp, replacement: string | ((match: string) => string)]> = [
	[new RegExp(`\\b(Bearer|Basic) ${NO_SECRET}[^\\s"',;]+`, 'gi'), '$1 […]'],
	[new RegExp(`\\b(authorization|api[-_ ]?key)(["']?\\s{0,3}[:=]\\s{0,3}["']?)[^\\s"',;]+`, 'gi'), '$1$2[…]'],
	[new RegExp(`\\b(token)(["']?\\s{0,3}[:=]\\s{0,3})${NO_VALUE}(["']?)[^\\s"',;]+`, 'gi'), '$1$2$3[…]'],
	[/\bsk-[\w-]{4,}/g, 'sk-[…]'],
	[/[A-Za-z0-9+/_-]{40,}={0,2}/g, (match) => (isPath(match) ? match : '[…]')],
];

/** Words, numbers and short codes with separators between them, such as the path of a documentation page or a UUID; no base64. */
const isPath = (text: string): boolean =>
	text.split(/[/_+-]/).every((part) => /^(?:[A-Z]?[a-z]{0,20}|[A-Z]{0,20}|[0-9]{0,20}|[0-9a-f]{0,12})$/.test(part));

/** A server's text on one line, at most `longest` characters of it, without keys, tokens and base64. */
export function redact(text: string, longest: number): string {
	// Cut first, with room for what is taken out, so that the time does not depend on what was sent.
	const room = longest * 8;
	const line = text.slice(0, room).replace(/\s+/g, ' ').trim();
	const clean = SECRETS.reduce(
		(rest, [pattern, replacement]) =>
			typeof replacement === 'string' ? rest.replace(pattern, replacement) : rest.replace(pattern, replacement),
		line,
	);
	return clean.length > longest || text.length > room ? `${clean.slice(0, longest)}…` : clean;
}

/** The start of a server's text, for the end of a message. */
export function excerpt(body: string): string {
	const line = redact(body, 200);
	return line === '' ? '' : `: ${line}`;
}

/** What must not get out by way of an error. */
export interface Confidential {
	apiKey?: string;
	/** The texts of the request's messages. */
	sent?: () => readonly string[];
}

/**
 * The error without the key, whatever it looks like, and without what the server repeats of the request: the one door through which
 * all that a server says passes on its way to a person. What an error says in our own words stays as it is, but for a key in an
 * address.
 */
export function redacted(error: StepfunError, { apiKey, sent }: Confidential): StepfunError {
	const withoutKey = keyRemover(apiKey);
	const inOwnWords = ownKeyRemover(apiKey);
	const texts = sent?.() ?? [];
	const hide = (text: string): string => withoutEcho(withoutKey(text), texts);
	const { message, status, type, requestId } = error;
	// Words that are not where they should be may be anywhere.
	const quote = error.quote !== undefined && !message.includes(error.quote) ? message : (error.quote ?? '');
	const start = message.lastIndexOf(quote);
	const ownWords = [message.slice(0, start), message.slice(start + quote.length)].map(inOwnWords);
	// Looked at together, since it takes time to look: what is found within one of them is then taken out of each by itself.
	const names = `\n${type}\n${requestId}`;
	const hidden = hide(quote + names);
	const hasCleanNames = hidden.endsWith(names);
	const isClean = (name: string): boolean => (hasCleanNames || hide(name) === name) && !/\bsk-\w{4}/.test(name);
	const shownQuote = withoutCutKey(hasCleanNames ? hidden.slice(0, -names.length) : hide(quote), apiKey);
	return error.with({
		message: ownWords.join(shownQuote),
		quote: shownQuote,
		hint: inOwnWords(error.hint),
		// A part of a name would say nothing.
		type: isClean(type) ? type : status === undefined ? 'server_error' : `http_${status}`,
		requestId: requestId !== undefined && isClean(requestId) ? requestId : undefined,
	});
}

/**
 * Takes a key out of texts: as it is, in letters of either case, as base64 or hexadecimal digits, and with its characters
 * percent-encoded or escaped.
 *
 * @public
 */
function keyRemover(key: string | undefined): (text: string) => string {
	const patterns = formsOf(key).map(patternOf);
	return (text) => patterns.reduce((rest, pattern) => rest.replace(pattern, '[…]'), text);
}

/** The same for texts that are not a server's, of which a short key may be a word. */
export const ownKeyRemover = (key: string | undefined): ((text: string) => string) =>
	keyRemover(key !== undefined && key.length < LONG_KEY ? undefined : key);

const LONG_KEY = 8;

/** Takes away the beginning of a key at the end of a text, where it was cut. */
function withoutCutKey(text: string, key: string | undefined): string {
	const end = text.endsWith('…') ? text.length - 1 : text.length;
	const lower = text.slice(0, end).toLowerCase();
	for (const form of formsOf(key)) {
		for (let length = Math.min(form.length - 1, end); length >= SHORTEST_CUT; length -= 1) {
			if (lower.endsWith(form.slice(0, length).toLowerCase())) return `${text.slice(0, end - length)}[…]`;
		}
	}
	return text;
}

/** So many characters of a key at the end of a text are the key. */
const SHORTEST_CUT = 4;

/** The key, and what it becomes inside base64 and as hexadecimal digits. */
function formsOf(key: string | undefined): string[] {
	if (!key) return [];
	if (key.length < SHORTEST_CODED) return [key];
	const base64 = [0, 1, 2].map((before) => {
		const coded = Buffer.from(' '.repeat(before) + key).toString('base64');
		const bytes = before + Buffer.byteLength(key);
		// The characters that stand for nothing but the key.
		return coded.slice(Math.ceil((before * 8) / 6), Math.floor((bytes * 8) / 6));
	});
	return [key, ...base64, Buffer.from(key).toString('hex')];
}

const SHORTEST_CODED = 6;

/** A form as it is and as URLs, JSON and HTML write its characters. */
const patternOf = (form: string): RegExp => new RegExp([...form].map(characterPattern).join(''), 'gi');

function characterPattern(character: string): string {
	const literal = character.replace(/[^A-Za-z0-9]/g, '\\$&');
	const code = character.codePointAt(0)!;
	const hex = code.toString(16).padStart(2, '0');
	const same = [`\\\\?${literal}`, `%(?:25)*${hex}`, `\\\\u00${hex}`, `&#(?:${code}|x0*${hex});`];
	// Base64 for URLs.
	if (character === '+') same.push('-');
	if (character === '/') same.push('_');
	return `(?:${same.join('|')})`;
}
