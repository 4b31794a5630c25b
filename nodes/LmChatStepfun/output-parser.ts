import { functionNames } from '../../stepfun/request/tools';
import type { ChatRequest, Message } from '../../stepfun/types';

/** The tool by which AI Agent hands on the schema of its output parser. */
const TOOL = 'format_final_json_response';
/** How what the chains add to the prompt begins: of LangChain's structured parser, whose schema follows, and of n8n's list of items. */
const INSTRUCTIONS =
	/You must format your output as a JSON value that adheres to a given "JSON Schema" instance|Your response should be a list of (?:\d+ )?items separated by "/;

/**
 * Leaves the schema out of a request that asks for what an output parser reads: the parser accepts nothing else, and a schema would
 * contradict its own or be paid for twice. n8n does not tell a model of the parser, but the request shows it.
 */
export function leaveSchemaToParser(request: ChatRequest): ChatRequest {
	if (request.response_format?.type !== 'json_schema' || !isForParser(request)) return request;
	const { response_format: _, ...others } = request;
	return others;
}

const isForParser = ({ tools = [], messages }: ChatRequest): boolean =>
	functionNames(tools).includes(TOOL) || messages.some(hasInstructions);

const hasInstructions = ({ role, content }: Message): boolean =>
	(role === 'user' || role === 'system') &&
	(typeof content === 'string'
		? INSTRUCTIONS.test(content)
		: content.some((part) => part.type === 'text' && INSTRUCTIONS.test(part.text)));
