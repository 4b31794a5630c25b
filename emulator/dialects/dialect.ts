import type { Answer, ChoiceAnswer } from '../answer';
import { speakToken, toWav } from '../speech';
import type { JsonObject } from '../types';

/** Id and Unix time (seconds) of a completion. */
export interface Stamp {
	id: string;
	created: number;
}

/** How one source shows the API to write the same answer: the shapes of JSON, not what it says. */
export interface Dialect {
	/** Beside Content-Type and the trace id, on an answer with status 200 of the chat endpoint. */
	headers: Record<string, string>;
	/** The Content-Type of a stream and of JSON. */
	contentType: { stream: string; json: string };
	completionId(traceId: string, streamed: boolean): string;
	/** @param hash tells the calls of an answer apart; hex */
	callId(hash: string): string;
	/** The chat.completion object of `stream: false`. */
	toCompletion(answer: Answer, stamp: Stamp): JsonObject;
	/** The chat.completion.chunk objects of a stream. */
	toChunks(answer: Answer, stamp: Stamp, options: { includeUsage: boolean }): Iterable<JsonObject>;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** A tool call costs its name (one token) and its arguments. */
export const completionTokens = (answer: Answer): number =>
	sum(
		answer.choices.map(
			(choice) =>
				choice.reasoning.length + choice.content.length + sum(choice.toolCalls.map((call) => 1 + call.pieces.length)),
		),
	);

export const reasoningTokens = (answer: Answer): number => sum(answer.choices.map((choice) => choice.reasoning.length));

export const countedUsage = (answer: Answer, completion: number) => ({
	prompt_tokens: answer.promptTokens,
	completion_tokens: completion,
	total_tokens: answer.promptTokens + completion,
});

/** The searches and calls of a whole message, in this order. */
export const wholeCalls = (choice: ChoiceAnswer): JsonObject[] => [
	...choice.searches.map((search) => ({ ...search })),
	...choice.toolCalls.map(({ id, type, function: called }) => ({ id, type, function: called })),
];

/** The words of an answer in a whole message; of a spoken one with its sound, as the page chat-completion-create has it. */
export const wholeContent = ({ spoken, content }: ChoiceAnswer): JsonObject =>
	spoken
		? {
				audio: {
					data: toWav(Buffer.concat(content.map(speakToken))).toString('base64'),
					transcript: content.join(''),
				},
			}
		: { content: content.join('') };

/** The same in pieces: what each delta has. */
export const contentDeltas = ({ spoken, content }: ChoiceAnswer): JsonObject[] =>
	content.map((token) =>
		spoken ? { audio: { data: speakToken(token).toString('base64'), transcript: token } } : { content: token },
	);

/** Id, type and name come first, then the arguments in fragments; `index` tells parallel calls apart. */
export const callDeltas = (choice: ChoiceAnswer): JsonObject[] =>
	choice.toolCalls.flatMap((call, index) => [
		{ index, id: call.id, type: call.type, function: { name: call.function.name, arguments: '' } },
		...call.pieces.map((piece) => ({ index, function: { arguments: piece } })),
	]);

/** One step of a streamed choice: its delta, the tokens it adds, and whether it is the last one. */
export interface Step {
	delta: JsonObject;
	tokens: number;
	last?: true;
}

/** The steps of all choices in the order they are sent: the choices take turns, a step each. */
export function* takeTurns(choices: Step[][]): Generator<{ index: number; step: Step; tokensSoFar: number }> {
	let tokensSoFar = 0;
	const longest = Math.max(...choices.map((steps) => steps.length));
	for (let turn = 0; turn < longest; turn++) {
		for (const [index, steps] of choices.entries()) {
			const step = steps[turn];
			if (!step) continue;
			tokensSoFar += step.tokens;
			yield { index, step, tokensSoFar };
		}
	}
}
