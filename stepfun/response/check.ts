import { StepfunError } from '../errors';
import { isTooDeep, MAX_JSON_DEPTH } from '../json';
import type { ErrorText } from '../texts';
import type { ChatRequest, Completion, CompletionChoice } from '../types';
import * as texts from './texts';
import { functionCalls } from './tool-calls';

/** Whether a choice holds something for whoever asked: text, sound, or calls that are theirs to make. */
const isAnswered = ({ message }: CompletionChoice): boolean =>
	message.content !== '' || message.sound !== undefined || functionCalls(message).length > 0;

/**
 * An answer without an answer is never a success: the reasoning used up max_tokens, moderation took the text away, or the server
 * sent nothing. An empty text is right only where a stop sequence may have come first. Nor is one a success whose calls nothing
 * could read or store.
 *
 * @throws StepfunError `empty_answer`, `content_filter` or `answer_too_large`, with what there is in `partial`.
 */
export function checkAnswered(completion: Completion, request: ChatRequest): void {
	checkArguments(completion);
	if (completion.choices.some((choice) => isAnswered(choice) && choice.finish_reason !== 'content_filter')) return;
	const { max_tokens: limit, stop } = request;
	const [first] = completion.choices;
	const finish = first?.finish_reason;
	const partial = first ? completion : undefined;
	if (finish === 'length') {
		const text = limit === undefined ? texts.reasoningReachedModelLimit : texts.reasoningReachedMaxTokens(limit);
		throw new StepfunError(text, { type: 'empty_answer', partial });
	}
	if (finish === 'content_filter') throw new StepfunError(texts.answerBlocked, { type: 'content_filter', partial });
	if (finish === 'stop' && stop !== undefined) return;
	throw new StepfunError(whyNoAnswer(first, request), {
		type: 'empty_answer',
		retryable: first === undefined,
		partial,
	});
}

/** Seen from StepFun: nothing but reasoning, above all after the results of tools. */
function whyNoAnswer(choice: CompletionChoice | undefined, { messages }: ChatRequest): ErrorText {
	if (!choice || choice.message.reasoning === '') return texts.noAnswer;
	return messages.at(-1)?.role === 'tool' ? texts.reasoningOnlyAfterTools : texts.reasoningOnly;
}

/** Arguments are read by the workflow and by n8n's nodes, which do not expect them to be bottomless. */
function checkArguments({ choices }: Completion): void {
	for (const call of choices.flatMap(({ message }) => message.tool_calls ?? [])) {
		if (!isTooDeep(call.function.arguments)) continue;
		throw new StepfunError(texts.argumentsTooDeep(MAX_JSON_DEPTH), { type: 'answer_too_large' });
	}
}

export const asksForJson = ({ response_format: format }: Pick<ChatRequest, 'response_format'>): boolean =>
	format !== undefined && format.type !== 'text';

/**
 * Why it would be in vain to have an answer corrected that is no JSON: the tokens ended before it did, the filter has cut it, or nobody
 * could read it. Undefined where it would not.
 */
export function whyHopeless(
	{ finish_reason: finish, message }: CompletionChoice,
	{ max_tokens: limit }: ChatRequest,
): ErrorText | undefined {
	if (isTooDeep(message.content)) return texts.jsonTooDeep(MAX_JSON_DEPTH);
	if (finish === 'content_filter') return texts.answerBlocked;
	if (finish !== 'length') return undefined;
	return limit === undefined ? texts.jsonReachedModelLimit : texts.jsonReachedMaxTokens(limit);
}
