import { StepfunError } from '../errors';
import { tryParseJson } from '../json';
import { functionCalls } from './tool-calls';
import type { ChatRequest, Completion, CompletionChoice } from '../types';

/** Whether a choice holds something for whoever asked: text, or calls that are theirs to make. */
const isAnswered = ({ message }: CompletionChoice): boolean =>
	message.content !== '' || functionCalls(message).length > 0;

/** What an answer that ended with `length` has reached, as its reader knows it. */
const longestAnswer = ({ max_tokens: limit }: ChatRequest): string =>
	limit === undefined ? 'the longest answer of this model' : `the ${limit} tokens of Maximum Number of Tokens`;

/**
 * An answer without an answer is never a success: the reasoning used up max_tokens, moderation took the text away, or the server
 * sent nothing. An empty text is right only where a stop sequence may have come first.
 *
 * @throws StepfunError `empty_answer` or `content_filter`, with what there is in `partial`.
 */
export function checkAnswered(completion: Completion, request: ChatRequest): void {
	if (completion.choices.some((choice) => isAnswered(choice) && choice.finish_reason !== 'content_filter')) return;
	const [first] = completion.choices;
	const finish = first?.finish_reason;
	const partial = first ? completion : undefined;
	if (finish === 'length') {
		throw new StepfunError(`The model used up ${longestAnswer(request)} while reasoning, before its answer began`, {
			type: 'empty_answer',
			partial,
			hint: 'Raise Maximum Number of Tokens in Options, or lower Reasoning Effort. The reasoning is in the details',
		});
	}
	if (finish === 'content_filter') {
		throw new StepfunError('StepFun moderated the answer', {
			type: 'content_filter',
			partial,
			hint: 'Sending it again will not help: change the text or the attachment. What was left of the answer is in the details',
		});
	}
	if (finish === 'stop' && request.stop !== undefined) return;
	throw new StepfunError('The model ended without an answer', {
		type: 'empty_answer',
		retryable: first === undefined,
		partial,
		hint: 'Try again, or word the last message differently',
	});
}

export const asksForJson = ({ response_format: format }: Pick<ChatRequest, 'response_format'>): boolean =>
	format !== undefined && format.type !== 'text';

/** The JSON of an answer, also out of a Markdown fence; undefined for what is no JSON. */
export function parseAnswer(content: string): unknown {
	const parsed = tryParseJson(content.trim());
	return parsed === undefined ? tryParseJson(/```(?:json)?([^]*)```/i.exec(content)?.[1] ?? '') : parsed;
}

/**
 * Whether an answer that was asked for as JSON is JSON; one that calls tools instead says nothing yet.
 *
 * @throws StepfunError `invalid_json_answer` with the whole completion in `partial`.
 */
export function checkJsonAnswer(completion: Completion, request: ChatRequest): void {
	if (!asksForJson(request)) return;
	const broken = completion.choices.find(
		({ message: { content } }) => content !== '' && parseAnswer(content) === undefined,
	);
	if (!broken) return;
	if (broken.finish_reason === 'length') {
		throw new StepfunError(`The answer reached ${longestAnswer(request)} before its JSON was complete`, {
			type: 'invalid_json_answer',
			partial: completion,
			hint: 'Raise Maximum Number of Tokens in Options; reasoning counts too. What had arrived is in the details',
		});
	}
	throw new StepfunError('The model answered with something else than JSON', {
		type: 'invalid_json_answer',
		partial: completion,
		hint: 'Say in the messages that the answer shall be JSON and which fields it has, or choose JSON Schema as Response Format. The answer is in the details',
	});
}
