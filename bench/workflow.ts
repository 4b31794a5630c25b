import type { Workflow, WorkflowNode } from '../host/client';
import type { BareNode, Side, SideOptions } from './sides/side';

/** What a workflow works on: so many items with a `prompt`, one item with a file from disk in its field `data`, or a call's body. */
export type Source = { items: number } | { file: string } | { webhook: BareNode };

/** Start, the source's nodes, the side's nodes. `measured` names the latter in order. */
export function workflowOf(
	side: Side,
	url: string,
	source: Source,
	options: SideOptions,
): { workflow: Workflow; measured: string[] } {
	const { chain, connections = {} } = side.nodes({ ...options, url, withFile: 'file' in source });
	const sub = side.subNodes ?? [];
	const credential = side.credential(url);
	const all = [...sourceNodes(source), ...chain];
	const follow = Object.fromEntries(
		all.slice(0, -1).map(({ name }, i) => [name, { main: [[{ node: all[i + 1]!.name, type: 'main', index: 0 }]] }]),
	);
	const named = [...all, ...sub].map((node) => ({
		...node,
		...(node.needsCredential && { credentials: { [credential.type]: { id: null, name: side.name } } }),
	}));
	return {
		workflow: {
			name: side.name,
			nodes: named.map(complete),
			connections: { ...follow, ...connections },
			settings: { executionOrder: 'v1' },
		},
		measured: chain.map(({ name }) => name),
	};
}

function complete({ needsCredential: _needsCredential, ...node }: BareNode, index: number): WorkflowNode {
	return { ...node, id: `node-${index}`, position: [index * 220, 0] };
}

function sourceNodes(source: Source): BareNode[] {
	if ('webhook' in source) return [source.webhook, bodyNode];
	return [manualStart, ...('file' in source ? [readFile(source.file)] : itemNodes(source.items))];
}

const manualStart: BareNode = {
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

export const webhookStart = (path: string, responseMode: string): BareNode => ({
	name: 'Start',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2.1,
	parameters: { httpMethod: 'POST', path, responseMode, options: {} },
	webhookId: path,
});

const bodyNode: BareNode = {
	name: 'Body',
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		assignments: {
			assignments: [{ id: 'prompt', name: 'prompt', type: 'string', value: '={{ $json.body.prompt }}' }],
		},
		options: {},
	},
};

const itemNodes = (count: number): BareNode[] => [
	{
		name: 'List',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			assignments: {
				assignments: [
					{
						id: 'prompts',
						name: 'prompt',
						type: 'array',
						value: `={{ Array.from({ length: ${count} }, (_, i) => 'Item ' + i) }}`,
					},
				],
			},
			options: {},
		},
	},
	{
		name: 'Items',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'prompt', options: {} },
	},
];

const readFile = (file: string): BareNode => ({
	name: 'File',
	type: 'n8n-nodes-base.readWriteFile',
	typeVersion: 1.1,
	parameters: { operation: 'read', fileSelector: file, options: {} },
});
