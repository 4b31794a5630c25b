import type { Dialogue } from './dialogue';
import { fitSchema } from './json-schema';
import type { FunctionTool, SearchCall, Tool, ToolChoice } from './types';
import { wordsOf } from './words';

/** A function call the answer will make; arguments fit the tool's parameters. */
export interface PlannedCall {
	name: string;
	arguments: unknown;
}

/**
 * Which functions to call next, by fixed rules:
 * 1. First round: a call for each mention of a tool's name in the question (all in parallel, in the order they
 *    stand; arguments from the words after the mention), or, where none is mentioned, one call of the first tool.
 * 2. Further rounds, as many as the question says ("in two rounds", "in 5 rounds"): the last called tool again, its arguments from
 *    the last result.
 * 3. Then the answer. A tool that the system prompt says "must" be used (`MUST use the X tool`, as n8n's AI Agent
 *    asks for its output format) is not part of 1 and 2; it is called once in place of the answer.
 * A question that says "without tools" skips 1 and 2.
 * A function that `tool_choice` names is called in place of all that, in every round.
 */
export function planCalls(dialogue: Dialogue, tools: Tool[], choice?: ToolChoice | null): PlannedCall[] {
	const functions = tools.filter((tool): tool is FunctionTool => tool.type === 'function');
	const named = typeof choice === 'object' ? choice?.function.name : undefined;
	const chosen = functions.find((tool) => tool.function.name === named);
	if (chosen) return [call(chosen, dialogue.results.at(-1)?.content ?? dialogue.question)];
	const closing = functions.find((tool) => mustUse(dialogue.system, tool.function.name));
	const calls = ordinaryCalls(
		dialogue,
		functions.filter((tool) => tool !== closing),
	);
	if (calls.length > 0 || !closing) return calls;
	if (dialogue.results.some((result) => result.name === closing.function.name)) return [];
	const source = dialogue.results.at(-1)?.content ?? dialogue.question;
	return [call(closing, source)];
}

function ordinaryCalls(dialogue: Dialogue, functions: FunctionTool[]): PlannedCall[] {
	const { question, rounds, results } = dialogue;
	const first = functions[0];
	if (!first || /\bwithout tools\b/i.test(question)) return [];
	const found = mentions(question, functions);
	if (rounds === 0) {
		if (found.length === 0) return [call(first, question)];
		return found.map(({ tool, words }) => call(tool, words));
	}
	const wanted = /\bin (two|\d{1,2}) rounds\b/i.exec(question)?.[1] ?? '1';
	if (rounds >= (wanted.toLowerCase() === 'two' ? 2 : Number(wanted))) return [];
	return [call(found.at(-1)?.tool ?? first, results.at(-1)?.content ?? question, true)];
}

const mustUse = (system: string, name: string): boolean =>
	new RegExp(`must use the [\`'"]?${name}[\`'"]? tool`, 'i').test(system);

/** Each place where a tool is named, with the words up to the next one (all words if those hold nothing to use). */
function mentions(question: string, functions: FunctionTool[]): Array<{ tool: FunctionTool; words: string }> {
	const names = functions.map((tool) => tool.function.name).sort((a, b) => b.length - a.length);
	const places = [...question.matchAll(new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'gi'))];
	const unnamed = places.reduce((text, place) => text.replace(place[0], ''), question);
	return places.map((place, index) => {
		const own = question.slice(place.index + place[0].length, places[index + 1]?.index);
		const wanted = place[0].toLowerCase();
		return {
			tool: functions.find((tool) => tool.function.name.toLowerCase() === wanted)!,
			words: /\p{Lu}|\d|["“]/u.test(own) ? own : unnamed,
		};
	});
}

/** @param whole the text is taken as one phrase, as it is */
function call(tool: FunctionTool, text: string, whole = false): PlannedCall {
	const words = wordsOf(text);
	const { name, parameters } = tool.function;
	return {
		name,
		arguments: fitSchema(parameters ?? { type: 'object' }, whole ? { ...words, phrases: [text] } : words),
	};
}

/**
 * The server-executed search as it was recorded from the live API: results are objects with index, url, title and
 * summary, the function is called step_websearch and its argument keyword.
 */
export function searchCall(id: string, question: string): SearchCall {
	const results = [1, 2].map((number, index) => ({
		index,
		url: `https://example.com/search/${number}`,
		title: `Result ${number}`,
		summary: `Result ${number} for: ${question}`,
	}));
	return {
		id,
		type: 'web_search',
		function: { name: 'step_websearch', arguments: JSON.stringify({ keyword: question }), results },
	};
}
