/** What may stand in a text of the server's and must not be shown: the key, and data that was sent along. */
const SECRETS: ReadonlyArray<readonly [pattern: RegExp, replacement: string]> = [
	[/\b(Bearer|Basic) [^\s"',;]+/gi, '$1 […]'],
	[/\b(authorization|api[-_ ]?key|token)(["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;]+/gi, '$1$2[…]'],
	[/\bsk-[\w-]{4,}/g, 'sk-[…]'],
	[/[A-Za-z0-9+/_-]{40,}={0,2}/g, '[…]'],
];

/** A server's text on one line, at most `longest` characters of it, without keys, tokens and base64. */
export function redact(text: string, longest: number): string {
	// Cut first, with room for what is taken out, so that the time does not depend on what was sent.
	const line = text
		.slice(0, longest * 8)
		.replace(/\s+/g, ' ')
		.trim();
	const clean = SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), line);
	return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}

/** So many characters in a row that a text has in common with what was sent are an echo and no coincidence. */
const ECHO = 24;

/** Takes out of a server's text what it repeats of the texts that were sent to it. */
export function withoutEcho(text: string, sent: readonly string[]): string {
	let result = '';
	let i = 0;
	while (i < text.length) {
		const start = text.slice(i, i + ECHO);
		const source = start.length === ECHO ? sent.find((prompt) => prompt.includes(start)) : undefined;
		if (source === undefined) {
			result += text[i];
			i += 1;
			continue;
		}
		let end = i + ECHO;
		while (end < text.length && source.includes(text.slice(i, end + 1))) end += 1;
		result += '[…]';
		i = end;
	}
	return result;
}

/** Takes a key out of a server's text, whatever it looks like. */
export const withoutKey = (text: string, key: string | undefined): string => (key ? text.replaceAll(key, '[…]') : text);

/** The start of a server's text, for the end of a message. */
export function excerpt(body: string): string {
	const line = redact(body, 200);
	return line === '' ? '' : `: ${line}`;
}
