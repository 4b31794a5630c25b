import { ExecuteContext } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type StructuredChunk } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';
import { weatherNode } from './weather';

const { api } = useStage();

/** Runs a workflow as a trigger that responds by Streaming starts it; gives back what the chat was sent, in order. */
async function streaming(parameters: IDataObject, more: Partial<WorkflowOptions> = {}) {
	const chunks: Array<StructuredChunk & { at: number }> = [];
	const execution = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode(parameters)],
		mode: 'webhook',
		additionalData: { streamingEnabled: true },
		hooks: (hooks) => hooks.addHandler('sendChunk', (chunk) => void chunks.push({ ...chunk, at: Date.now() })),
		...more,
	});
	const ofItem = (itemIndex: number) => chunks.filter(({ metadata }) => metadata.itemIndex === itemIndex);
	const types = (itemIndex: number) => ofItem(itemIndex).map(({ type }) => type);
	const text = (itemIndex: number) =>
		ofItem(itemIndex)
			.map(({ type, content }) => (type === 'item' ? content : ''))
			.join('');
	return { ...execution, chunks, types, text };
}

const say = (content: string, options: IDataObject = {}): IDataObject => ({
	messages: { values: [{ role: 'user', content }] },
	options,
});
const sse = (...deltas: object[]): string =>
	deltas
		.map((delta) => `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta }] })}\n\n`)
		.join('');

test('the text grows while the answer is written, in one message that begins and ends once', async () => {
	api.options.chunkDelayMs = 5;
	const { chunks, types, text, json } = await streaming(say('Tell me about tea'));
	const [item] = json('StepFun Chat');
	expect(text(0)).toBe(item?.['content']);
	expect(types(0)[0]).toBe('begin');
	expect(types(0).at(-1)).toBe('end');
	const pieces = types(0).slice(1, -1);
	expect(new Set(pieces)).toEqual(new Set(['item']));
	expect(pieces.length).toBeGreaterThan(5);
	expect(chunks.at(-2)!.at - chunks[1]!.at).toBeGreaterThan(20);
	expect(chunks[1]?.metadata).toMatchObject({ nodeName: 'StepFun Chat', itemIndex: 0 });
});

test('items side by side have a message each', async () => {
	api.options.chunkDelayMs = 2;
	const { text, types, json, chunks } = await streaming(say('=Tell me about {{ $json.topic }}'), {
		items: [{ json: { topic: 'tea' } }, { json: { topic: 'rain' } }],
	});
	expect([text(0), text(1)]).toEqual(json('StepFun Chat').map(({ content }) => content));
	for (const i of [0, 1]) expect(types(i).filter((type) => type !== 'item')).toEqual(['begin', 'end']);
	const order = chunks.map(({ metadata }) => metadata.itemIndex);
	expect(order.indexOf(1)).toBeLessThan(order.lastIndexOf(0));
});

test('an option turns it off, and without a streaming trigger nothing is sent', async () => {
	expect((await streaming(say('Hello', { enableStreaming: false }))).chunks).toEqual([]);
	expect((await streaming(say('Hello'), { additionalData: {} })).chunks).toEqual([]);
});

test('a host without the streaming functions runs the node as before', async () => {
	const host = Object.getPrototypeOf(ExecuteContext.prototype) as Partial<ExecuteContext>;
	expect(host).toHaveProperty('isStreaming');
	const { isStreaming, sendChunk } = host;
	delete host.isStreaming;
	delete host.sendChunk;
	try {
		const { run, json, chunks } = await streaming(say('Hello'));
		expect(run.status).toBe('success');
		expect(json('StepFun Chat')).toHaveLength(1);
		expect(chunks).toEqual([]);
	} finally {
		Object.assign(host, { isStreaming, sendChunk });
	}
});

test('reasoning comes first where it is asked for, as a quotation', async () => {
	api.fault({
		raw: [
			sse({ reasoning: 'First\nsec' }, { reasoning: 'ond.' }, { content: 'The ' }, { content: 'answer' }),
			'data: [DONE]\n\n',
		],
	});
	expect((await streaming(say('Hello', { streamReasoning: true }))).text(0)).toBe('> First\n> second.\n\nThe answer');
	api.fault({ raw: `${sse({ reasoning: 'First' }, { content: 'The answer' })}data: [DONE]\n\n` });
	expect((await streaming(say('Hello'))).text(0)).toBe('The answer');
});

test('one message through a loop of tools, its rounds apart', async () => {
	const call = {
		index: 0,
		id: 'call_1',
		type: 'function',
		function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
	};
	api.fault([
		{ raw: `${sse({ content: 'Let me look.' }, { tool_calls: [call] })}data: [DONE]\n\n` },
		{ raw: `${sse({ content: 'It is sunny.' })}data: [DONE]\n\n` },
	]);
	const { text, types, json } = await streaming(say('Weather?'), {
		types: { weather: weatherNode() },
		nodes: [chatNode(say('Weather?')), { name: 'Weather', type: 'weather' }],
		connections: { Weather: { ai_tool: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]] } },
	});
	expect(text(0)).toBe('Let me look.\n\nIt is sunny.');
	expect(types(0).filter((type) => type !== 'item')).toEqual(['begin', 'end']);
	expect(json('StepFun Chat')[0]?.['content']).toBe('It is sunny.');
});

test('what was shown is never shown again by another try', async () => {
	const cut = { raw: sse({ reasoning: 'Well, ' }), resetAfterBytes: 10_000 };
	api.fault(cut);
	const hidden = await streaming(say('Hello', { retries: 1 }));
	expect(api.requests).toHaveLength(2);
	expect(hidden.text(0)).toBe(hidden.json('StepFun Chat')[0]?.['content']);

	api.fault(cut);
	const shown = await streaming(say('Hello', { retries: 1, streamReasoning: true }));
	expect(api.requests).toHaveLength(3);
	expect(shown.text(0)).toBe('> Well, ');
	// n8n itself tells the chat of an error that ends the execution.
	expect(shown.types(0)).toEqual(['begin', 'item', 'error']);
	expect(shown.run.status).toBe('error');
});

test('a failed item says so in its own message', async () => {
	api.fault({ status: 402 });
	const { chunks, types } = await streaming(say('Hello'), {
		nodes: [chatNode(say('Hello'), { onError: 'continueRegularOutput' })],
	});
	expect(types(0)).toEqual(['begin', 'error']);
	expect(chunks.at(-1)?.content).toContain('Top up the account on the StepFun platform');
	const wrong = say('Hello', { maxTokens: -1 });
	const unsent = await streaming(wrong, { nodes: [chatNode(wrong, { onError: 'continueErrorOutput' })] });
	expect(unsent.types(0)).toEqual(['begin', 'error']);
	expect(unsent.chunks.at(-1)?.content).toContain('Maximum Number of Tokens must be a whole number');
});
