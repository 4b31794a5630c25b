import type { Tool as SdkTool } from '@n8n/ai-node-sdk';
import type { Tool } from '../../stepfun/types';
import type { AiSdk } from '../shared/ai-sdk';
import { toFunctionTool } from '../shared/function-tool';

/**
 * The tools that an AI node gives its model, as StepFun takes them; a provider's tool is one that StepFun runs itself.
 *
 * @throws StepfunError `invalid_input`
 */
export const toTools = (sdk: AiSdk, tools: SdkTool[]): Tool[] =>
	tools.map((tool, i) =>
		tool.type === 'function'
			? toFunctionTool(sdk, tool, `tool ${i + 1}`)
			: { type: tool.name, function: tool.args ?? {} },
	);
