import { isTooDeep } from '../json';
import { Steps, type Sliced } from '../schema/work';

/** The JSON of an answer, or what there is in its place, in words for the model that wrote it. */
export type JsonAnswer = { value: unknown } | { got: string };

const BREAKS_OFF: JsonAnswer = { got: 'JSON that breaks off' };

/** What a reasoning model may write before its answer when its reasoning is not told apart from it. */
const THOUGHTS = /^(?:<think>[^]*?(?:<\/think>|$)\s*)+/;

/**
 * Reads an answer that is to be one JSON document.
 *
 * What often stands around it is taken away, at no cost: thoughts in <think>, a fence of Markdown, text before and behind it; and so are
 * commas before a closing bracket. No value is changed, and nothing within a string. A document that breaks off is none, and several
 * are not one.
 *
 * @param isCutOff Whether the answer is known to have no end: it is then taken as it is, or not at all.
 */
export function* readJsonAnswer(content: string, isCutOff: boolean): Sliced<JsonAnswer> {
	// A byte order mark is a blank, too.
	const text = content.trim();
	const steps = new Steps();
	const whole = yield* parsed(text, steps);
	// A number that is cut off is one, too.
	if ('value' in whole && !(isCutOff && (whole.value === null || typeof whole.value !== 'object'))) return whole;
	if (isCutOff) return BREAKS_OFF;
	const answer = text.replace(THOUGHTS, '');
	const fenced = onlyFenced(answer);
	const bare = yield* parsed(fenced ?? answer, steps);
	if ('value' in bare) return bare;
	return yield* documentIn(fenced !== undefined && isBracketed(fenced) ? fenced : answer, steps);
}

const isBracketed = (text: string): boolean => /^[{[]/.test(text);

/** What stands in the only block that is fenced; undefined where there are none or several. */
function onlyFenced(text: string): string | undefined {
	const marks = [...text.matchAll(/^[ \t]*```([^\n`]*)$/gm)];
	if (marks.length !== 2 || marks[1]![1]!.trim() !== '') return undefined;
	return text.slice(marks[0]!.index + marks[0]![0].length, marks[1]!.index).trim();
}

/** The one JSON document in a text. Brackets that are part of a sentence, such as those of a reference, are text. */
function* documentIn(text: string, steps: Steps): Sliced<JsonAnswer> {
	let found: JsonAnswer | undefined;
	for (let at = 0; ;) {
		const start = at + text.slice(at).search(/[{[]/);
		if (start < at) break;
		const { end, json } = bracketed(text, start);
		if (end === -1) return BREAKS_OFF;
		if (steps.take(1 + (end - start) / CHARACTERS_A_STEP)) yield;
		at = end;
		if (isPartOfSentence(text, start, end)) continue;
		const one = yield* parsed(json, steps);
		if (!('value' in one)) return one;
		if (found) return { got: 'several JSON documents' };
		found = one;
	}
	return found ?? { got: text === '' ? 'nothing' : 'text without JSON' };
}

/** Brackets without fields or texts in them, which something else stands beside. */
function isPartOfSentence(text: string, start: number, end: number): boolean {
	if (/^(?:\{\s*"|\[\s*[{["])/.test(text.slice(start, start + 1_000))) return false;
	const isAlone =
		/(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 100), start)) &&
		/^[ \t\r]*(?:\n|$)/.test(text.slice(end, end + 100));
	return !isAlone;
}

/**
 * What stands between a bracket and the one that closes it, without commas behind a value that nothing follows; `end` is -1 where
 * nothing closes it.
 */
function bracketed(text: string, start: number): { end: number; json: string } {
	const parts: string[] = [];
	let from = start;
	let open = 0;
	/** The last character that is no blank, and where. */
	let last = '';
	let lastAt = -1;
	/** What stands before a comma that is the last character. */
	let isBehindValue = false;
	for (let at = start; at < text.length; at += 1) {
		const character = text[at]!;
		if (BLANKS.includes(character)) continue;
		const here = at;
		if (character === '"') {
			at = endOfString(text, at);
			if (at === -1) break;
		} else if (character === ',') isBehindValue = !'[{,:'.includes(last);
		else if (character === '{' || character === '[') open += 1;
		else if (character === '}' || character === ']') {
			if (last === ',' && isBehindValue) {
				parts.push(text.slice(from, lastAt));
				from = lastAt + 1;
			}
			open -= 1;
			if (open === 0) return { end: at + 1, json: parts.join('') + text.slice(from, at + 1) };
		}
		last = character;
		lastAt = here;
	}
	return { end: -1, json: '' };
}

const BLANKS = ' \t\n\r';

/** The position of the quotation mark that ends a string; -1 where there is none. */
function endOfString(text: string, start: number): number {
	for (let at = start + 1; at < text.length; at += 1) {
		if (text[at] === '\\') at += 1;
		else if (text[at] === '"') return at;
	}
	return -1;
}

/** Of what is done with a text at once. */
const CHARACTERS_A_STEP = 20;

function* parsed(text: string, steps: Steps): Sliced<JsonAnswer> {
	if (text === '' || isTooDeep(text)) return { got: MISTAKE };
	if (steps.take(text.length / CHARACTERS_A_STEP)) yield;
	const document = parse(text);
	if (steps.take(text.length / CHARACTERS_A_STEP)) yield;
	return document;
}

const MISTAKE = 'JSON with a mistake in its syntax';

/** What is wrong is told in the words of JavaScript, which models know. */
function parse(text: string): JsonAnswer {
	try {
		return { value: JSON.parse(text) as unknown };
	} catch (error) {
		return { got: `${MISTAKE}: ${(error as Error).message}` };
	}
}
