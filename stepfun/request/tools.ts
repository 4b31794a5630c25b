import { invalidInput } from '../errors';
import { asRecord } from '../json';
import type { FunctionTool, JsonSchema, Tool, WebSearchTool } from '../types';
import { checkSchema } from './json-schema';
import * as texts from './texts';

/** Most tools of one request (page tool-call). */
const MAX_TOOLS = 128;
/** https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create, which only recommends at most 64 of them. */
const NAME_CHARACTER = /^[A-Za-z0-9_-]$/;

/**
 * A function that the model may ask to be called.
 *
 * @param parameters A JSON Schema; undefined for a function without parameters.
 * @param place Where it stands, such as `tool 2`.
 * @throws StepfunError `invalid_input` for a name or a schema that StepFun does not take.
 */
export function functionTool(
	{ name, description, parameters, ...others }: Record<string, unknown>,
	place: string,
): FunctionTool {
	if (typeof name !== 'string' || name === '') throw invalidInput(texts.noToolName(place));
	const refused = [...name].find((letter) => !NAME_CHARACTER.test(letter));
	if (refused !== undefined) {
		const character = refused === ' ' ? 'a space' : `the character ${refused}`;
		throw invalidInput(texts.toolNameCharacter(place, character, name.slice(0, 70)));
	}
	return {
		type: 'function',
		function: {
			...others,
			name,
			...(typeof description === 'string' && description !== '' && { description }),
			parameters: parametersSchema(parameters, `In Tools, the parameters schema of "${name}"`),
		},
	};
}

/** StepFun asks for a root of type object; it is supplied where it is missing. */
function parametersSchema(value: unknown, label: string): JsonSchema {
	const given = asRecord(value);
	if (value === undefined || value === null || (given && Object.keys(given).length === 0))
		return { type: 'object', properties: {} };
	const schema = checkSchema(value, label);
	if (schema['type'] === undefined) return { type: 'object', ...schema };
	if (schema['type'] === 'object') return schema;
	throw invalidInput(texts.parametersNotAnObject(label, JSON.stringify(schema['type'])));
}

/** StepFun searches the web itself where the model asks for it (page web-search). */
export const webSearchTool = (description: string): WebSearchTool => ({
	type: 'web_search',
	function: { description },
});

/**
 * Tools from data: in the API's form, or each as its function only.
 *
 * @throws StepfunError `invalid_input`
 */
export function readTools(value: unknown, label: string): Tool[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw invalidInput(texts.toolsNotAList(label));
	return value.map((entry, i) => readTool(entry, `tool ${i + 1}`));
}

function readTool(value: unknown, place: string): Tool {
	const tool = asRecord(value);
	if (!tool) throw invalidInput(texts.toolNotAnObject(place));
	const details = asRecord(tool['function']);
	const type = tool['type'];
	if (type === undefined || type === 'function') return functionTool(details ?? without(tool, 'type'), place);
	if (type !== 'web_search' && type !== 'retrieval') throw invalidInput(texts.unknownToolType(place));
	if (!details) throw invalidInput(texts.noToolFunction(place, type));
	return { type, function: details };
}

const without = (fields: Record<string, unknown>, name: string): Record<string, unknown> =>
	Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

export const functionNames = (tools: readonly Tool[]): string[] =>
	tools.filter((tool): tool is FunctionTool => tool.type === 'function').map((tool) => tool.function.name);

/**
 * Holds the tools of one request, wherever they come from, against each other.
 *
 * @throws StepfunError `invalid_input` for names that are used twice, and for more than 128 tools.
 */
export function checkTools(tools: readonly Tool[]): void {
	const names = functionNames(tools);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw invalidInput(texts.toolNameTwice(twice));
	if (tools.length > MAX_TOOLS) throw invalidInput(texts.tooManyTools(tools.length, MAX_TOOLS));
}
