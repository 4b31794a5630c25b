/** What a question offers to fill string and number parameters with. */
export interface Words {
	text: string;
	/** Quoted phrases, sums and names, in this order of preference; never empty. */
	phrases: string[];
	/** Numbers in the order they stand. */
	numbers: number[];
}

const quoted = /["“]([^"”]+)["”]/g;
const sum = /\(?\d+(?:\.\d+)?\)?(?:\s*[-+*/^]\s*\(?\d+(?:\.\d+)?\)?)+/g;
const name = /\p{Lu}[\p{L}\p{N}-]*(?: \p{Lu}[\p{L}\p{N}-]*)*/gu;

const clip = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`);

/** A single capital word that opens a sentence is no name. */
function names(text: string): string[] {
	return [...text.matchAll(name)]
		.filter((match) => match[0].includes(' ') || !/(^|[.!?:\n]\s*)$/.test(text.slice(0, match.index)))
		.map((match) => match[0]);
}

/** The patterns take quadratic time on hostile input; this many characters (UTF-16) are looked at. */
const readable = 4000;

/** Phrases are quoted texts, else sums, else names, else the whole text (at most 200 characters). */
export function wordsOf(whole: string): Words {
	const text = whole.slice(0, readable);
	const kinds = [[...text.matchAll(quoted)].map((match) => match[1]!), text.match(sum) ?? [], names(text)];
	return {
		text,
		phrases: kinds.find((found) => found.length > 0) ?? [clip(text.trim(), 200) || 'text'],
		numbers: (text.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number),
	};
}

export const quote = (text: string, length = 2000): string => `"${clip(text, length)}"`;
