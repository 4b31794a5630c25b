import type { Answer, ChoiceAnswer } from './answer';
import type { JsonObject } from './types';

/**
 * How events end: with a blank line, as SSE asks and the page chat-completion-create shows; with a single newline, as in the
 * examples of the page streaming (https://platform.stepfun.ai/docs/en/api-reference/chat/streaming); or with a blank line in CRLF.
 */
export type Dialect = 'blank-line' | 'single-newline' | 'crlf';

const eventEnd: Record<Dialect, string> = { 'blank-line': '\n\n', 'single-newline': '\n', crlf: '\r\n\r\n' };

/** Id and Unix time (seconds) of a completion. */
export interface Stamp {
	id: string;
	created: number;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** A tool call costs its name (one token) and its arguments. */
const completionTokens = (choice: ChoiceAnswer): number =>
	choice.reasoning.length + choice.content.length + sum(choice.toolCalls.map((call) => 1 + call.pieces.length));

/** Usage in StepFun's fields: cached_tokens at the top level (page streaming), reasoning tokens nested (newer versions of chat-completion-create). */
const fullUsage = (answer: Answer, completion: number): JsonObject => ({
	...countedUsage(answer, completion),
	...(answer.cachedTokens > 0 && { cached_tokens: answer.cachedTokens }),
	completion_tokens_details: {
		reasoning_tokens: sum(answer.choices.map((choice) => choice.reasoning.length)),
	},
});

const countedUsage = (answer: Answer, completion: number): JsonObject => ({
	prompt_tokens: answer.promptTokens,
	completion_tokens: completion,
	total_tokens: answer.promptTokens + completion,
});

/** The chat.completion object of `stream: false` (https://platform.stepfun.ai/docs/en/api-reference/chat/object). */
export function toCompletion(answer: Answer, stamp: Stamp): JsonObject {
	return {
		id: stamp.id,
		object: 'chat.completion',
		created: stamp.created,
		model: answer.model,
		choices: answer.choices.map((choice, index) => ({
			index,
			message: toMessage(choice, answer.reasoningField),
			finish_reason: choice.finishReason,
		})),
		usage: fullUsage(answer, sum(answer.choices.map(completionTokens))),
	};
}

function toMessage(choice: ChoiceAnswer, reasoningField: string): JsonObject {
	const calls = [
		...choice.searches,
		...choice.toolCalls.map(({ id, type, function: called }) => ({ id, type, function: called })),
	];
	return {
		role: 'assistant',
		content: choice.content.join(''),
		[reasoningField]: choice.reasoning.join(''),
		...(calls.length > 0 && { tool_calls: calls }),
	};
}

/** One step of a streamed choice: its delta and the tokens it adds. */
interface Delta {
	fields: JsonObject;
	tokens: number;
	finishReason: string;
}

/**
 * The chat.completion.chunk objects of a stream as StepFun documents them (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create): the first one of a choice has the role,
 * created 0 and zero usage; the others role '' and the usage so far; finish_reason is '' until the last one, which
 * follows a blank one. Choices take turns, a chunk each.
 */
export function* toChunks(answer: Answer, stamp: Stamp): Generator<JsonObject> {
	const choices = answer.choices.map((choice) => toDeltas(choice, answer.reasoningField));
	const steps = Math.max(...choices.map((deltas) => deltas.length));
	let completion = 0;
	for (let step = 0; step < steps; step++) {
		for (const [index, deltas] of choices.entries()) {
			const delta = deltas[step];
			if (!delta) continue;
			completion += delta.tokens;
			const usage = delta.finishReason ? fullUsage : countedUsage;
			yield {
				id: stamp.id,
				object: 'chat.completion.chunk',
				created: step === 0 ? 0 : stamp.created,
				model: answer.model,
				choices: [{ index, delta: delta.fields, finish_reason: delta.finishReason }],
				usage: step === 0 ? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } : usage(answer, completion),
			};
		}
	}
}

function toDeltas(choice: ChoiceAnswer, reasoningField: string): Delta[] {
	const later = (fields: JsonObject, tokens = 1, finishReason = ''): Delta => ({
		fields: { role: '', content: '', ...fields },
		tokens,
		finishReason,
	});
	const searches = choice.searches.map((search, index) => ({ index, ...search }));
	return [
		{
			fields: { role: 'assistant', content: '', ...(searches.length > 0 && { tool_calls: searches }) },
			tokens: 0,
			finishReason: '',
		},
		...choice.reasoning.map((piece) => later({ [reasoningField]: piece })),
		...choice.content.map((content) => later({ content })),
		...choice.toolCalls.flatMap((call, index) =>
			toCallDeltas(call, index).map((fragment) => later({ tool_calls: [fragment] })),
		),
		later({}, 0),
		later({}, 0, choice.finishReason),
	];
}

/** Id, type and name come first, then the arguments in fragments; `index` tells parallel calls apart. */
const toCallDeltas = (call: ChoiceAnswer['toolCalls'][number], index: number): JsonObject[] => [
	{ index, id: call.id, type: call.type, function: { name: call.function.name, arguments: '' } },
	...call.pieces.map((piece) => ({ index, function: { arguments: piece } })),
];

const event = (data: string, dialect: Dialect) => Buffer.from(`data: ${data}${eventEnd[dialect]}`);

/** The bytes of a stream, one Buffer for each event, `[DONE]` last. */
export const toEvents = (answer: Answer, stamp: Stamp, dialect: Dialect): Buffer[] => [
	...Array.from(toChunks(answer, stamp), (chunk) => event(JSON.stringify(chunk), dialect)),
	event('[DONE]', dialect),
];
