/**
 * Data as text: text as it is, a number and true or false as they are written, a date as its own JSON says it, everything else as
 * JSON. Undefined for what has no text, such as undefined itself, a function, and an object that contains itself.
 */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
	try {
		const json = JSON.stringify(value) as string | undefined;
		return json?.startsWith('"') ? (JSON.parse(json) as string) : json;
	} catch {
		return undefined;
	}
}

/**
 * Texts from one, or from a list of them at any depth; a number and true or false as they are written, empty ones left out.
 * Undefined where something in it is none.
 */
export function textsOf(value: unknown): string[] | undefined {
	const texts: string[] = [];
	for (const entry of [value].flat<unknown[], number>(Infinity)) {
		if (entry === undefined || entry === null || entry === '') continue;
		if (typeof entry !== 'string' && typeof entry !== 'number' && typeof entry !== 'boolean') return undefined;
		texts.push(String(entry));
	}
	return texts;
}
