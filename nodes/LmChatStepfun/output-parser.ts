import { functionNames } from '../../stepfun/request/tools';
import type { ChatRequest, Message } from '../../stepfun/types';

/** The tool by which AI Agent hands on the schema of its output parser. */
const TOOL = 'format_final_json_response';
/** How LangChain's structured parser begins what the chains add to the prompt; its schema follows. */
const INSTRUCTIONS = 'You must format your output as a JSON value that adheres to a given "JSON Schema" instance.';

/**
 * Leaves the schema out of a request that has one of an output parser: the parser accepts no other, and one more would contradict it
 * or be paid for twice. n8n does not tell a model of the parser, but the request shows it.
 */
export function leaveSchemaToParser(request: ChatRequest): ChatRequest {
	if (request.response_format?.type !== 'json_schema' || !hasParserSchema(request)) return request;
	const { response_format: _, ...others } = request;
	return others;
}

const hasParserSchema = ({ tools = [], messages }: ChatRequest): boolean =>
	functionNames(tools).includes(TOOL) || messages.some(hasInstructions);

const hasInstructions = ({ role, content }: Message): boolean =>
	(role === 'user' || role === 'system') &&
	(typeof content === 'string'
		? content.includes(INSTRUCTIONS)
		: content.some((part) => part.type === 'text' && part.text.includes(INSTRUCTIONS)));
