import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { OutputFixingParser, StructuredOutputParser } from '@langchain/classic/output_parsers';
import type { IDataObject, NodeOperationError } from 'n8n-workflow';
import { z } from 'zod';
import { foreignLabels, runCalls, streamed, tool, tools, useModel, ways, type Model } from './chain';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();
const { bodies, using, workflow } = useModel(api);

const byExample = { responseFormat: 'json_schema', jsonSchemaExample: '{"customer": "Ada", "lamps": 12}' };
const bySchema = (schema: object, others: IDataObject = {}) => ({
	responseFormat: 'json_schema',
	schemaType: 'manual',
	inputSchema: JSON.stringify(schema),
	...others,
});
const mood = { title: 'Mood of a mail', type: 'object', properties: { mood: { enum: ['calm', 'angry'] } } };
const search = { webSearch: true, webSearchDescription: 'Searches for lamps' };
const extraBody = (fields: object) => ({ options: { extraBody: JSON.stringify(fields) } });
const model = { __rl: true, mode: 'id', value: 'step-3.5-flash' };

/** What a node that has these fields sends, but for the conversation. */
const withoutMessages = () => {
	const { messages: _, ...fields } = bodies().at(-1)!;
	return fields;
};

test.each<[string, IDataObject]>([
	['nothing', {}],
	['Text', { responseFormat: 'text' }],
	['JSON Object', { responseFormat: 'json_object' }],
	['a schema from an example', byExample],
	['a schema', bySchema(mood)],
	['a schema that is not strict', bySchema(mood, { strictSchema: false })],
	['the schema of another format', bySchema(mood, { responseFormat: 'json_object' })],
	['a search', search],
	['a search and a schema', { ...search, ...byExample }],
	['extra fields', extraBody({ tool_choice: 'auto', user: 'u1', nothing: null })],
	[
		'extra fields that override the panel',
		{ ...byExample, ...extraBody({ response_format: { type: 'json_object' } }) },
	],
	['extra fields that take away', { ...byExample, ...search, ...extraBody({ response_format: null, tools: null }) }],
	['an answer that is no stream', extraBody({ stream: false })],
	['extra fields beside options', { options: { temperature: 0.1, topP: 0.2, extraBody: '{"temperature": 0.9}' } }],
])('%s: the same fields make the same request as in StepFun Chat', async (_, parameters) => {
	await runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode({ model, ...parameters })] });
	const chat = withoutMessages();
	await using((chatModel) => chatModel.invoke('Hello'), parameters);
	expect(withoutMessages()).toEqual(chat);
	await using((chatModel) => streamed(chatModel as never, [new HumanMessage('Hello')]), parameters);
	expect(withoutMessages()).toEqual(chat);
	expect(api.requests).toHaveLength(3);
});

test('the answer to a schema is its JSON, as text', async () => {
	const order = 'Ada Lovelace orders 12 lamps';
	const [whole, pieces] = await using(
		async (chatModel) => [
			(await chatModel.invoke(order)).content,
			(await streamed(chatModel as never, [new HumanMessage(order)])).whole.content,
		],
		byExample,
	);
	for (const content of [whole, pieces]) {
		expect(JSON.parse(content as string)).toEqual({ customer: expect.any(String), lamps: 12 });
	}
});

test.each<[string, IDataObject, string]>([
	['a schema that is none', bySchema({ title: 'x' }), 'JSON Schema is not a valid schema'],
	['broken JSON', { ...bySchema({}), inputSchema: '{"type": }' }, 'JSON Schema is not valid JSON: see line 1'],
	['an example that is a list', { ...byExample, jsonSchemaExample: '[1]' }, 'JSON Example is not an object'],
	['extra fields that are a list', extraBody([1]), 'Extra Body Fields is not a JSON object'],
	['an extra field of the wrong kind', extraBody({ top_p: 'x' }), 'In Extra Body Fields, top_p is not'],
	['an option out of range', { options: { temperature: 3 } }, 'Sampling Temperature must be'],
	['an effort that there is not', { reasoningEffort: '={{ "none" }}' }, 'does not support the Reasoning Effort'],
	['a field without a value', { ...byExample, jsonSchemaExample: '={{ undefined }}' }, 'JSON Example has no value'],
	['a conversation', extraBody({ messages: [{ role: 'user', content: 'x' }] }), 'Extra Body Fields contains messages'],
	['a function with the name of a tool', extraBody({ tools: [{ name: 'get_time' }] }), '"get_time" is used twice'],
])('%s is told before anything is sent', async (_, parameters, message) => {
	const failed = using((chatModel) => chatModel.bindTools(tools).invoke('Hello'), parameters);
	await expect(failed).rejects.toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringMatching(/\w/),
		functionality: 'configuration-node',
		node: { name: 'StepFun Chat Model' },
	});
	const said = await failed.catch((error: NodeOperationError) => `${error.message} ${error.description}`);
	expect(foreignLabels.filter((label) => String(said).includes(label))).toEqual([]);
	expect(api.requests).toHaveLength(0);
});

describe.each(Object.entries(ways))('an answer that is to be JSON, by %s', (_name, way) => {
	const question = 'Ada wants 12 lamps';
	const right = '{"customer":"Ada","lamps":12}';
	const wrong = '{"customer":"Ada","lamps":"twelve"}';
	const usage = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };
	const answers = (...texts: string[]) => {
		const chunks = (content: string) => [
			...[content.slice(0, 5), content.slice(5)].map((piece) => ({
				choices: [{ index: 0, delta: { content: piece } }],
			})),
			{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage },
		];
		api.fault(
			texts.map((text) => ({
				raw: `${chunks(text)
					.map((chunk) => `data: ${JSON.stringify({ id: 'x', ...chunk })}\n\n`)
					.join('')}data: [DONE]\n\n`,
			})),
		);
	};
	/** Everything that comes out, in pieces where there are several. */
	const told = (parameters: IDataObject, use = (chatModel: Model) => chatModel) =>
		using((chatModel) => way(use(chatModel), [new HumanMessage(question)]), parameters);

	test.each<[string, string, IDataObject, string]>([
		['a schema', wrong, byExample, '- /lamps: expected'],
		['a schema, and prose', 'Sure!', byExample, 'text without JSON'],
		['any JSON', 'Sure!', { responseFormat: 'json_object' }, 'text without JSON'],
	])(
		'is corrected where it does not fit %s, and nothing of the wrong one comes out',
		async (_, first, format, fault) => {
			answers(first, right);
			expect((await told(format)).join('')).toBe(right);
			expect(bodies()).toHaveLength(2);
			expect(bodies()[1]?.messages).toEqual([
				{ role: 'user', content: question },
				{ role: 'assistant', content: first },
				{ role: 'user', content: expect.stringContaining(fault) },
			]);
		},
	);

	test.each([
		['a fence', `\`\`\`json\n${right}\n\`\`\``],
		['words around it', `Here it is: ${right} Anything else?`],
		['a comma too many', '{"customer":"Ada","lamps":12,}'],
	])('comes out as JSON alone, without another request: %s', async (_, text) => {
		answers(text);
		expect(JSON.parse((await told(byExample)).join(''))).toEqual(JSON.parse(right));
		expect(bodies()).toHaveLength(1);
	});

	test.each([
		[undefined, 1],
		[0, 0],
		[3, 3],
	])('with Attempts to Correct %s it is corrected %i times before it is an error', async (attemptsToCorrect, times) => {
		answers(...Array<string>(times + 1).fill(wrong));
		const failed = told({ ...byExample, options: { ...(attemptsToCorrect !== undefined && { attemptsToCorrect }) } });
		await expect(failed).rejects.toMatchObject({
			message: expect.stringContaining('The answer does not fit the JSON Schema: at /lamps'),
			description: expect.stringContaining('Attempts to Correct'),
			functionality: 'configuration-node',
			context: { data: { type: 'schema_violation', corrections: times, violations: [{ path: '/lamps' }] } },
		});
		expect(bodies()).toHaveLength(times + 1);
	});

	test('is not looked at where it calls a tool, or where an output parser reads it', async () => {
		const called = await told({ ...byExample }, (chatModel) => chatModel.bindTools(tools) as never);
		expect(called.join('')).toBe('');
		expect(bodies()).toHaveLength(1);
		answers(wrong);
		const final = [tool('format_final_json_response')];
		expect((await told(byExample, (chatModel) => chatModel.bindTools(final) as never)).join('')).toBe(wrong);
		expect(bodies()).toHaveLength(2);
	});

	test('is logged with what all of its requests used', async () => {
		answers(wrong, right);
		const { run } = await runWorkflow(
			workflow(async (chatModel) => {
				await way(chatModel, [new HumanMessage(question)]);
				return '';
			}, byExample),
		);
		const [log, ...others] = run.data.resultData.runData['StepFun Chat Model'] ?? [];
		expect(others).toEqual([]);
		expect(log?.data?.['ai_languageModel']?.[0]?.[0]?.json).toMatchObject({
			response: { generations: [[{ text: right, generationInfo: { corrections: 1 } }]] },
			tokenUsage: { promptTokens: 40, completionTokens: 14, totalTokens: 54 },
		});
	});
});

describe('an output parser', () => {
	const parser = StructuredOutputParser.fromZodSchema(z.object({ output: z.object({ lamps: z.number() }) }));
	const instructions = parser.getFormatInstructions();
	const prompt = `12 lamps, please\n${instructions}`;
	const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
	const finalTool = [tool('get_weather'), tool('format_final_json_response')];
	const format = () => bodies().map(({ response_format }) => response_format?.type);

	test.each<[string, (chatModel: Model) => Promise<unknown>]>([
		['of a chain', (chatModel) => chatModel.invoke(prompt)],
		['of a chain that streams', (chatModel) => streamed(chatModel as never, [new HumanMessage(prompt)])],
		[
			'of a chain in its system message',
			(chatModel) => chatModel.invoke([new SystemMessage(instructions), new HumanMessage('Hello')]),
		],
		[
			'of a chain beside an image',
			(chatModel) => chatModel.invoke([new HumanMessage({ content: [image, { type: 'text', text: prompt }] })]),
		],
		['that mends what it cannot read', (chatModel) => OutputFixingParser.fromLLM(chatModel, parser).parse('12 lamps')],
		['of an agent', (chatModel) => chatModel.bindTools(finalTool).invoke('12 lamps, please')],
		[
			'of an agent that streams',
			(chatModel) => streamed(chatModel.bindTools(finalTool) as never, [new HumanMessage('12 lamps, please')]),
		],
	])('%s: its schema is the only one', async (_, use) => {
		const chosen = { model: { ...model, value: 'step-3.7-flash' } };
		await using(use, { ...byExample, ...chosen });
		await using(use, {
			...chosen,
			...extraBody({ response_format: { type: 'json_schema', json_schema: { name: 'a', schema: mood } } }),
		});
		expect(format()).toEqual([undefined, undefined]);
		expect(JSON.stringify(bodies())).not.toMatch(/customer|calm/);
		expect(JSON.stringify(bodies())).toMatch(/lamps|format_final_json_response/);
		// Any JSON contradicts no schema.
		await using(use, { responseFormat: 'json_object', ...chosen });
		expect(format()[2]).toBe('json_object');
	});

	test.each(['3 ', ''])('for a list of %sitems: no schema is sent', async (count) => {
		const list = `Your response should be a list of ${count}items separated by "\\n" (for example: "item1\\nitem2")`;
		await using((chatModel) => chatModel.invoke(`Colours, please\n${list}`), byExample);
		expect(format()).toEqual([undefined]);
	});

	test('reads the answer that its own schema has shaped', async () => {
		const parsed = await using(async (chatModel) => parser.parse((await chatModel.invoke(prompt)).text), byExample);
		expect(parsed).toEqual({ output: { lamps: 12 } });
	});

	test.each<[string, BaseMessage[]]>([
		['is not there', [new HumanMessage('12 lamps, please')]],
		[
			'was there in an earlier answer',
			[new HumanMessage('Hi'), new AIMessage(instructions), new HumanMessage('12 lamps')],
		],
		[
			'is written about in the result of a tool',
			[
				new HumanMessage('Hi'),
				new AIMessage({ content: '', tool_calls: [{ id: 'a', name: 'get_time', args: {}, type: 'tool_call' }] }),
				new ToolMessage({ tool_call_id: 'a', content: instructions }),
			],
		],
	])('%s: the schema of the node is sent, beside any tools', async (_, messages) => {
		await using((chatModel) => chatModel.bindTools(tools).invoke(messages), byExample);
		expect(format()).toEqual(['json_schema']);
		expect(bodies()[0]?.tools).toHaveLength(2);
	});
});

describe.each(['invoke', 'stream'] as const)('Search the Web beside the tools of an agent, by %s', (way) => {
	const ask = async (chatModel: Model, messages: BaseMessage[]): Promise<AIMessage> => {
		const bound = chatModel.bindTools(tools);
		return way === 'invoke' ? await bound.invoke(messages) : (await streamed(bound as never, messages)).whole;
	};

	test('both are offered in every round, and a search is no call to run', async () => {
		const { rounds, answer } = await using(async (chatModel) => {
			const messages: BaseMessage[] = [new HumanMessage('Use get_weather for Berlin')];
			for (let rounds = 1; ; rounds += 1) {
				const message = await ask(chatModel, messages);
				messages.push(message, ...(await runCalls(message)));
				if (!message.tool_calls?.length) return { rounds, answer: message };
			}
		}, search);
		expect(rounds).toBe(2);
		expect(answer).toMatchObject({ tool_calls: [], invalid_tool_calls: [] });
		expect(answer.text).toContain('get_weather of Berlin');
		expect(answer.response_metadata['search_results']).toEqual([
			expect.objectContaining({ url: 'https://example.com/search/1', title: 'Result 1' }),
			expect.objectContaining({ url: 'https://example.com/search/2' }),
		]);
		for (const { tools: offered } of bodies()) {
			expect(offered?.map((one) => (one.type === 'function' ? one.function.name : one))).toEqual([
				{ type: 'web_search', function: { description: 'Searches for lamps' } },
				'get_weather',
				'get_time',
			]);
		}
	});

	test('in one round: the call is run, the search is not sent back', async () => {
		const results = [{ index: 0, url: 'https://example.com/a', title: 'A', summary: 'S' }];
		const deltas = [
			{ reasoning: 'Both.' },
			{
				tool_calls: [
					{ index: 0, id: 's1', type: 'web_search', function: { name: 'step_websearch', arguments: '{}', results } },
				],
			},
			{
				tool_calls: [
					{ index: 1, id: 'f1', type: 'function', function: { name: 'get_time', arguments: '{"city":"Oslo"}' } },
				],
			},
		];
		const choices = [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: 'tool_calls' }];
		const chunks = choices.map((choice) => ({ id: 'x', model: 'm', choices: [{ index: 0, ...choice }] }));
		api.fault({ raw: `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n` });
		const first = await using(async (chatModel) => {
			const question = new HumanMessage('What is new in Oslo?');
			const message = await ask(chatModel, [question]);
			await ask(chatModel, [question, message, ...(await runCalls(message))]);
			return message;
		}, search);
		expect(first.tool_calls).toMatchObject([{ id: 'f1', name: 'get_time', args: { city: 'Oslo' } }]);
		expect(first.response_metadata['search_results']).toEqual(results);
		expect(bodies()[1]?.messages.slice(1)).toEqual([
			{
				role: 'assistant',
				content: null,
				tool_calls: [{ id: 'f1', type: 'function', function: { name: 'get_time', arguments: '{"city":"Oslo"}' } }],
				reasoning_content: 'Both.',
			},
			{ role: 'tool', tool_call_id: 'f1', content: 'get_time of Oslo' },
		]);
	});
});

test('tools of Extra Body Fields take the place of the search, and those of the agent join them', async () => {
	await using((chatModel) => chatModel.bindTools(tools).invoke('Hello without tools'), {
		...search,
		...extraBody({ tools: [{ name: 'get_stock' }] }),
	});
	expect(bodies()[0]?.tools?.map(({ function: details }) => details?.name)).toEqual([
		'get_stock',
		'get_weather',
		'get_time',
	]);
});
