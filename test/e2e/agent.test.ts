import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRequest } from '../../emulator/types';
import type { Workflow, WorkflowNode } from '../../host/client';
import { credentialType } from '../../host/names';
import { publishChat, textOf } from './chat';
import { setStage, stopAndWatch } from './harness';
import { node, readExample, workflowOf } from './workflows';

const stage = setStage('Agent tests');

const bodies = () => stage.stepfun.requests.map(({ body }) => body as ChatRequest);

const model = (parameters: Record<string, unknown> = {}): WorkflowNode => ({
	...node('Model', 'n8n-nodes-stepfun.lmChatStepfun', 1, {
		model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
		...parameters,
	}),
	credentials: { [credentialType]: { id: null, name: '' } },
});

const importIt = (content: Workflow) => stage.n8n.importWorkflow(content, { [credentialType]: stage.credential });

const question = 'Use get_stock for Cups and Calculator for 340 / 12 in two rounds';

/** What StepFun has to see of a conversation of two rounds, the first with two calls side by side. */
function expectTwoRounds() {
	expect(stage.stepfun.requests.map(({ status, reasoningReplayed }) => [status, reasoningReplayed])).toEqual([
		[200, undefined],
		[200, true],
		[200, true],
	]);
	const call = (name: string, args: string) => ({
		id: expect.stringMatching(/^chatcmpl-tool-/),
		type: 'function',
		function: { name, arguments: args },
	});
	const messages = bodies()[2]!.messages;
	const [first, stock, boxes, second, last] = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
	expect(first).toEqual({
		role: 'assistant',
		content: null,
		tool_calls: [call('get_stock', '{"product":"Cups"}'), call('Calculator', '{"input":"340 / 12"}')],
		reasoning_content: expect.stringContaining('I will call get_stock, Calculator.'),
	});
	expect(stock).toMatchObject({ role: 'tool', content: expect.stringContaining('340 cups in stock') });
	expect(boxes).toMatchObject({ role: 'tool', content: expect.stringContaining('28.33') });
	expect(second).toMatchObject({
		role: 'assistant',
		tool_calls: [{ function: { name: 'Calculator' } }],
		reasoning_content: expect.stringContaining('I will call Calculator.'),
	});
	expect(last).toMatchObject({ role: 'tool' });
}

test('AI Agent: two rounds with two calls side by side, streamed, and a memory of them', async () => {
	const chat = await publishChat(stage.n8n, readExample('09-ai-agent.json'), stage.credential);
	stage.stepfun.options.chunkDelayMs = 2;
	const lines = await chat.say(question);
	expectTwoRounds();
	expect(textOf(lines)).toContain('Tool results (3): get_stock returned');
	expect(lines.filter(({ content }) => content).length).toBeGreaterThan(5);
	stage.stepfun.reset();
	expect(textOf(await chat.say('Answer without tools: what did I ask?'))).toContain(
		`Earlier questions (1): "${question}"`,
	);
	expect(stage.stepfun.requests).toHaveLength(1);
});

test('AI Agent: the same without streaming', async () => {
	const example = readExample('09-ai-agent.json');
	const nodes = example.nodes.map((one) =>
		one.name === 'AI Agent'
			? { ...one, parameters: { promptType: 'define', text: question, options: {} } }
			: one.type.endsWith('.chatTrigger')
				? node(one.name, 'n8n-nodes-base.manualTrigger', 1)
				: one,
	);
	const { 'Simple Memory': _, ...connections } = example.connections;
	const id = await importIt({ ...example, nodes: nodes.filter(({ name }) => name !== 'Simple Memory'), connections });
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expectTwoRounds();
	expect(execution.items('AI Agent')[0]?.['output']).toContain('Tool results (3): get_stock returned');
});

const schema = JSON.stringify({
	type: 'object',
	properties: { customer: { type: 'string' }, lamps: { type: 'number' } },
	required: ['customer', 'lamps'],
});
const parser = () => node('Parser', 'outputParserStructured', 1.3, { schemaType: 'manual', inputSchema: schema });
const order = 'The customer Ada Lovelace orders 12 lamps';

test('AI Agent with Structured Output Parser', async () => {
	const root = node('Agent', 'agent', 3.1, { promptType: 'define', text: order, hasOutputParser: true, options: {} });
	const execution = await stage.n8n.executeWorkflow(
		await importIt(
			workflowOf(root, [
				['ai_languageModel', model()],
				['ai_outputParser', parser()],
			]),
		),
	);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('Agent')).toEqual([{ output: { customer: 'Ada Lovelace', lamps: 12 } }]);
});

test('Basic LLM Chain with an image and Structured Output Parser', async () => {
	const root = node('Chain', 'chainLlm', 1.9, {
		promptType: 'define',
		text: order,
		hasOutputParser: true,
		messages: {
			messageValues: [
				{
					type: 'HumanMessagePromptTemplate',
					messageType: 'imageUrl',
					imageUrl: 'https://example.com/lamp.png',
					imageDetail: 'high',
				},
			],
		},
	});
	const execution = await stage.n8n.executeWorkflow(
		await importIt(
			workflowOf(root, [
				['ai_languageModel', model()],
				['ai_outputParser', parser()],
			]),
		),
	);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	// The chain writes the parser's instructions into the message, from which the emulator then takes its names too.
	expect(execution.items('Chain')).toEqual([{ output: { customer: expect.any(String), lamps: 12 } }]);
	expect(bodies()[0]?.messages.flatMap(({ content }) => (Array.isArray(content) ? content : []))).toContainEqual({
		type: 'image_url',
		image_url: { url: 'https://example.com/lamp.png', detail: 'high' },
	});
});

test('Information Extractor', async () => {
	const execution = await stage.n8n.executeWorkflow(await importIt(readExample('10-structured-extraction.json')));
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('Information Extractor')).toEqual([
		{ output: { customer: 'Ada Lovelace', order_number: 4711, urgent: expect.any(Boolean) } },
	]);
});

test('StepFun Chat as a tool of an AI Agent that StepFun drives', async () => {
	const root = node('Agent', 'agent', 3.1, {
		promptType: 'define',
		text: 'Use Translator for "good morning"',
		options: {},
	});
	const translator: WorkflowNode = {
		...node('Translator', 'n8n-nodes-stepfun.stepfunChatTool', 1, {
			descriptionType: 'manual',
			toolDescription: 'Translates a text into German',
			model: { __rl: true, mode: 'id', value: 'step-3.5-flash' },
			messages: {
				values: [{ role: 'user', content: "=Translate into German: {{ $fromAI('text', 'The text', 'string') }}" }],
			},
		}),
		credentials: { [credentialType]: { id: null, name: '' } },
	};
	const execution = await stage.n8n.executeWorkflow(
		await importIt(
			workflowOf(root, [
				['ai_languageModel', model()],
				['ai_tool', translator],
			]),
		),
	);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(bodies().map((body) => body.messages.at(-1)?.role)).toEqual(['user', 'user', 'tool']);
	expect(bodies()[1]?.messages).toEqual([{ role: 'user', content: 'Translate into German: good morning' }]);
	expect(execution.items('Agent')[0]?.['output']).toContain('Translator returned');
});

test('an error stands at the model, as readable as in StepFun Chat', async () => {
	stage.stepfun.fault({ status: 402 });
	const root = node('Chain', 'chainLlm', 1.9, { promptType: 'define', text: 'Hello' });
	const execution = await stage.n8n.executeWorkflow(await importIt(workflowOf(root, [['ai_languageModel', model()]])));
	expect(execution.status).toBe('error');
	expect(execution.error?.description).toContain('Top up the account on the StepFun platform');
	expect(stage.stepfun.requests).toHaveLength(1);
});

test('Stop in the middle of a streamed answer closes the socket within a second', async () => {
	const chat = await publishChat(stage.n8n, readExample('09-ai-agent.json'), stage.credential);
	stage.stepfun.options.chunkDelayMs = 100;
	const own = new AbortController();
	const said = chat.say('Answer without tools: tell me about tea', { signal: own.signal });
	said.catch(() => {});
	while (stage.stepfun.requests.length === 0) await sleep(50);
	await sleep(1000);
	const filter = encodeURIComponent(JSON.stringify({ workflowId: chat.workflowId, status: ['running'] }));
	const { results } = await stage.n8n.call<{ results: Array<{ id: string }> }>(
		'GET',
		`/rest/executions?filter=${filter}`,
	);
	expect(await stopAndWatch(stage, results[0]!.id)).toBeLessThan(1000);
	expect(stage.stepfun.requests[0]!.finished).toBe(false);
	// n8n 2.41 leaves the chat's own connection open after Stop.
	own.abort();
});
