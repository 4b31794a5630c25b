import type { Tool as SdkTool } from '@n8n/ai-node-sdk';
import { invalidInput } from '../../stepfun/errors';
import { functionTool } from '../../stepfun/request/tools';
import type { FunctionTool } from '../../stepfun/types';
import type { AiSdk } from './ai-sdk';
import * as texts from './texts';

/**
 * A function tool of n8n's AI nodes, whose parameters are a Zod schema or JSON Schema, in the form that StepFun accepts.
 *
 * @throws StepfunError `invalid_input` for a name or parameters that StepFun does not accept.
 */
export function toFunctionTool(sdk: AiSdk, tool: Extract<SdkTool, { type: 'function' }>, place: string): FunctionTool {
	const { name, description } = tool;
	const { $schema: _, ...parameters } = sdk.getParametersJsonSchema(tool) ?? {};
	// The SDK returns a schema of another copy of Zod unchanged.
	if ('_def' in parameters) {
		throw invalidInput(texts.unreadableParameters(name));
	}
	return functionTool({ name, description, parameters }, place);
}
