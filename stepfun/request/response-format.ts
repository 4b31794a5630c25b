import { longestAnswer } from '../response/check';
import { StepfunError } from '../errors';
import { tryParseJson } from '../json';
import type { ChatRequest, Completion, JsonSchema, ResponseFormat } from '../types';

/** A schema in the wrapping that StepFun takes; without it the request is refused (recorded: invalid_request_error, param response_format). */
export function jsonSchemaFormat(schema: JsonSchema, strict: boolean): ResponseFormat {
	const title =
		typeof schema['title'] === 'string' ? schema['title'].replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) : '';
	return { type: 'json_schema', json_schema: { name: title || 'answer', strict, schema } };
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
