/** How deep lists and objects may lie within each other: more than any API needs, and no more than n8n can store and show. */
export const MAX_JSON_DEPTH = 200;

/** Undefined for what is not JSON, which no JSON text stands for, and for what is nested deeper than {@link MAX_JSON_DEPTH}. */
export function tryParseJson(json: string): unknown {
	if (isTooDeep(json)) return undefined;
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** Whether a text that may be JSON is nested deeper than {@link MAX_JSON_DEPTH}. */
export const isTooDeep = (json: string): boolean =>
	json.length > 2 * MAX_JSON_DEPTH &&
	hasMore(MAX_JSON_DEPTH, json, '{', '[') &&
	bracketsOf(json).deepest > MAX_JSON_DEPTH;

/** Whether a text that may be JSON holds more lists, objects and other values than so many. */
export function hasMoreValues(count: number, json: string): boolean {
	// Each but one has a comma before it, and two characters at least.
	if (json.length <= 2 * count || !hasMore(count, json, ',')) return false;
	const brackets = new Brackets();
	for (let at = 0; at < json.length && brackets.commas <= count; at += SLICE) brackets.add(json.slice(at, at + SLICE));
	return brackets.commas > count;
}

/** Characters that are looked at before it is decided whether to go on. */
const SLICE = 65_536;

/** Whether a text has one of some characters more than so many times, wherever they stand: told much faster than what they mean. */
export function hasMore(count: number, text: string, ...characters: string[]): boolean {
	let left = count;
	for (const character of characters) {
		for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
			if (left === 0) return true;
			left -= 1;
		}
	}
	return false;
}

/** Whether lists and objects lie deeper within each other than so many levels; what refers back to itself does. */
export const isDeeper = (value: unknown, levels: number): boolean =>
	value !== null &&
	typeof value === 'object' &&
	(levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

/** The brackets and commas of a JSON text, which may come in pieces; those within strings are none. */
export class Brackets {
	/** How many are open. */
	open = 0;
	/** How many were open at most. */
	deepest = 0;
	commas = 0;
	private quoted = false;
	private escaped = false;

	add(text: string): void {
		let { open, deepest, commas, quoted, escaped } = this;
		for (let i = 0; i < text.length; i += 1) {
			const character = text.charCodeAt(i);
			if (quoted) {
				if (escaped) escaped = false;
				else if (character === BACKSLASH) escaped = true;
				else if (character === QUOTE) quoted = false;
			} else if (character === QUOTE) quoted = true;
			else if (character === COMMA) commas += 1;
			else if (character === OPENING_BRACE || character === OPENING_BRACKET) {
				open += 1;
				if (open > deepest) deepest = open;
			} else if (character === CLOSING_BRACE || character === CLOSING_BRACKET) open -= 1;
		}
		Object.assign(this, { open, deepest, commas, quoted, escaped });
	}

	/** A string that is open ends here: in JSON, none goes beyond its line. */
	endLine(): void {
		this.quoted = this.escaped = false;
	}

	/** Whether a list or an object has begun and ended. */
	get areClosed(): boolean {
		return this.deepest > 0 && this.open === 0 && !this.quoted;
	}
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPENING_BRACE, CLOSING_BRACE, OPENING_BRACKET, CLOSING_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The brackets of a whole text. */
function bracketsOf(text: string): Brackets {
	const brackets = new Brackets();
	brackets.add(text);
	return brackets;
}

/** A JSON object, or undefined for anything else. */
export const asRecord = (value: unknown): Record<string, unknown> | undefined =>
	value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** A text that says something, or undefined for anything else. */
export const asText = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;

/** Whether a value says nothing: none, nothing but blanks, zero, false, or a list or an object of such values. */
export const isBlank = (value: unknown): boolean =>
	typeof value === 'string'
		? value.trim() === ''
		: value !== null && typeof value === 'object'
			? Object.values(value).every(isBlank)
			: !value;
