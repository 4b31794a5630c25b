import type { IDataObject } from 'n8n-workflow';
import { tryParseJson } from '../../stepfun/json';
import type { Completion, CompletionChoice, ToolCall } from '../../stepfun/types';

/** The item of a completion: flat and simple, or the API's own chat.completion object. */
export function outputItem(completion: Completion, simplify: boolean): IDataObject {
	return (simplify ? simplified(completion) : completion) as unknown as IDataObject;
}

function simplified({ id, model, usage, choices }: Completion): object {
	const [first, ...others] = choices;
	return {
		...(first && simplifiedChoice(first)),
		...(others.length > 0 && { choices: choices.map(simplifiedChoice) }),
		usage: usage ?? null,
		model,
		id,
	};
}

function simplifiedChoice({ message, finish_reason }: CompletionChoice): object {
	const calls = message.tool_calls ?? [];
	const results = calls.flatMap(({ function: { results: found } }) => found ?? []);
	return {
		content: message.content,
		reasoning: message.reasoning,
		tool_calls: calls.filter(({ type }) => type === 'function').map(simplifiedCall),
		...(results.length > 0 && { search_results: results }),
		finish_reason,
	};
}

/** Arguments as they came, and read; arguments that are no JSON stay text only. */
function simplifiedCall({ id, type, function: { name, arguments: args } }: ToolCall): object {
	const parsed = tryParseJson(args === '' ? '{}' : args);
	return { id, type, function: { name, arguments: args, ...(parsed !== undefined && { parsed_arguments: parsed }) } };
}
