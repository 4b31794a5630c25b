import type { Tool as SdkTool } from '@n8n/ai-node-sdk';
import { invalidInput } from '../../stepfun/errors';
import { functionTool } from '../../stepfun/request/tools';
import type { FunctionTool } from '../../stepfun/types';
import type { AiSdk } from './ai-sdk';
import * as texts from './texts';

/**
 * A function tool of n8n's AI nodes, whose parameters are a Zod schema or JSON Schema, as StepFun takes it.
 *
 * @throws StepfunError `invalid_input` for a name or parameters that StepFun does not take.
 */
export function toFunctionTool(sdk: AiSdk, tool: Extract<SdkTool, { type: 'function' }>, place: string): FunctionTool {
	const { name, description } = tool;
	const { $schema: _, ...parameters } = sdk.getParametersJsonSchema(tool) ?? {};
	// A Zod schema of another copy of Zod than the SDK's comes back as it is.
	if ('_def' in parameters) {
		throw invalidInput(texts.unreadableParameters(name));
	}
	return functionTool({ name, description, parameters }, place);
}
