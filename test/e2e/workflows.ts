import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { N8nClient, Workflow, WorkflowNode } from '../../host/client';
import { chatNodeType, credentialType } from '../../host/names';

/** A node; a type without a package is one of n8n's AI nodes. */
export const node = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown> = {},
): WorkflowNode => ({
	id: name,
	name,
	type: type.includes('.') ? type : `@n8n/n8n-nodes-langchain.${type}`,
	typeVersion,
	position: [0, 0],
	parameters,
});

/** A node behind a manual trigger, with sub-nodes by the kind of their connection. */
export function workflowOf(root: WorkflowNode, subNodes: Array<[kind: string, node: WorkflowNode]> = []): Workflow {
	const to = (name: string, type: string) => ({ [type]: [[{ node: name, type, index: 0 }]] });
	return {
		name: root.name,
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger', 1),
			{ ...root, position: [220, 0] },
			...subNodes.map(([, sub]) => sub),
		],
		connections: {
			Start: to(root.name, 'main'),
			...Object.fromEntries(subNodes.map(([kind, sub]) => [sub.name, to(root.name, kind)])),
		},
		settings: { executionOrder: 'v1' },
	};
}

/** One StepFun Chat node behind a manual trigger. */
export const chatWorkflow = (
	name: string,
	credential: { id: string; name: string },
	parameters: Record<string, unknown> = {},
): Workflow => ({
	...workflowOf({
		...node('StepFun Chat', chatNodeType, 1, parameters),
		credentials: { [credentialType]: credential },
	}),
	name,
});

export const examples = path.join(__dirname, '../../examples');

export const readExample = (file: string): Workflow =>
	JSON.parse(readFileSync(path.join(examples, file), 'utf8')) as Workflow;

/** Imports a workflow and publishes it, so that its webhooks answer. @returns the workflow's id */
export async function publish(
	n8n: N8nClient,
	workflow: Workflow,
	credential: { id: string; name: string },
): Promise<string> {
	const id = await n8n.importWorkflow(workflow, { [credentialType]: credential });
	await n8n.publishWorkflow(id);
	return id;
}
