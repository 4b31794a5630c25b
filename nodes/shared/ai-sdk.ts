import { NodeOperationError, type INode } from 'n8n-workflow';
import * as texts from './texts';

export type AiSdk = typeof import('@n8n/ai-node-sdk');

/**
 * n8n's SDK for AI nodes, which n8n itself supplies. It is loaded only where it is used, so that the package also loads in n8n
 * versions without it.
 */
export async function loadAiSdk(node: INode): Promise<AiSdk> {
	try {
		return await import('@n8n/ai-node-sdk');
	} catch (cause) {
		const { message, hint } = texts.noAiSdk(cause instanceof Error ? cause.message.split('\n', 1)[0]! : 'not found');
		throw new NodeOperationError(node, message, { description: hint });
	}
}
