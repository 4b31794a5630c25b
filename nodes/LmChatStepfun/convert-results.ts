import type { FinishReason, GenerateResult, MessageContent, StreamChunk, TokenUsage } from '@n8n/ai-node-sdk';
import { functionCalls, searchResults } from '../../stepfun/response/tool-calls';
import type { CompletionChoice, ToolCall, Usage } from '../../stepfun/types';
import type { Answer } from './checked-answer';

/** An answer in the form that n8n's AI nodes expect. */
export function toResult(answer: Answer): GenerateResult {
	const { completion } = answer;
	const choice = completion.choices[0];
	const text = choice?.message.content ?? '';
	return {
		id: completion.id,
		finishReason: finishReason(choice),
		usage: toUsage(completion.usage),
		message: {
			role: 'assistant',
			content: [
				...reasoningOf(choice),
				...(text === '' ? [] : [{ type: 'text' as const, text }]),
				...functionCalls(choice?.message).map(toCall),
				...detailsOf(answer),
			],
		},
		providerMetadata: { id: completion.id, finish_reason: choice?.finish_reason ?? '' },
	};
}

/**
 * What follows the text of a stream. Reasoning is sent as content, because the SDK's adapter drops reasoning deltas, and in one piece,
 * because the request may be sent again until the first text. Tool calls are sent in one piece, because the adapter gives all of them
 * the same index.
 */
export function toLastChunks(answer: Answer): StreamChunk[] {
	const { completion } = answer;
	const choice = completion.choices[0];
	return [
		...[...reasoningOf(choice), ...detailsOf(answer)].map((content) => ({ type: 'content' as const, content })),
		...functionCalls(choice?.message).map(({ id, function: { name, arguments: args } }) => ({
			type: 'tool-call-delta' as const,
			id,
			name,
			argumentsDelta: args || '{}',
		})),
		{ type: 'finish', finishReason: finishReason(choice), usage: toUsage(completion.usage) },
	];
}

function reasoningOf(choice: CompletionChoice | undefined): MessageContent[] {
	const text = choice?.message.reasoning ?? '';
	return text === '' ? [] : [{ type: 'reasoning', text }];
}

/** What the SDK has no place for, or does not pass on from a stream. */
export interface Details {
	usage?: Usage;
	search_results?: unknown[];
	corrections?: number;
}

function detailsOf({
	completion: {
		usage,
		choices: [choice],
	},
	corrections,
}: Answer): MessageContent[] {
	const results = searchResults(choice?.message);
	const details: Details = {
		...(usage && { usage }),
		...(results.length > 0 && { search_results: results }),
		...(corrections > 0 && { corrections }),
	};
	return Object.keys(details).length === 0 ? [] : [{ type: 'provider', value: { ...details } }];
}

const toCall = ({ id, function: { name, arguments: args } }: ToolCall): MessageContent => ({
	type: 'tool-call',
	toolCallId: id,
	toolName: name,
	input: args || '{}',
});

function finishReason(choice: CompletionChoice | undefined): FinishReason {
	if (functionCalls(choice?.message).length > 0) return 'tool-calls';
	switch (choice?.finish_reason) {
		case 'stop':
		case 'length':
			return choice.finish_reason;
		case 'content_filter':
			return 'content-filter';
		default:
			return 'other';
	}
}

const toUsage = (usage: Usage | undefined): TokenUsage | undefined =>
	usage && {
		promptTokens: usage.prompt_tokens ?? 0,
		completionTokens: usage.completion_tokens ?? 0,
		totalTokens: usage.total_tokens ?? 0,
		inputTokenDetails: { cacheRead: usage.cached_tokens ?? undefined },
		outputTokenDetails: { reasoning: usage.reasoning_tokens ?? undefined },
	};
