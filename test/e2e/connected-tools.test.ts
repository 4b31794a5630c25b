import type { Workflow, WorkflowNode } from '../../host/client';
import { chatNodeType, credentialType } from '../../host/names';
import { setStage } from './harness';
import { node, publish, readExample, workflowOf } from './workflows';

const stage = setStage('Tool tests');

const execute = async (content: Workflow) =>
	await stage.n8n.executeWorkflow(await stage.n8n.importWorkflow(content, { [credentialType]: stage.credential }));

test('StepFun Chat runs connected tools, and n8n shows their runs', async () => {
	const execution = await execute(readExample('07-connected-tools.json'));
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	const [item] = execution.items('StepFun Chat');
	expect(item?.['content']).toContain(
		'Tool results (2): get_stock returned "340 cups in stock"; Calculator returned "28.333333333333332".',
	);
	expect((item?.['messages'] as Array<{ role: string }>).map(({ role }) => role)).toEqual([
		'system',
		'user',
		'assistant',
		'tool',
		'tool',
		'assistant',
	]);
	expect(Object.keys(execution.runData)).toEqual(expect.arrayContaining(['get_stock', 'Calculator']));
});

/** StepFun Chat that is asked to use a connected tool. */
const chatWith = (tool: WorkflowNode, content: string): Workflow =>
	workflowOf(
		{
			...node('StepFun Chat', chatNodeType, 1, {
				model: { __rl: true, mode: 'id', value: 'step-3.5-flash' },
				messages: { values: [{ role: 'user', content }] },
			}),
			credentials: { [credentialType]: { id: null, name: '' } },
		},
		[['ai_tool', tool]],
	);

test('another workflow is a tool, with inputs that the model fills in', async () => {
	const called = await publish(
		stage.n8n,
		{
			name: 'Weather',
			nodes: [
				node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
					workflowInputs: { values: [{ name: 'city' }] },
				}),
				node('Forecast', 'n8n-nodes-base.set', 3.4, {
					mode: 'raw',
					jsonOutput: '={{ { forecast: "sunny in " + $json.city } }}',
				}),
			],
			connections: { Called: { main: [[{ node: 'Forecast', type: 'main', index: 0 }]] } },
		},
		stage.credential,
	);
	const tool = node('get_weather', 'toolWorkflow', 2.2, {
		description: 'Tells the weather in a city',
		workflowId: { __rl: true, mode: 'id', value: called },
		workflowInputs: {
			mappingMode: 'defineBelow',
			value: { city: "={{ $fromAI('city', 'Name of the city', 'string') }}" },
			schema: [
				{ id: 'city', displayName: 'city', type: 'string', required: false, display: true, canBeUsedToMatch: true },
			],
		},
	});
	const execution = await execute(chatWith(tool, 'Use get_weather for Paris'));
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('StepFun Chat')[0]?.['content']).toContain('sunny in Paris');
});

test('the tools of an MCP server are offered and run', async () => {
	const { nodes } = readExample('07-connected-tools.json');
	await publish(
		stage.n8n,
		{
			name: 'MCP server',
			nodes: [
				{ ...node('MCP', 'mcpTrigger', 2.1, { path: 'stock' }), webhookId: 'stock' },
				nodes.find(({ name }) => name === 'get_stock')!,
				nodes.find(({ name }) => name === 'Calculator')!,
			],
			connections: {
				get_stock: { ai_tool: [[{ node: 'MCP', type: 'ai_tool', index: 0 }]] },
				Calculator: { ai_tool: [[{ node: 'MCP', type: 'ai_tool', index: 0 }]] },
			},
		},
		stage.credential,
	);
	const client = node('MCP Client', 'mcpClientTool', 1.4, { endpointUrl: `${stage.n8n.url}/mcp/stock` });
	const execution = await execute(
		chatWith(client, 'Use MCP_Client_get_stock for Cups and MCP_Client_Calculator for 340 / 12'),
	);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('StepFun Chat')[0]?.['content']).toContain(
		'MCP_Client_get_stock returned "340 cups in stock"; MCP_Client_Calculator returned "28.333333333333332".',
	);
});
