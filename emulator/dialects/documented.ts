import { createHash } from 'node:crypto';
import type { Answer, ChoiceAnswer } from '../answer';
import type { JsonObject } from '../types';
import {
	callDeltas,
	completionTokens,
	contentDeltas,
	countedUsage,
	reasoningTokens,
	takeTurns,
	wholeCalls,
	wholeContent,
	type Dialect,
	type Step,
} from './dialect';

/** The API as the examples of its own pages show it (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create, /object and /streaming). */
export const documented: Dialect = {
	headers: {},
	contentType: { stream: 'text/event-stream', json: 'application/json' },

	/** A UUID. */
	completionId: (traceId) =>
		createHash('sha256')
			.update(traceId)
			.digest('hex')
			.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),

	callId: (hash) => `call_${Buffer.from(hash, 'hex').toString('base64url').slice(0, 22)}`,

	/** As on the page object. */
	toCompletion: (answer, stamp) => ({
		id: stamp.id,
		object: 'chat.completion',
		created: stamp.created,
		model: answer.model,
		choices: answer.choices.map((choice, index) => ({
			index,
			message: toMessage(choice, answer.reasoningField),
			finish_reason: choice.spoken ? null : choice.finishReason,
		})),
		usage: fullUsage(answer, completionTokens(answer)),
	}),

	/**
	 * As on the page chat-completion-create: the first chunk of a choice has the role, created 0 and zero usage; the others
	 * role '' and the usage so far; finish_reason is '' until the last one, which follows a blank one. `stream_options` is
	 * not documented.
	 */
	*toChunks(answer, stamp) {
		const begun = new Set<number>();
		for (const { index, step, tokensSoFar } of takeTurns(
			answer.choices.map((choice) => toSteps(choice, answer.reasoningField)),
		)) {
			const first = !begun.has(index);
			begun.add(index);
			const usage = step.last ? fullUsage : countedUsage;
			yield {
				id: stamp.id,
				object: 'chat.completion.chunk',
				created: first ? 0 : stamp.created,
				model: answer.model,
				choices: [{ index, delta: step.delta, finish_reason: step.last ? finishReason(answer.choices[index]!) : '' }],
				usage: first ? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } : usage(answer, tokensSoFar),
			};
		}
	},
};

/** Of a spoken answer there is none, in any of its chunks. */
const finishReason = ({ spoken, finishReason: reason }: ChoiceAnswer): string | null => (spoken ? null : reason);

/** cached_tokens at the top level (page streaming), reasoning tokens nested (newer versions of chat-completion-create). */
const fullUsage = (answer: Answer, completion: number): JsonObject => ({
	...countedUsage(answer, completion),
	...(answer.cachedTokens > 0 && { cached_tokens: answer.cachedTokens }),
	completion_tokens_details: { reasoning_tokens: reasoningTokens(answer) },
});

function toMessage(choice: ChoiceAnswer, reasoningField: string): JsonObject {
	const calls = wholeCalls(choice);
	return {
		role: 'assistant',
		...wholeContent(choice),
		[reasoningField]: choice.reasoning.join(''),
		...(calls.length > 0 && { tool_calls: calls }),
	};
}

function toSteps(choice: ChoiceAnswer, reasoningField: string): Step[] {
	const later = (fields: JsonObject, tokens = 1): Step => ({ delta: { role: '', content: '', ...fields }, tokens });
	const searches = choice.searches.map((search, index) => ({ index, ...search }));
	return [
		{
			delta: { role: 'assistant', content: '', ...(searches.length > 0 && { tool_calls: searches }) },
			tokens: 0,
		},
		...choice.reasoning.map((piece) => later({ [reasoningField]: piece })),
		...contentDeltas(choice).map((delta) => later(delta)),
		...callDeltas(choice).map((fragment) => later({ tool_calls: [fragment] })),
		later({}, 0),
		{ ...later({}, 0), last: true },
	];
}
