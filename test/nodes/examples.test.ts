import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NodeHelpers, type INode, type INodeTypeDescription, type IWorkflowBase } from 'n8n-workflow';
import { StepfunChat } from '../../nodes/StepfunChat/StepfunChat.node';

const folder = path.join(__dirname, '../../examples');
const examples = readdirSync(folder)
	.filter((file) => file.endsWith('.json'))
	.map((file): [string, IWorkflowBase] => [
		file,
		JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as IWorkflowBase,
	]);

const description: INodeTypeDescription = new StepfunChat().description;
const isChat = ({ type }: INode): boolean => type === 'n8n-nodes-stepfun.stepfunChat';

test('there is an example of each kind', () => {
	expect(examples.length).toBeGreaterThanOrEqual(6);
});

describe.each(examples)('%s', (_, { nodes, connections }) => {
	test('holds only settings that the panel has, with values that it takes', () => {
		for (const node of nodes.filter(isChat)) {
			const known = NodeHelpers.getNodeParameters(
				description.properties,
				node.parameters,
				true,
				false,
				node,
				description,
			);
			expect(known).toMatchObject(node.parameters);
			expect(NodeHelpers.getNodeParametersIssues(description.properties, node, description)).toBeNull();
		}
	});

	test('connects nodes that it has, and holds no secret', () => {
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		const ends = Object.values(connections)
			.flatMap((outputs) => Object.values(outputs).flat(2))
			.map((to) => to?.node);
		for (const name of [...Object.keys(connections), ...ends]) expect(names).toContain(name);
		for (const { credentials } of nodes) for (const { id } of Object.values(credentials ?? {})) expect(id).toBeNull();
	});
});
