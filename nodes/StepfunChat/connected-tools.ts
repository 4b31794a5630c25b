import { NodeConnectionTypes, type IExecuteFunctions } from 'n8n-workflow';
import { invalidInput } from '../../stepfun/errors';
import { asRecord } from '../../stepfun/json';
import type { RunnableTool } from '../../stepfun/tool-loop';
import { loadAiSdk } from '../shared/ai-sdk';
import { toFunctionTool } from '../shared/function-tool';
import * as texts from './texts';

/** The parts of a LangChain tool, as n8n's tool nodes supply it, that are used here. */
interface SuppliedTool {
	name: string;
	description: string;
	/** A Zod schema, or JSON Schema. */
	schema: never;
	metadata?: Record<string, unknown>;
	invoke(args: Record<string, unknown>, config: { signal: AbortSignal }): Promise<unknown>;
}

/**
 * The tools on the node's Tools input, ready to be offered and run. n8n shows a run on the canvas because it goes through `invoke`.
 * The node has no such input while it is a tool itself.
 *
 * They are supplied once for all items, as n8n documents it for sub-nodes (their expressions see the first item): n8n counts a
 * tool's runs from when it was supplied, and gives calls with the same count each other's arguments.
 *
 * @throws StepfunError `invalid_input` for a tool that cannot be run here, NodeOperationError in n8n versions without the AI SDK.
 */
export async function connectedTools(context: IExecuteFunctions, signal: AbortSignal): Promise<RunnableTool[]> {
	if (!context.getNodeInputs().some(({ type }) => type === NodeConnectionTypes.AiTool)) return [];
	const supplied = await context.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
	const tools = (Array.isArray(supplied) ? supplied : []).flatMap(toolsOf);
	if (tools.length === 0) return [];
	const sdk = await loadAiSdk(context.getNode());
	return tools.map((tool, i) => {
		checkRunnable(tool);
		const { name, description, schema: inputSchema } = tool;
		return {
			definition: toFunctionTool(sdk, { type: 'function', name, description, inputSchema }, `connected tool ${i + 1}`),
			run: (args) => tool.invoke(args, { signal }),
		};
	});
}

/** A toolkit, such as an MCP client's, contains several tools. */
function toolsOf(supplied: unknown): SuppliedTool[] {
	const toolkit = asRecord(supplied) as { getTools?: () => SuppliedTool[] } | undefined;
	return typeof toolkit?.getTools === 'function' ? toolkit.getTools() : [supplied as SuppliedTool];
}

function checkRunnable({ name, metadata }: SuppliedTool): void {
	if (metadata?.['gatedToolNodeName'] === undefined) return;
	throw invalidInput(texts.toolNeedsApproval(name));
}
