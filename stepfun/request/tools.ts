import { invalidInput } from '../errors';
import { asRecord } from '../json';
import type { FunctionTool, JsonSchema, Tool, WebSearchTool } from '../types';
import { checkSchema } from './json-schema';

/** Most tools of one request (page tool-call). */
const MAX_TOOLS = 128;
/** seed 000; StepFun recommends 64 characters and refuses more. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

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
	if (typeof name !== 'string' || name === '')
		throw invalidInput(`In Tools, ${place} has no name`, 'Give it a name, such as get_weather');
	if (!NAME.test(name)) {
		const refused = [...name].find((letter) => !NAME.test(letter));
		const reason =
			name.length > 64
				? `is ${name.length} characters long`
				: `holds ${refused === ' ' ? 'a blank' : `the character ${refused}`}`;
		throw invalidInput(
			`In Tools, the name of ${place} ${reason}: "${name.slice(0, 70)}"`,
			'StepFun takes names of 1 to 64 letters (A to Z), digits, _ and -. Rename the function, for instance to get_weather',
		);
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
	throw invalidInput(
		`${label} is of the type ${JSON.stringify(schema['type'])} instead of object`,
		'Put them into an object, such as {"type": "object", "properties": {"values": …}}',
	);
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
	if (!Array.isArray(value)) {
		throw invalidInput(
			`${label} is no list`,
			'Give an array such as [{"name": "get_weather", "description": "…", "parameters": {"type": "object", "properties": {}}}]',
		);
	}
	return value.map((entry, i) => readTool(entry, `tool ${i + 1}`));
}

function readTool(value: unknown, place: string): Tool {
	const tool = asRecord(value);
	if (!tool) throw invalidInput(`In Tools, ${place} is no object`, 'Give it a name, a description and parameters');
	const details = asRecord(tool['function']);
	const type = tool['type'];
	if (type === undefined || type === 'function') return functionTool(details ?? without(tool, 'type'), place);
	if ((type === 'web_search' || type === 'retrieval') && details) return { type, function: details };
	throw invalidInput(
		type === 'web_search' || type === 'retrieval'
			? `In Tools, ${place} has the type ${type} and no function`
			: `In Tools, ${place} has an unknown type`,
		'Use the type function, or one of the tools that StepFun runs itself: web_search and retrieval, with what it is for in function.description',
	);
}

const without = (fields: Record<string, unknown>, name: string): Record<string, unknown> =>
	Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

export const functionNames = (tools: readonly Tool[]): string[] =>
	tools.filter((tool): tool is FunctionTool => tool.type === 'function').map((tool) => tool.function.name);

/**
 * Holds the tools of one request, wherever they come from, against each other.
 *
 * @throws StepfunError `invalid_input` for names that are there twice, and for more than 128 tools.
 */
export function checkTools(tools: readonly Tool[]): void {
	const names = functionNames(tools);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined)
		throw invalidInput(
			`In Tools, the name "${twice}" is there twice`,
			'Give each function a name of its own: the model calls it by its name',
		);
	if (tools.length > MAX_TOOLS)
		throw invalidInput(
			`There are ${tools.length} tools, and StepFun takes ${MAX_TOOLS}`,
			'Offer fewer tools to the model at a time',
		);
}
