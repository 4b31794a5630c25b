import { EventEmitter, once } from 'node:events';
import {
	AIMessage,
	HumanMessage,
	SystemMessage,
	ToolMessage,
	type AIMessageChunk,
	type BaseMessage,
} from '@langchain/core/messages';
import { JsonOutputParser, StringOutputParser } from '@langchain/core/output_parsers';
import { PromptTemplate } from '@langchain/core/prompts';
import type { IDataObject } from 'n8n-workflow';
import { OutputFixingParser, StructuredOutputParser } from '@langchain/classic/output_parsers';
import { z } from 'zod';
import type { Fault } from '../../emulator';
import { foreignLabels, runCalls, streamed, tools, useModel, ways, type Model } from './chain';
import { runWorkflow, startWorkflow } from './harness';
import { anyCallId, useStage } from './stage';

const { api, clock } = useStage();

const { bodies, using, workflow } = useModel(api);

test('sends what the panel says, and gives back text, reasoning, finish reason and detailed usage', async () => {
	// The live API counts no reasoning tokens.
	api.options.dialect = 'documented';
	const answer = await using((model) => model.invoke([new SystemMessage('Be brief'), new HumanMessage('Hello')]), {
		reasoningEffort: 'low',
		options: {
			temperature: 0,
			topP: 0.5,
			maxTokens: 500,
			stop: ['###'],
			frequencyPenalty: 0,
			reasoningFormat: 'deepseek-style',
		},
		responseFormat: 'json_object',
	});
	expect(bodies()).toEqual([
		{
			model: 'step-3.5-flash',
			messages: [
				{ role: 'system', content: 'Be brief' },
				{ role: 'user', content: 'Hello' },
			],
			temperature: 0,
			top_p: 0.5,
			max_tokens: 500,
			stop: ['###'],
			frequency_penalty: 0,
			response_format: { type: 'json_object' },
			reasoning_effort: 'low',
			reasoning_format: 'deepseek-style',
			stream: true,
		},
	]);
	expect(JSON.parse(answer.text)).toMatchObject({ question: 'Hello' });
	expect(answer.content).toBe(answer.text);
	expect(answer.additional_kwargs).toEqual({ reasoning_content: expect.stringContaining('The question is') });
	expect(answer.response_metadata).toMatchObject({
		finish_reason: 'stop',
		model: 'step-3.5-flash',
		provider: 'stepfun',
	});
	const {
		input_tokens: prompt,
		output_tokens: completion,
		total_tokens: total,
		output_token_details: details,
		input_token_details: cached,
	} = answer.usage_metadata!;
	expect(total).toBe(prompt + completion);
	expect(details?.reasoning).toBeGreaterThan(0);
	// Nothing of a first prompt is cached, and nothing is reported of it.
	expect(cached?.cache_read).toBeUndefined();
});

describe.each(['invoke', 'stream'] as const)(
	'a conversation of two rounds with two calls side by side, by %s',
	(way) => {
		const ask = async (model: Model, messages: BaseMessage[]): Promise<AIMessage> => {
			const bound = model.bindTools(tools);
			return (
				way === 'invoke' ? await bound.invoke(messages) : (await streamed(bound as never, messages)).whole
			) as AIMessage;
		};

		test('keeps calls whole and apart, and replays the reasoning with the calls it led to', async () => {
			const answer = await using(async (model) => {
				const messages: BaseMessage[] = [new HumanMessage('Use get_weather and get_time for Berlin in two rounds')];
				for (;;) {
					const message = await ask(model, messages);
					messages.push(message, ...(await runCalls(message)));
					if (!message.tool_calls?.length) return message;
				}
			});
			expect(answer.text).toContain(
				'Tool results (3): get_weather returned "get_weather of Berlin"; get_time returned "get_time of Berlin"; ' +
					'get_time returned',
			);
			expect(bodies()).toHaveLength(3);
			expect(
				bodies()[0]?.tools?.map(({ type, function: details }) => [type, details?.name, details?.parameters]),
			).toEqual(
				['get_weather', 'get_time'].map((name) => [
					'function',
					name,
					{ type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
				]),
			);
			const [, assistant, ...results] = bodies()[1]!.messages;
			const call = (name: string) => ({
				id: anyCallId,
				type: 'function',
				function: { name, arguments: '{"city":"Berlin"}' },
			});
			expect(assistant).toEqual({
				role: 'assistant',
				content: null,
				tool_calls: [call('get_weather'), call('get_time')],
				reasoning_content: expect.stringContaining('I will call get_weather, get_time.'),
			});
			expect(results.map(({ role, content }) => [role, content])).toEqual([
				['tool', 'get_weather of Berlin'],
				['tool', 'get_time of Berlin'],
			]);
			expect(api.requests.map(({ reasoningReplayed }) => reasoningReplayed)).toEqual([undefined, true, true]);
		});
	},
);

test('a turn that AI Agent has split into one message for each call is one turn again', async () => {
	const reasoning_content = 'Two cities, two calls.';
	const split = (id: string, city: string) => [
		new AIMessage({
			content: [],
			tool_calls: [{ id, name: 'get_weather', args: { city, id }, type: 'tool_call' }],
			additional_kwargs: { reasoning_content },
		}),
		new ToolMessage({ tool_call_id: id, content: `[{"${city}":"sunny"}]` }),
	];
	await using((model) =>
		model.bindTools(tools).invoke([new HumanMessage('Oslo and Rome?'), ...split('a', 'Oslo'), ...split('b', 'Rome')]),
	);
	const call = (id: string, city: string) => ({
		id,
		type: 'function',
		function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
	});
	expect(bodies()[0]?.messages).toEqual([
		{ role: 'user', content: 'Oslo and Rome?' },
		{ role: 'assistant', content: null, tool_calls: [call('a', 'Oslo'), call('b', 'Rome')], reasoning_content },
		{ role: 'tool', tool_call_id: 'a', content: '[{"Oslo":"sunny"}]' },
		{ role: 'tool', tool_call_id: 'b', content: '[{"Rome":"sunny"}]' },
	]);
});

test('reasoning is where AI Agent looks for it, streamed or not', async () => {
	const [whole, pieces] = await using(async (model) => {
		const messages = [new HumanMessage('Hello')];
		return [await model.invoke(messages), (await streamed(model, messages)).whole];
	});
	const told = expect.stringMatching(/^The question is "Hello"\..* I can answer now\.$/);
	expect([whole.additional_kwargs, pieces.additional_kwargs]).toEqual([
		{ reasoning_content: told },
		{ reasoning_content: told },
	]);
});

describe.each(['general', 'deepseek-style'])('reasoning as %s', (reasoningFormat) => {
	const field = reasoningFormat === 'general' ? 'reasoning' : 'reasoning_content';
	const call = {
		index: 0,
		id: 'call_1',
		type: 'function',
		function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
	};
	const reasoning = [{ [field]: 'Let me ' }, { [field]: 'see.' }];
	const text = [{ content: 'I ' }, { content: 'look' }, { content: '.' }];
	const calls = [{ tool_calls: [call] }];

	test.each([
		['text', [...reasoning, ...text], 'I look.', 'Let me see.'],
		['text without reasoning', text, 'I look.', undefined],
		['calls', [...reasoning, ...calls], '', 'Let me see.'],
		['text and calls', [...reasoning, ...text, ...calls], 'I look.', 'Let me see.'],
		['text and calls without reasoning', [...text, ...calls], 'I look.', undefined],
		[
			'text that looks like an object',
			[...reasoning, { content: '{"a"' }, { content: ':1}' }],
			'{"a":1}',
			'Let me see.',
		],
	])('%s: content is a string in every chunk and as a whole', async (kind, deltas, content, thought) => {
		const chunks = [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: 'stop' }].map((choice) =>
			JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, ...choice }] }),
		);
		const raw = `${chunks.map((chunk) => `data: ${chunk}\n\n`).join('')}data: [DONE]\n\n`;
		api.fault([{ raw }, { raw }]);
		const contents: unknown[] = [];
		const messages = await using(
			async (model) => {
				const bound = model.bindTools(tools);
				let whole: AIMessageChunk | undefined;
				for await (const chunk of await bound.stream('Hello')) {
					contents.push(chunk.content);
					whole = whole ? whole.concat(chunk as AIMessageChunk) : (chunk as AIMessageChunk);
				}
				return [await bound.invoke('Hello'), whole!];
			},
			{ options: { reasoningFormat } },
		);
		expect(contents.filter((one) => typeof one !== 'string')).toEqual([]);
		for (const message of messages) {
			expect(message.content).toBe(content);
			expect(message.text).toBe(content);
			expect(message.additional_kwargs).toEqual(thought === undefined ? {} : { reasoning_content: thought });
			expect(message.tool_calls).toMatchObject(
				kind.includes('calls') ? [{ id: 'call_1', name: 'get_weather', args: { city: 'Oslo' } }] : [],
			);
			expect(message.toJSON()).toMatchObject({ kwargs: { content } });
		}
	});
});

test("LangChain's parsers and chains read the answer, and its fixing parser mends one", async () => {
	const schema = z.object({ lamps: z.number() });
	const plain = async (model: Model) => await model.pipe(new StringOutputParser()).invoke('Say "tea"');
	const json = async (model: Model) => await model.pipe(new JsonOutputParser()).invoke('Hello');
	const fixing = async (model: Model) =>
		await OutputFixingParser.fromLLM(model, StructuredOutputParser.fromZodSchema(schema)).parse('12 lamps, I think');
	// As n8n's Auto-fixing Output Parser does it.
	const retry = async (model: Model) =>
		(
			await PromptTemplate.fromTemplate('Correct {completion}').pipe(model).invoke({ completion: 'this' })
		).content.toString();
	expect(await using(plain)).toMatch(/^You asked: "Say "tea""\./);
	expect(await using(json, { responseFormat: 'json_object' })).toMatchObject({ question: 'Hello' });
	expect(await using(fixing)).toEqual({ lamps: 12 });
	expect(await using(retry)).toMatch(/^You asked: "Correct this"\./);
	expect(JSON.stringify(bodies())).not.toContain('[object Object]');
});

describe.each(Object.entries(ways))("n8n's log of a model used by %s", (name, way) => {
	const logOf = async (
		use: (typeof ways)[string],
		parameters: IDataObject = {},
	): Promise<{ options: unknown; output: IDataObject }> => {
		const { run } = await runWorkflow(
			workflow(async (model) => {
				await use(model, [new HumanMessage('Use get_weather and get_time for Berlin')]);
				return '';
			}, parameters),
		);
		const [{ data, inputOverride } = {}] = run.data.resultData.runData['StepFun Chat Model'] ?? [];
		return {
			options: inputOverride?.ai_languageModel?.[0]?.[0]?.json['options'],
			output: data!['ai_languageModel']![0]![0]!.json,
		};
	};
	const finish = (reason: string) => name !== 'invoke' && { finish_reason: reason };
	const chunks = (delta: object, others: object = {}) => {
		const choice = { index: 0, delta, finish_reason: 'stop' };
		return {
			raw: `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [choice], ...others })}\n\ndata: [DONE]\n\n`,
		};
	};

	test('shows its settings, and reasoning and tool calls of a round', async () => {
		const { options, output } = await logOf((model, messages) => way(model.bindTools(tools) as never, messages), {
			reasoningEffort: 'low',
			webSearch: true,
			webSearchDescription: 'Searches for news',
			responseFormat: 'json_object',
			options: { temperature: 0.5, extraBody: '{"user": "u1"}' },
		});
		expect(options).toEqual({
			model: 'step-3.5-flash',
			reasoning_effort: 'low',
			response_format: { type: 'json_object' },
			temperature: 0.5,
			tools: [{ type: 'web_search', function: { description: 'Searches for news' } }],
			user: 'u1',
		});
		expect(output['response']).toEqual({
			generations: [
				[
					{
						text: '',
						generationInfo: {
							...finish('tool-calls'),
							reasoning: expect.stringContaining('I will call get_weather, get_time.'),
							tool_calls: [
								expect.objectContaining({ name: 'get_weather', args: { city: 'Berlin' } }),
								expect.objectContaining({ name: 'get_time', args: { city: 'Berlin' } }),
							],
							usage: expect.objectContaining({
								prompt_tokens: expect.any(Number),
								completion_tokens: expect.any(Number),
							}),
						},
					},
				],
			],
		});
	});

	test('shows what a search found', async () => {
		const { output } = await logOf(way, { webSearch: true });
		expect(output['response']).toMatchObject({
			generations: [
				[
					{
						text: expect.stringContaining('You asked'),
						generationInfo: { search_results: [{ title: 'Result 1' }, { title: 'Result 2' }] },
					},
				],
			],
		});
	});

	test('counts the tokens that StepFun counted, cached and reasoning ones too', async () => {
		const usage = { prompt_tokens: 20, cached_tokens: 5, completion_tokens: 7, reasoning_tokens: 3, total_tokens: 27 };
		api.fault(chunks({ content: 'Sunny' }, { usage }));
		const { output } = await logOf(way);
		expect(output).toEqual({
			response: { generations: [[{ text: 'Sunny', generationInfo: { ...finish('stop'), usage } }]] },
			tokenUsage: { promptTokens: 20, completionTokens: 7, totalTokens: 27 },
		});
	});

	test('estimates them where StepFun counted none', async () => {
		api.fault(chunks({ content: 'Sunny' }));
		const { output } = await logOf(way);
		expect(output).toEqual({
			response: { generations: [[{ text: 'Sunny', generationInfo: finish('stop') || {} }]] },
			tokenUsageEstimate: {
				promptTokens: expect.any(Number),
				completionTokens: expect.any(Number),
				totalTokens: expect.any(Number),
			},
		});
	});
});

test.each(['invoke', 'stream'] as const)('the usage of a message has its details, by %s', async (way) => {
	const usage = { prompt_tokens: 20, cached_tokens: 5, completion_tokens: 7, reasoning_tokens: 3, total_tokens: 27 };
	const choice = { index: 0, delta: { content: 'Sunny' }, finish_reason: 'stop' };
	api.fault({ raw: `data: ${JSON.stringify({ id: 'x', choices: [choice], usage })}\n\n` });
	const { usage_metadata } = await using(async (model) =>
		way === 'invoke'
			? await model.invoke('Hello')
			: (await streamed(model as never, [new HumanMessage('Hello')])).whole,
	);
	expect(usage_metadata).toEqual({
		input_tokens: 20,
		output_tokens: 7,
		total_tokens: 27,
		input_token_details: { cache_read: 5 },
		output_token_details: { reasoning: 3 },
	});
});

test('tokens are estimated without a request, for chains that cut texts by them', async () => {
	const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('No network'));
	try {
		const counts = await using(async (model) => [
			await model.getNumTokens(''),
			await model.getNumTokens('Twelve lamps'),
			await model.getNumTokens('十二盏灯 ok'),
			await model.getNumTokens([{ type: 'text', text: 'Twelve lamps' }]),
			await (model.bindTools(tools) as unknown as Model).getNumTokens('lamp'),
		]);
		expect(counts).toEqual([0, 3, 5, 3, 1]);
		expect(fetched).not.toHaveBeenCalled();
	} finally {
		fetched.mockRestore();
	}
});

test('images reach StepFun, as n8n writes them', async () => {
	const png = 'data:image/png;base64,iVBORw0KGgo=';
	const content = [
		{ type: 'image_url', image_url: { url: png, detail: 'high' } },
		{ type: 'image_url', image_url: { url: 'https://example.com/cat.jpg' } },
		{ type: 'text', text: 'Which one is the cat?' },
	];
	await using((model) => model.invoke([new HumanMessage({ content })]), {
		model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
	});
	expect(bodies()[0]?.messages).toEqual([
		{
			role: 'user',
			content: [
				{ type: 'image_url', image_url: { url: png, detail: 'high' } },
				{ type: 'image_url', image_url: { url: 'https://example.com/cat.jpg' } },
				{ type: 'text', text: 'Which one is the cat?' },
			],
		},
	]);
});

test('an image that the model cannot read is told with the refusal', async () => {
	const content = [{ type: 'image_url', image_url: { url: 'https://example.com/cat.jpg' } }];
	await expect(using((model) => model.invoke([new HumanMessage({ content })]))).rejects.toMatchObject({
		description: expect.stringContaining('according to StepFun, step-3.5-flash does not accept any'),
	});
});

test('text streams while the answer is written, and its usage comes at the end', async () => {
	api.options.chunkDelayMs = 5;
	const { texts, whole } = await using((model) => streamed(model, [new HumanMessage('Tell me about tea')]));
	expect(texts.length).toBeGreaterThan(5);
	expect(texts.join('')).toBe(whole.text);
	expect(whole.text).toContain('Tell me about tea');
	expect(whole.usage_metadata?.total_tokens).toBeGreaterThan(0);
	expect(whole.response_metadata).toMatchObject({ finish_reason: 'stop' });
});

test('a cut before the first text is tried again without a trace of it, a cut within the text is not', async () => {
	api.fault({ resetAfterChunks: 4 });
	const { whole } = await using((model) => streamed(model, [new HumanMessage('Hello')]), { options: { retries: 1 } });
	expect(api.requests).toHaveLength(2);
	expect(whole.text.match(/You asked/g)).toHaveLength(1);
	expect(String(whole.additional_kwargs['reasoning_content']).match(/The question is/g)).toHaveLength(1);
	const chunk = { id: 'x', model: 'm', choices: [{ index: 0, delta: { content: 'Half an ans' } }] };
	api.fault({ raw: `data: ${JSON.stringify(chunk)}\n\n`, resetAfterBytes: 1000 });
	await expect(
		using((model) => streamed(model, [new HumanMessage('Hello')]), { options: { retries: 1 } }),
	).rejects.toMatchObject({
		message: expect.stringContaining('broke off in the middle of the answer'),
	});
	expect(api.requests).toHaveLength(3);
});

test('errors are as readable as those of StepFun Chat, and stand at the sub-node', async () => {
	api.fault({ status: 451 });
	await expect(using((model) => model.invoke('Hello'))).rejects.toMatchObject({
		name: 'NodeApiError',
		message: expect.stringContaining('blocked'),
		description: expect.stringContaining('sending it again will not help'),
		httpCode: '451',
		functionality: 'configuration-node',
		node: { name: 'StepFun Chat Model' },
	});
	api.fault({ status: 451 });
	await expect(using((model) => streamed(model, [new HumanMessage('Hello')]))).rejects.toMatchObject({
		message: expect.stringContaining('blocked'),
		httpCode: '451',
	});
	expect(api.requests).toHaveLength(2);
	await expect(
		using((model) => model.invoke('Hello'), { model: { __rl: true, mode: 'id', value: '' } }),
	).rejects.toMatchObject({
		message: 'Model is empty',
		functionality: 'configuration-node',
	});
});

test('a signal of LangChain ends the request, and so does Stop', async () => {
	api.options.chunkDelayMs = 10;
	const seen = new EventEmitter();
	const closedWithin = async (end: () => void): Promise<number> => {
		const ended = Date.now();
		end();
		while (api.requests.at(-1)?.socketClosedAt === undefined && Date.now() - ended < 2000) await clock.sleep(10);
		return api.requests.at(-1)!.socketClosedAt! - ended;
	};

	const own = new AbortController();
	const first = once(seen, 'text');
	const aborted = using(async (model) => {
		for await (const { text } of await model.stream('Hello', { signal: own.signal }))
			if (text !== '') seen.emit('text');
	});
	aborted.catch(() => {});
	await first;
	expect(await closedWithin(() => own.abort())).toBeLessThan(1000);
	await expect(aborted).rejects.toMatchObject({ message: expect.stringMatching(/abort|cancel/i) });

	const second = once(seen, 'text');
	const execution = startWorkflow(
		workflow(async (model) => {
			for await (const { text } of await model.stream('Hello')) if (text !== '') seen.emit('text');
		}),
	);
	await second;
	expect(await closedWithin(() => execution.cancel())).toBeLessThan(1000);
	expect((await execution).status).toBe('canceled');
});

test('who stops reading ends the request', async () => {
	api.options.chunkDelayMs = 10;
	await using(async (model) => {
		for await (const { text } of await model.stream('Hello')) if (text !== '') break;
	});
	await clock.sleep(50);
	expect(api.requests[0]).toMatchObject({ finished: false, socketClosedAt: expect.any(Number) });
});

test('a host without the AI SDK loads the node, which says which n8n it needs', async () => {
	jest.doMock('@n8n/ai-node-sdk', () => {
		throw new Error("Cannot find module '@n8n/ai-node-sdk'");
	});
	try {
		await expect(using((model) => model.invoke('Hello'))).rejects.toMatchObject({
			message: expect.stringContaining('cannot connect AI nodes'),
			description: expect.stringContaining('n8n to 2.16 or newer'),
			functionality: 'configuration-node',
		});
	} finally {
		jest.dontMock('@n8n/ai-node-sdk');
	}
});

test.each<[string, Fault]>([
	...[400, 401, 402, 403, 404, 408, 413, 429, 451, 500, 502, 503, 504].map((status): [string, Fault] => [
		String(status),
		{ status },
	]),
	['429 with a long wait', { status: 429, retryAfter: '7200' }],
	['a rate limit within the stream', { raw: 'data: {"error":{"message":"slow down","type":"rate_limited"}}\n\n' }],
	['a web page', { body: '<!doctype html>' }],
	['silence', { stallBeforeHeaders: true }],
	['an empty answer', { body: '' }],
	['a lost connection', { resetBeforeHeaders: true }],
])('%s: the advice names no option that this node lacks', async (_, fault) => {
	expect(foreignLabels).toEqual(
		expect.arrayContaining(['Max Concurrent Requests', 'Requests per Minute', 'Total Timeout']),
	);
	api.fault(() => ({ ...fault }));
	const failed = using((model) => model.invoke([new HumanMessage('Hello')]), { options: { retries: 0, timeout: 50 } });
	const { message, description } = await failed.then(
		() => ({ message: '', description: '' }),
		(error: { message: string; description: string }) => error,
	);
	expect(description).toMatch(/\w/);
	expect(foreignLabels.filter((label) => `${message} ${description}`.includes(label))).toEqual([]);
});
