import { toLastChunks, toResult } from '../../../nodes/LmChatStepfun/convert-results';
import type { Answer } from '../../../nodes/LmChatStepfun/checked-answer';
import type { CompletionMessage } from '../../../stepfun/types';

const answer = (message: Partial<CompletionMessage>, finish_reason = 'stop', corrections = 0): Answer => ({
	corrections,
	completion: {
		id: 'c1',
		object: 'chat.completion',
		created: 1,
		model: 'step-3.5-flash',
		choices: [{ index: 0, message: { role: 'assistant', content: '', reasoning: '', ...message }, finish_reason }],
		usage: { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 20, reasoning_tokens: 15, total_tokens: 30 },
	},
});
const calls = [
	{ id: 'a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
	{ id: 'b', type: 'function', function: { name: 'get_time', arguments: '' } },
	{ id: 's', type: 'web_search', function: { name: 'step_websearch', arguments: '{}', results: [{ title: 'News' }] } },
];
const details = {
	type: 'provider',
	value: {
		usage: { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 20, reasoning_tokens: 15, total_tokens: 30 },
		search_results: [{ title: 'News' }],
	},
};
const usage = {
	promptTokens: 10,
	completionTokens: 20,
	totalTokens: 30,
	inputTokenDetails: { cacheRead: 4 },
	outputTokenDetails: { reasoning: 15 },
};

test('reasoning, text, calls and usage with its details; searches that StepFun has run are no calls', () => {
	expect(toResult(answer({ reasoning: 'So.', content: 'Look:', tool_calls: calls }))).toEqual({
		id: 'c1',
		finishReason: 'tool-calls',
		usage,
		message: {
			role: 'assistant',
			content: [
				{ type: 'reasoning', text: 'So.' },
				{ type: 'text', text: 'Look:' },
				{ type: 'tool-call', toolCallId: 'a', toolName: 'get_weather', input: '{"city":"Oslo"}' },
				{ type: 'tool-call', toolCallId: 'b', toolName: 'get_time', input: '{}' },
				details,
			],
		},
		providerMetadata: { id: 'c1', finish_reason: 'stop' },
	});
});

test('a stream ends with the reasoning whole, each call whole, and the finish', () => {
	expect(toLastChunks(answer({ reasoning: 'So.', content: 'Look:', tool_calls: calls }))).toEqual([
		{ type: 'content', content: { type: 'reasoning', text: 'So.' } },
		{ type: 'content', content: details },
		{ type: 'tool-call-delta', id: 'a', name: 'get_weather', argumentsDelta: '{"city":"Oslo"}' },
		{ type: 'tool-call-delta', id: 'b', name: 'get_time', argumentsDelta: '{}' },
		{ type: 'finish', finishReason: 'tool-calls', usage },
	]);
});

test.each([
	['stop', 'stop'],
	['length', 'length'],
	['content_filter', 'content-filter'],
	['', 'other'],
])('finish reason %s is %s', (given, expected) => {
	expect(toResult(answer({ content: 'Hello' }, given)).finishReason).toBe(expected);
});
