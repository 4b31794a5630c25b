import { invalidInput } from '../errors';
import { factsOf } from '../models';
import type { ChatRequest } from '../types';
import * as texts from './texts';

/**
 * Holds the texts of a request against what its model takes, where that is known.
 *
 * @throws StepfunError `invalid_input` with both figures.
 */
export function checkFits({ model, messages }: Pick<ChatRequest, 'model' | 'messages'>): void {
	const { contextTokens: limit } = factsOf(model);
	if (limit === undefined) return;
	let tokens = 0;
	for (const { content } of messages) {
		if (typeof content === 'string') tokens += leastTokens(content);
		else for (const part of content ?? []) tokens += part.type === 'text' ? leastTokens(part.text) : 0;
	}
	if (tokens > limit) throw invalidInput(texts.tooLongForModel(model, figure(tokens), figure(limit)));
}

/**
 * How many tokens a text has at least: one for each word, as tokenizers join no words; one for each 16 letters of a very long one;
 * two for five characters of Chinese, Japanese and Korean. Blanks and punctuation count nothing. What fits is never refused, and a
 * text of ordinary words has up to twice as many.
 */
function leastTokens(text: string): number {
	let words = 0;
	let ideographs = 0;
	let run = 0;
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		const isLetter =
			(code >= 0x61 && code <= 0x7a) ||
			(code >= 0x41 && code <= 0x5a) ||
			(code >= 0x30 && code <= 0x39) ||
			(code >= 0xc0 && code < 0x2e80);
		if (isLetter) {
			if (run % LONGEST_TOKEN === 0) words += 1;
			run += 1;
			continue;
		}
		run = 0;
		if (code >= 0x3040 && code < 0xd7b0) ideographs += 1;
	}
	return Math.floor(words + ideographs * TOKENS_PER_IDEOGRAPH);
}

const LONGEST_TOKEN = 16;
const TOKENS_PER_IDEOGRAPH = 0.4;

const figure = (count: number): string => count.toLocaleString('en');
