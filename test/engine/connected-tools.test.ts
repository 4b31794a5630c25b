import { EventEmitter, once } from 'node:events';
import { DynamicStructuredTool } from '@langchain/core/tools';
import { StructuredToolkit } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeType } from 'n8n-workflow';
import { z } from 'zod';
import type { ChatRequest, Message } from '../../emulator/types';
import { chatNode, customEndpoint, runWorkflow, startWorkflow, type WorkflowOptions } from './harness';
import { anyCallId, useStage } from './stage';

const { api } = useStage();

const description = (name: string): INodeType['description'] => ({
	displayName: name,
	name,
	group: ['transform'],
	version: 1,
	description: `Tells the ${name}`,
	defaults: { name },
	inputs: [],
	outputs: [NodeConnectionTypes.AiTool],
	properties: [],
});

/** A tool node of n8n: it supplies a LangChain tool. */
const toolNode = (name: string, answer: (args: { city: string }) => unknown): INodeType => ({
	description: description(name),
	async supplyData() {
		return {
			response: new DynamicStructuredTool({
				name,
				description: `Tells the ${name} of a city`,
				schema: z.object({ city: z.string().describe('Name of the city') }),
				func: async (args: { city: string }) => (await answer(args)) as string,
			}),
		};
	},
});

const weather = toolNode('get_weather', ({ city }) => `${city} is sunny`);
const time = toolNode('get_time', ({ city }) => ({ city, time: '12:00' }));

/** An ordinary node that n8n turns into a tool. */
const usedAsTool: INodeType = {
	description: {
		...description('population'),
		properties: [
			{ displayName: 'City', name: 'city', type: 'string', default: '' },
			{
				displayName: 'Tool Description',
				name: 'toolDescription',
				type: 'string',
				default: 'Tells how many people live in a city',
			},
		],
	},
	async execute(this: IExecuteFunctions) {
		return [[{ json: { city: this.getNodeParameter('city', 0) as string, people: 700_000 } }]];
	},
};

const fromAi = {
	city: "={{ $fromAI('city', 'Name of the city', 'string') }}",
	toolDescription: 'Tells how many people live in a city',
};

/** StepFun Chat with tool nodes on its Tools input. */
const withTools = (
	types: Record<string, INodeType>,
	parameters: IDataObject,
	options: Partial<WorkflowOptions> = {},
): WorkflowOptions => ({
	credential: customEndpoint(api.url),
	types,
	nodes: [chatNode(parameters), ...Object.keys(types).map((type) => ({ name: type, type, parameters: {} }))],
	connections: Object.fromEntries(
		Object.keys(types).map((type) => [
			type,
			{ ai_tool: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]] },
		]),
	),
	...options,
});

const ask = (content: string, options: IDataObject = {}): IDataObject => ({
	messages: { values: [{ role: 'user', content }] },
	options,
});
const bodies = () => api.requests.map(({ body }) => body as ChatRequest);
const results = (request: ChatRequest | undefined) =>
	request?.messages.filter((message): message is Extract<Message, { role: 'tool' }> => message.role === 'tool');

test('offers connected tools, runs their calls and answers with the results', async () => {
	const { json, run } = await runWorkflow(
		withTools({ get_weather: weather, get_time: time }, ask('Use get_weather and get_time for Berlin in two rounds')),
	);
	expect(run.status).toBe('success');
	expect(bodies()[0]?.tools?.find((tool) => tool.function?.['name'] === 'get_weather')).toEqual({
		type: 'function',
		function: {
			name: 'get_weather',
			description: 'Tells the get_weather of a city',
			parameters: {
				type: 'object',
				properties: { city: { type: 'string', description: 'Name of the city' } },
				required: ['city'],
				additionalProperties: false,
			},
		},
	});
	expect(bodies()).toHaveLength(3);
	expect(api.requests.map(({ reasoningReplayed }) => reasoningReplayed)).toEqual([undefined, true, true]);
	expect(results(bodies()[1])?.map(({ content }) => content)).toEqual([
		'Berlin is sunny',
		'{"city":"Berlin","time":"12:00"}',
	]);
	const [item] = json('StepFun Chat');
	expect(item?.['content']).toContain('get_weather returned "Berlin is sunny"');
	expect(item?.['tool_calls']).toEqual([]);
	expect(item).not.toHaveProperty('messages');
	const usages = await Promise.all(bodies().map(usageOf));
	expect((item?.['usage'] as IDataObject)['completion_tokens']).toBe(usages.reduce((a, b) => a + b));
});

/** Completion tokens that the emulator counts for a request when it is sent once more, alone. */
async function usageOf(body: ChatRequest): Promise<number> {
	const response = await fetch(`${api.url}/chat/completions`, {
		method: 'POST',
		headers: { authorization: 'Bearer sk-emulator', 'content-type': 'application/json' },
		body: JSON.stringify({ ...body, stream: false }),
	});
	return ((await response.json()) as { usage: { completion_tokens: number } }).usage.completion_tokens;
}

test('the whole exchange comes out as messages, and another StepFun Chat takes it as it is', async () => {
	const workflow = withTools({ get_weather: weather }, ask('Use get_weather for Oslo', { returnMessages: true }));
	const next = chatNode(
		{
			specifyMessages: 'json',
			messagesJson: '={{ $json.messages.concat({role: "user", content: "Answer without tools"}) }}',
		},
		{ name: 'Next' },
	);
	const { json } = await runWorkflow({
		...workflow,
		nodes: [...workflow.nodes, next],
		connections: {
			...workflow.connections,
			'StepFun Chat': { main: [[{ node: 'Next', type: NodeConnectionTypes.Main, index: 0 }]] },
		},
	});
	const [item] = json('StepFun Chat');
	expect(item?.['messages']).toEqual([
		{ role: 'user', content: 'Use get_weather for Oslo' },
		{
			role: 'assistant',
			content: null,
			tool_calls: [
				{
					id: anyCallId,
					type: 'function',
					function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
				},
			],
			reasoning_content: expect.stringContaining('I will call get_weather'),
		},
		{ role: 'tool', tool_call_id: anyCallId, content: 'Oslo is sunny' },
		{ role: 'assistant', content: item?.['content'] },
	]);
	expect(bodies()[2]?.messages).toEqual([
		...(item?.['messages'] as unknown[]),
		{ role: 'user', content: 'Answer without tools' },
	]);
	expect(json('Next')).toHaveLength(1);
});

test('a toolkit, and an ordinary node used as a tool', async () => {
	const toolkit: INodeType = {
		description: description('toolkit'),
		async supplyData() {
			const tool = (name: string) =>
				new DynamicStructuredTool({
					name,
					description: name,
					schema: z.object({ city: z.string() }),
					func: async ({ city }: { city: string }) => `${name} of ${city}`,
				});
			return { response: new StructuredToolkit([tool('mayor'), tool('river')]) };
		},
	};
	const workflow = withTools({ toolkit, population: usedAsTool }, ask('Use mayor, river and population for Oslo'));
	const nodes = workflow.nodes.map((node) => (node.name === 'population' ? { ...node, parameters: fromAi } : node));
	const { run } = await runWorkflow({ ...workflow, nodes });
	expect(run.status).toBe('success');
	expect(results(bodies()[1])?.map(({ content }) => content)).toEqual([
		'mayor of Oslo',
		'river of Oslo',
		'[{"city":"Oslo","people":700000}]',
	]);
	// What n8n shows on the canvas: the tool's own run, with what went in and out.
	expect(run.data.resultData.runData['population']?.[0]).toMatchObject({
		executionStatus: 'success',
		data: { ai_tool: [[{ json: { response: [{ city: 'Oslo', people: 700_000 }] } }]] },
	});
});

test('items side by side do not mix up their calls of a node that is used as a tool', async () => {
	const workflow = withTools({ population: usedAsTool }, ask('=Use population for {{ $json.city }}'), {
		items: ['Oslo', 'Rome', 'Bonn'].map((city) => ({ json: { city } })),
	});
	const nodes = workflow.nodes.map((node) => (node.name === 'population' ? { ...node, parameters: fromAi } : node));
	const { run, json } = await runWorkflow({ ...workflow, nodes });
	expect(json('StepFun Chat').map(({ content }) => /"city":"(\w+)"/.exec(content as string)?.[1])).toEqual([
		'Oslo',
		'Rome',
		'Bonn',
	]);
	expect(run.data.resultData.runData['population']?.map(({ executionStatus }) => executionStatus)).toEqual([
		'success',
		'success',
		'success',
	]);
});

test('a tool that throws is told to the model', async () => {
	const closed = toolNode('get_weather', () => {
		throw new Error('the station is closed');
	});
	const { json } = await runWorkflow(withTools({ get_weather: closed }, ask('Use get_weather for Oslo')));
	expect(json('StepFun Chat')[0]?.['content']).toContain('the station is closed');
});

test('ends with an error item that keeps the last completion when the model goes on calling', async () => {
	const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
	api.fault(() => ({
		body: JSON.stringify({
			id: 'x',
			model: 'm',
			choices: [
				{ index: 0, message: { role: 'assistant', content: '', tool_calls: [call] }, finish_reason: 'tool_calls' },
			],
			usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
		}),
	}));
	const workflow = withTools({ get_weather: weather }, ask('Use get_weather for Oslo', { maxToolsIterations: 2 }));
	const nodes = workflow.nodes.map((node) =>
		node.name === 'StepFun Chat' ? { ...node, onError: 'continueRegularOutput' as const } : node,
	);
	const { json } = await runWorkflow({ ...workflow, nodes });
	expect(api.requests).toHaveLength(3);
	expect(json('StepFun Chat')).toEqual([
		expect.objectContaining({
			message: 'The model still calls tools after reaching Max Tool Iterations (2)',
			error: expect.objectContaining({
				type: 'too_many_iterations',
				partial: expect.objectContaining({ usage: expect.objectContaining({ total_tokens: 9 }) }),
			}),
		}),
	]);
});

test('Stop ends a running tool', async () => {
	const running = new EventEmitter();
	const started = once(running, 'start');
	const endless = toolNode('get_weather', () => {
		running.emit('start');
		return new Promise(() => {});
	});
	const execution = startWorkflow(withTools({ get_weather: endless }, ask('Use get_weather for Oslo')));
	await started;
	const stopped = Date.now();
	execution.cancel();
	expect((await execution).status).toBe('canceled');
	expect(Date.now() - stopped).toBeLessThan(1000);
	expect(api.requests).toHaveLength(1);
});

test('a host without the AI SDK runs the node, and says what is missing once a tool is connected', async () => {
	jest.doMock('@n8n/ai-node-sdk', () => {
		throw new Error("Cannot find module '@n8n/ai-node-sdk'");
	});
	try {
		const plain = await runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode()] });
		expect(plain.json('StepFun Chat')).toHaveLength(1);
		const { run } = await runWorkflow(withTools({ get_weather: weather }, ask('Use get_weather for Oslo')));
		expect(run.data.resultData.error).toMatchObject({
			message: expect.stringContaining('cannot connect AI nodes'),
			description: expect.stringContaining('n8n to 2.16 or newer'),
		});
	} finally {
		jest.dontMock('@n8n/ai-node-sdk');
	}
});
