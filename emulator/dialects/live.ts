import type { Answer, ChoiceAnswer } from '../answer';
import type { JsonObject } from '../types';
import {
	callDeltas,
	completionTokens,
	contentDeltas,
	countedUsage,
	takeTurns,
	wholeCalls,
	wholeContent,
	type Dialect,
	type Step,
} from './dialect';
import { createHash } from 'node:crypto';

/**
 * The API as it was recorded on 2026-10-08 from https://api.stepfun.ai/v1 with step-3.5-flash
 * (https://github.com/agentjido/req_llm, test/support/fixtures/stepfun_ai). Not recorded, and so as OpenAI's API has
 * it: fragments of tool calls in a stream and several choices.
 */
export const live: Dialect = {
	headers: {
		Vary: 'Accept-Encoding',
		'X-Router-Id': 'path:/v1/chat/',
		'X-Proxy-Latency': '1350',
		'X-Upstream-Latency': '0',
	},
	contentType: { stream: 'text/event-stream; charset=utf-8', json: 'application/json; charset=utf-8' },

	completionId(traceId, streamed) {
		const own = createHash('sha256').update(traceId).digest('hex').slice(0, 32);
		return `${streamed ? '' : 'chatcmpl-'}${traceId}.${own}`;
	},

	callId: (hash) => `chatcmpl-tool-${hash.slice(0, 16)}`,

	toCompletion: (answer, stamp) => ({
		id: stamp.id,
		object: 'chat.completion',
		created: stamp.created,
		model: answer.model,
		choices: answer.choices.map((choice, index) => ({
			index,
			message: toMessage(choice),
			finish_reason: choice.spoken ? null : choice.finishReason,
		})),
		usage: usage(answer, completionTokens(answer), answer.cachedTokens),
	}),

	*toChunks(answer, stamp, { includeUsage }) {
		const chunk = (choices: JsonObject[], reported: JsonObject): JsonObject => ({
			id: stamp.id,
			object: 'chat.completion.chunk',
			created: stamp.created,
			model: answer.model,
			choices,
			usage: reported,
			agent: '',
		});
		// The cached tokens are told with every piece, and are 0 at the end of the same stream.
		for (const { index, step, tokensSoFar } of takeTurns(answer.choices.map(toSteps))) {
			const finish = step.last && { finish_reason: answer.choices[index]!.finishReason };
			yield chunk(
				[{ index, delta: step.delta, ...finish }],
				usage(answer, tokensSoFar, step.last ? 0 : answer.cachedTokens),
			);
		}
		if (includeUsage) yield chunk([], usage(answer, completionTokens(answer), 0));
	},
};

/** No reasoning tokens are told, although completion_tokens counts them. */
const usage = (answer: Answer, completion: number, cachedTokens: number): JsonObject => ({
	...(cachedTokens > 0 && { cached_tokens: cachedTokens }),
	...countedUsage(answer, completion),
	prompt_tokens_details: { cached_tokens: cachedTokens },
	completion_tokens_details: { reasoning_tokens: 0 },
});

/** Both names, whatever `reasoning_format` asks for. */
const bothReasonings = (text: string): JsonObject => (text === '' ? {} : { reasoning: text, reasoning_content: text });

function toMessage(choice: ChoiceAnswer): JsonObject {
	const calls = wholeCalls(choice).map((call, index) => ({ index, ...call }));
	return {
		role: 'assistant',
		...wholeContent(choice),
		...bothReasonings(choice.reasoning.join('')),
		...(calls.length > 0 && { tool_calls: calls }),
	};
}

/** The recorded reasoning came in pieces of one token, two, and then four. */
function grouped(tokens: string[]): string[][] {
	const groups: string[][] = [];
	for (let start = 0; start < tokens.length;) {
		const size = Math.min(2 ** groups.length, 4);
		groups.push(tokens.slice(start, start + size));
		start += size;
	}
	return groups;
}

function toSteps(choice: ChoiceAnswer): Step[] {
	const step = (fields: JsonObject, tokens: number): Step => ({
		delta: { role: 'assistant', content: '', ...fields },
		tokens,
	});
	const searches = choice.searches.map((search, index) => ({ index, ...search }));
	return [
		step(searches.length > 0 ? { tool_calls: searches } : {}, 0),
		...grouped(choice.reasoning).map((group) => step(bothReasonings(group.join('')), group.length)),
		...contentDeltas(choice).map((delta) => step(delta, 1)),
		...callDeltas(choice).map((fragment) => step({ tool_calls: [fragment] }, 1)),
		{ ...step({}, 0), last: true },
	];
}
