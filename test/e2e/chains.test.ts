import type { ChatRequest } from '../../emulator/types';
import type { Execution, Workflow, WorkflowNode } from '../../host/client';
import { credentialType } from '../../host/names';
import { setStage } from './harness';
import { node, workflowOf } from './workflows';

const stage = setStage('Chain tests');

const bodies = () => stage.stepfun.requests.map(({ body }) => body as ChatRequest);

// The trace that a message of blocks leaves where a chain makes text of it.
afterEach(() => expect(JSON.stringify(bodies())).not.toContain('[object Object]'));

const model: WorkflowNode = {
	...node('Model', 'n8n-nodes-stepfun.lmChatStepfun', 1, {
		model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
		reasoningEffort: 'low',
	}),
	credentials: { [credentialType]: { id: null, name: '' } },
};

/** Lets the model think, and then answer the next requests with these texts. */
function answers(...texts: string[]) {
	stage.stepfun.fault(
		texts.map((text) => {
			const middle = Math.ceil(text.length / 2);
			const deltas = [{ reasoning: 'Let me ' }, { reasoning: 'see.' }].concat(
				...[text.slice(0, middle), text.slice(middle)].map((content) => ({ content }) as never),
			);
			const choices = [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: 'stop' }];
			const chunks = choices.map((choice) => ({ id: 'x', model: 'm', choices: [{ index: 0, ...choice }] }));
			return { raw: [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`) };
		}),
	);
}

const fenced = (value: unknown) => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;

async function run(workflow: Workflow): Promise<Execution> {
	const id = await stage.n8n.importWorkflow(workflow, { [credentialType]: stage.credential });
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	return execution;
}

const runChain = (type: string, typeVersion: number, parameters: Record<string, unknown>) =>
	run(workflowOf(node('Chain', type, typeVersion, parameters), [['ai_languageModel', model]]));

test('Basic LLM Chain', async () => {
	const execution = await runChain('chainLlm', 1.9, { promptType: 'define', text: 'Hello' });
	expect(execution.items('Chain')).toEqual([{ text: expect.stringMatching(/^You asked: "Hello"\. The StepFun/) }]);
});

describe('an answer that the parser cannot read is mended', () => {
	const schema = JSON.stringify({
		type: 'object',
		properties: { customer: { type: 'string' }, lamps: { type: 'number' } },
		required: ['customer', 'lamps'],
	});
	const order = { customer: 'Ada Lovelace', lamps: 12 };
	const roots: Array<[string, WorkflowNode]> = [
		[
			'Basic LLM Chain',
			node('Root', 'chainLlm', 1.9, { promptType: 'define', text: 'An order', hasOutputParser: true }),
		],
		[
			'Basic LLM Chain before 1.9',
			node('Root', 'chainLlm', 1.6, { promptType: 'define', text: 'An order', hasOutputParser: true }),
		],
		['AI Agent', node('Root', 'agent', 3.1, { promptType: 'define', text: 'An order', hasOutputParser: true })],
	];
	const wrong: Array<[string, string]> = [
		['prose', 'Ada Lovelace wants 12 lamps.'],
		['JSON that breaks the schema', fenced({ output: { customer: 'Ada Lovelace', lamps: 'twelve' } })],
	];

	/** The model at the root, and at the parser that asks it once more. */
	const withParser = (root: WorkflowNode, parser: WorkflowNode, ...inner: WorkflowNode[]): Workflow => {
		const workflow = workflowOf(root, [
			['ai_languageModel', model],
			['ai_outputParser', parser],
		]);
		const to = (name: string, type: string) => ({ node: name, type, index: 0 });
		return {
			...workflow,
			nodes: [...workflow.nodes, ...inner],
			connections: {
				...workflow.connections,
				[model.name]: {
					ai_languageModel: [[to(root.name, 'ai_languageModel'), to(parser.name, 'ai_languageModel')]],
				},
				...Object.fromEntries(
					inner.map(({ name }) => [name, { ai_outputParser: [[to(parser.name, 'ai_outputParser')]] }]),
				),
			},
		};
	};

	describe.each(roots)('%s', (_, root) => {
		test.each(wrong)('with Auto-fixing Output Parser: %s', async (_kind, answer) => {
			answers(answer, fenced({ output: order }));
			const parser = node('Structured', 'outputParserStructured', 1.3, { schemaType: 'manual', inputSchema: schema });
			const execution = await run(withParser(root, node('Fixing', 'outputParserAutofixing', 1), parser));
			expect(execution.items('Root')).toEqual([{ output: order }]);
			expect(stage.stepfun.requests).toHaveLength(2);
			expect(JSON.stringify(bodies()[1]?.messages)).toContain('Ada Lovelace');
		});

		test.each(wrong)('with Structured Output Parser that fixes: %s', async (_kind, answer) => {
			answers(answer, fenced({ output: order }));
			const parser = node('Structured', 'outputParserStructured', 1.3, {
				schemaType: 'manual',
				inputSchema: schema,
				autoFix: true,
			});
			const execution = await run(withParser(root, parser));
			expect(execution.items('Root')).toEqual([{ output: order }]);
			expect(stage.stepfun.requests).toHaveLength(2);
		});
	});
});

describe('Information Extractor', () => {
	const parameters = {
		text: 'The customer Ada Lovelace orders 12 lamps',
		attributes: {
			attributes: [
				{ name: 'customer', type: 'string', description: 'Who orders', required: true },
				{ name: 'lamps', type: 'number', description: 'How many', required: true },
			],
		},
	};

	test.each([
		['at once', []],
		['in a second answer', ['Ada Lovelace wants 12 lamps.']],
	])('the right answer comes %s', async (_, before) => {
		answers(...before, fenced({ customer: 'Ada Lovelace', lamps: 12 }));
		const execution = await runChain('informationExtractor', 1.2, parameters);
		expect(execution.items('Chain')).toEqual([{ output: { customer: 'Ada Lovelace', lamps: 12 } }]);
		expect(stage.stepfun.requests).toHaveLength(before.length + 1);
	});
});

describe('Summarization Chain', () => {
	// More than the 3,000 tokens that the chain takes at once.
	const text = Array.from({ length: 600 }, (_, i) => `Sentence ${i + 1} tells of lamps.`).join(' ');

	test.each([
		['map_reduce', ['First part.', 'Second part.', 'Both parts.'], { text: 'Both parts.' }],
		['refine', ['First part.', 'Both parts.'], { output_text: 'Both parts.' }],
		['stuff', ['All of it.'], { text: 'All of it.' }],
	])('%s', async (summarizationMethod, given, output) => {
		answers(...given);
		const root = node('Chain', 'chainSummarization', 2.1, {
			chunkSize: 10_000,
			chunkOverlap: 0,
			options: { summarizationMethodAndPrompts: { values: { summarizationMethod } } },
		});
		const workflow = workflowOf(root, [['ai_languageModel', model]]);
		const set = node('Text', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ text }) });
		const execution = await run({
			...workflow,
			nodes: [...workflow.nodes, set],
			connections: {
				...workflow.connections,
				Start: { main: [[{ node: 'Text', type: 'main', index: 0 }]] },
				Text: { main: [[{ node: 'Chain', type: 'main', index: 0 }]] },
			},
		});
		expect(execution.items('Chain')).toEqual([{ output }]);
		expect(stage.stepfun.requests).toHaveLength(given.length);
		const last = JSON.stringify(bodies().at(-1)?.messages);
		for (const part of given.slice(0, -1)) expect(last).toContain(part);
	});
});

describe.each([
	['at once', [], {}],
	['in a second answer', ['I am not sure how to put it.'], { enableAutoFixing: true }],
])('the right answer comes %s', (_, before, fixing) => {
	test('Sentiment Analysis', async () => {
		answers(...before, fenced({ sentiment: 'Negative', strength: 0.9, confidence: 0.8 }));
		const execution = await runChain('sentimentAnalysis', 1.1, {
			inputText: 'This lamp is broken',
			options: { includeDetailedResults: true, ...fixing },
		});
		expect(execution.items('Chain', 2)).toEqual([
			{ sentimentAnalysis: { category: 'Negative', strength: 0.9, confidence: 0.8 } },
		]);
		expect(stage.stepfun.requests).toHaveLength(before.length + 1);
	});

	test('Text Classifier', async () => {
		answers(...before, fenced({ Praise: false, Complaint: true }));
		const execution = await runChain('textClassifier', 1.1, {
			inputText: 'This lamp is broken',
			categories: { categories: ['Praise', 'Complaint'].map((category) => ({ category, description: category })) },
			options: fixing,
		});
		expect([execution.items('Chain', 0), execution.items('Chain', 1)]).toEqual([[], [{}]]);
		expect(stage.stepfun.requests).toHaveLength(before.length + 1);
	});
});

test('Guardrails', async () => {
	answers(JSON.stringify({ confidenceScore: 0.1, flagged: false }));
	const execution = await runChain('guardrails', 2, {
		operation: 'classify',
		text: 'A lamp for the desk',
		guardrails: { nsfw: { value: { threshold: 0.7 } } },
	});
	expect(execution.items('Chain', 0)).toMatchObject([
		{ checks: [{ triggered: false, confidenceScore: 0.1, executionFailed: false }] },
	]);
});

test("n8n's log of the model shows its settings, and of a round of tool calls the reasoning and the calls", async () => {
	const root = node('Agent', 'agent', 3.1, { promptType: 'define', text: 'Use Calculator for 340 / 12', options: {} });
	const execution = await run(
		workflowOf(root, [
			['ai_languageModel', model],
			['ai_tool', node('Calculator', 'toolCalculator', 1)],
		]),
	);
	const logs = execution.runData['Model'] as unknown as Array<
		Record<'data' | 'inputOverride', { ai_languageModel: Array<Array<{ json: Record<string, unknown> }>> }>
	>;
	expect(logs.map(({ inputOverride }) => inputOverride.ai_languageModel[0]?.[0]?.json['options'])).toEqual([
		{ model: 'step-3.7-flash', reasoning_effort: 'low' },
		{ model: 'step-3.7-flash', reasoning_effort: 'low' },
	]);
	expect(logs.map(({ data }) => data.ai_languageModel[0]?.[0]?.json['response'])).toMatchObject([
		{
			generations: [
				[
					{
						text: '',
						generationInfo: {
							reasoning: expect.stringContaining('I will call Calculator.'),
							tool_calls: [{ name: 'Calculator', args: { input: '340 / 12' } }],
						},
					},
				],
			],
		},
		{
			generations: [
				[
					{
						text: expect.stringContaining('Calculator returned'),
						generationInfo: { reasoning: expect.stringContaining('I can answer now.') },
					},
				],
			],
		},
	]);
});
