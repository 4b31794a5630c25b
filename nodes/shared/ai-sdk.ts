import { NodeOperationError, type INode } from 'n8n-workflow';

export type AiSdk = typeof import('@n8n/ai-node-sdk');

/**
 * n8n's SDK for AI nodes, which the host supplies. It is loaded where it is used and not with the file, so that the package
 * also loads on hosts that lack it.
 */
export async function loadAiSdk(node: INode): Promise<AiSdk> {
	try {
		return await import('@n8n/ai-node-sdk');
	} catch (cause) {
		throw new NodeOperationError(node, 'This version of n8n cannot connect AI nodes of community packages', {
			description: `Update n8n to 2.16 or newer, which brings @n8n/ai-node-sdk (${cause instanceof Error ? cause.message.split('\n', 1)[0] : 'not found'})`,
		});
	}
}
