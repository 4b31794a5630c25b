import type { Browser, Page } from 'playwright-core';
import type { ChatRequest } from '../../emulator/types';
import type { Execution, WorkflowNode } from '../../host/client';
import { credentialType } from '../../host/names';
import { byTestId, launch, openEditor, openNodePanel, openPage, parameter, screenshot } from './browser';
import { publishChat, textOf } from './chat';
import { setStage } from './harness';
import { node, readExample, workflowOf } from './workflows';

const stage = setStage('Model tests');

const bodies = () => stage.stepfun.requests.map(({ body }) => body as ChatRequest);

const model = (parameters: Record<string, unknown> = {}): WorkflowNode => ({
	...node('StepFun Chat Model', 'n8n-nodes-stepfun.lmChatStepfun', 1, {
		model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
		...parameters,
	}),
	credentials: { [credentialType]: { id: null, name: '' } },
});
const mood = { responseFormat: 'json_schema', jsonSchemaExample: '{"mood": "calm"}' };
const agent = (parameters: Record<string, unknown>) =>
	node('Root', 'agent', 3.1, { promptType: 'define', options: {}, ...parameters });

async function run(root: WorkflowNode, subNodes: Array<[kind: string, node: WorkflowNode]>): Promise<Execution> {
	const id = await stage.n8n.importWorkflow(workflowOf(root, subNodes), { [credentialType]: stage.credential });
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	return execution;
}

describe('an output parser beside a schema of the model: the answer follows the parser, and its schema alone is sent', () => {
	const text = 'The customer Ada Lovelace orders 12 lamps';
	const inputSchema = JSON.stringify({
		type: 'object',
		properties: { lamps: { type: 'number' } },
		required: ['lamps'],
	});
	const parser = node('Parser', 'outputParserStructured', 1.3, { schemaType: 'manual', inputSchema });
	const withParser = { promptType: 'define', text, hasOutputParser: true };

	test.each<[string, WorkflowNode, Array<[string, WorkflowNode]>]>([
		['AI Agent', agent(withParser), [['ai_outputParser', parser]]],
		['Basic LLM Chain', node('Root', 'chainLlm', 1.9, withParser), [['ai_outputParser', parser]]],
		['Basic LLM Chain before 1.9', node('Root', 'chainLlm', 1.6, withParser), [['ai_outputParser', parser]]],
		[
			'Information Extractor',
			node('Root', 'informationExtractor', 1.2, { text, schemaType: 'manual', inputSchema }),
			[],
		],
	])('%s', async (_, root, subNodes) => {
		const execution = await run(root, [['ai_languageModel', model(mood)], ...subNodes]);
		expect(execution.items('Root')).toEqual([{ output: { lamps: 12 } }]);
		expect(bodies().map((body) => 'response_format' in body)).toEqual([false]);
		expect(JSON.stringify(bodies())).not.toContain('mood');
	});
});

test('Basic LLM Chain with Item List Output Parser: no schema is sent', async () => {
	const root = node('Root', 'chainLlm', 1.9, { promptType: 'define', text: 'Colours, please', hasOutputParser: true });
	const parser = node('Parser', 'outputParserItemList', 1, { options: { numberOfItems: 1 } });
	const execution = await run(root, [
		['ai_languageModel', model(mood)],
		['ai_outputParser', parser],
	]);
	expect(JSON.stringify(execution.items('Root'))).toContain('You asked');
	expect(bodies().map((body) => 'response_format' in body)).toEqual([false]);
});

test('AI Agent with a schema of the model: the answer after the tools follows it', async () => {
	const execution = await run(agent({ text: 'Use Calculator for 340 / 12' }), [
		['ai_languageModel', model({ responseFormat: 'json_schema', jsonSchemaExample: '{"boxes": 1}' })],
		['ai_tool', node('Calculator', 'toolCalculator', 1)],
	]);
	expect(execution.items('Root')).toEqual([{ output: expect.stringMatching(/^\{"boxes":[\d.]+\}$/) }]);
	expect(bodies().map(({ response_format, tools }) => [response_format?.type, tools?.length])).toEqual([
		['json_schema', 1],
		['json_schema', 1],
	]);
});

test("AI Agent searches the web beside its tools; n8n's log has what was found and the real usage, though streamed", async () => {
	const example = readExample('09-ai-agent.json');
	const nodes = example.nodes.map((one) =>
		one.type.endsWith('.lmChatStepfun') ? { ...one, parameters: { ...one.parameters, webSearch: true } } : one,
	);
	const chat = await publishChat(stage.n8n, { ...example, nodes }, stage.credential);
	const lines = await chat.say('Use Calculator for 340 / 12');
	expect(textOf(lines)).toContain('Calculator returned');
	expect(bodies().map(({ tools }) => tools?.filter(({ type }) => type === 'web_search').length)).toEqual([1, 1]);
	expect(bodies().map(({ tools }) => tools?.length)).toEqual([3, 3]);

	const filter = encodeURIComponent(JSON.stringify({ workflowId: chat.workflowId }));
	const { results } = await stage.n8n.call<{ results: Array<{ id: string }> }>(
		'GET',
		`/rest/executions?filter=${filter}`,
	);
	const { runData } = await stage.n8n.finishedExecution(results[0]!.id);
	const logs = runData['StepFun Chat Model'] as unknown as Array<{
		data: { ai_languageModel: Array<Array<{ json: Record<string, unknown> }>> };
	}>;
	const [calls, answer] = logs.map(({ data }) => data.ai_languageModel[0]?.[0]?.json);
	const usage = { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) };
	expect(calls).toMatchObject({
		response: { generations: [[{ generationInfo: { tool_calls: [{ name: 'Calculator' }], usage } }]] },
	});
	expect(answer).toMatchObject({
		response: { generations: [[{ generationInfo: { search_results: [{ title: 'Result 1' }, {}], usage } }]] },
	});
	for (const log of [calls, answer]) {
		const { generations } = log?.['response'] as { generations: Array<Array<{ generationInfo: { usage: Usage } }>> };
		const counted = generations[0]![0]!.generationInfo.usage;
		expect(counted.completion_tokens).toBeGreaterThan(0);
		expect(log).not.toHaveProperty('tokenUsageEstimate');
		expect(log?.['tokenUsage']).toEqual({
			promptTokens: counted.prompt_tokens,
			completionTokens: counted.completion_tokens,
			totalTokens: counted.prompt_tokens + counted.completion_tokens,
		});
	}
});
type Usage = Record<'prompt_tokens' | 'completion_tokens', number>;

describe('the panel', () => {
	let browser: Browser;
	let page: Page;
	beforeAll(async () => {
		browser = await launch();
	});
	afterAll(async () => await browser?.close());
	beforeEach(async () => {
		page = await openPage(browser, stage.n8n);
	});
	afterEach(async () => await page.context().close());

	const open = async (connected: boolean) => {
		const { connections, ...workflow } = workflowOf(agent({ text: 'Hello' }), [['ai_languageModel', model()]]);
		const { 'StepFun Chat Model': _, ...others } = connections;
		const nodes = workflow.nodes.map((one) =>
			one.name === 'StepFun Chat Model' ? { ...one, position: [220, 220] as [number, number] } : one,
		);
		const id = await stage.n8n.importWorkflow(
			{ ...workflow, nodes, connections: connected ? connections : others },
			{ [credentialType]: stage.credential },
		);
		await openEditor(page, stage.n8n, id);
		return await openNodePanel(page, 'StepFun Chat Model');
	};
	const notice = 'This node must be connected to an AI chain';

	test('says that the node must be connected, and offers the AI nodes', async () => {
		const panel = await open(false);
		await panel.getByText(notice).waitFor();
		await screenshot(page, 'model-unconnected');
		await panel.getByText('Insert one').click();
		await byTestId(page, 'node-creator').getByText('AI Agent', { exact: true }).first().waitFor();
		await screenshot(page, 'model-insert-one');
	});

	test('says nothing of it once the node is connected, and shows the fields of a schema when it is chosen', async () => {
		const panel = await open(true);
		await parameter(panel, 'responseFormat').waitFor();
		expect(await panel.getByText(notice).isVisible()).toBe(false);
		expect(await parameter(panel, 'jsonSchemaExample').isVisible()).toBe(false);
		await parameter(panel, 'responseFormat').click();
		await page.getByText('JSON Schema', { exact: true }).click();
		await parameter(panel, 'jsonSchemaExample').waitFor();
		await parameter(panel, 'webSearch').scrollIntoViewIfNeeded();
		await screenshot(page, 'model-schema');
	});
});
