import { NodeConnectionTypes, type IDataObject, type INode, type StructuredChunk } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import type { ChatRequest } from '../../emulator/types';
import { clock as clockOfNodes } from '../../nodes/shared/clock';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow, startWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';
import { weatherNode } from './weather';

const { api, clock } = useStage();

const schema = {
	type: 'object',
	properties: {
		name: { type: 'string' },
		mood: { enum: ['calm', 'lively'] },
		lines: {
			type: 'array',
			items: { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
			minItems: 1,
			maxItems: 2,
		},
		day: { type: 'string', format: 'date' },
	},
	required: ['name', 'mood', 'lines'],
	additionalProperties: false,
};
const right = { name: 'Ada', mood: 'calm', lines: [{ price: 5 }], day: '2026-01-31' };
const json = (changes: IDataObject = {}): string => JSON.stringify({ ...right, ...changes });

const bySchema: IDataObject = {
	responseFormat: 'json_schema',
	schemaType: 'manual',
	inputSchema: JSON.stringify(schema),
};

const usage = {
	prompt_tokens: 6,
	completion_tokens: 4,
	total_tokens: 10,
	completion_tokens_details: { reasoning_tokens: 1 },
};
/** Answers of the model, one for each request, each of 10 tokens. */
const answers = (...contents: Array<string | { content: string; finish: string }>): Fault[] =>
	contents.map((said) => {
		const { content, finish } = typeof said === 'string' ? { content: said, finish: 'stop' } : said;
		return {
			body: JSON.stringify({
				id: 'c',
				model: 'm',
				choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content, reasoning: 'because' } }],
				usage,
			}),
		};
	});

const run = (parameters: IDataObject, node: Partial<INode> = {}, more: Partial<WorkflowOptions> = {}) =>
	runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters, node)], ...more });
const body = (index: number): ChatRequest => api.requests[index]!.body as ChatRequest;
const correction = (index = 1): string => body(index).messages.at(-1)!.content as string;

describe('an answer that breaks the schema is corrected, and the message names what is wrong', () => {
	test.each<[fault: string, content: string, told: string]>([
		[
			'missing',
			JSON.stringify({ mood: 'calm', lines: [{ price: 5 }] }),
			'/name: expected text, but got nothing: it is missing',
		],
		[
			'extra',
			json({ more: 1 }),
			'/more: expected no such field (the fields are "name", "mood", "lines", "day"), but got 1',
		],
		['wrong type', json({ name: 5 }), '/name: expected text, but got 5'],
		['a number in quotes', json({ lines: [{ price: '5' }] }), '/lines/0/price: expected a number, but got "5"'],
		['enum', json({ mood: 'sad' }), '/mood: expected one of "calm", "lively", but got "sad"'],
		[
			'nested',
			json({ lines: [{ price: 5 }, {}] }),
			'/lines/1/price: expected a number, but got nothing: it is missing',
		],
		['too few', json({ lines: [] }), '/lines: expected at least 1 item, but got 0 items'],
		['too many', json({ lines: Array(3).fill({ price: 5 }) }), '/lines: expected at most 2 items, but got 3 items'],
		[
			'format',
			json({ day: 'tomorrow' }),
			'/day: expected text in the format date, such as 2026-01-31, but got "tomorrow"',
		],
		[
			'truncated without a reason',
			json().slice(0, -5),
			'The whole answer: expected one JSON document, but got JSON that breaks off',
		],
		['prose', 'Her name is Ada.', 'The whole answer: expected one JSON document, but got text without JSON'],
		[
			'two documents',
			`${json()}\n${json()}`,
			'The whole answer: expected one JSON document, but got several JSON documents',
		],
	])('%s', async (_, content, told) => {
		api.fault(answers(content, json()));
		const { json: items } = await run(bySchema);
		expect(items('StepFun Chat')[0]).toMatchObject({
			parsed: right,
			content: json(),
			corrections: 1,
			usage: { prompt_tokens: 12, completion_tokens: 8, reasoning_tokens: 2, total_tokens: 20 },
		});
		expect(api.requests).toHaveLength(2);
		expect(body(1).messages).toEqual([
			...body(0).messages,
			{ role: 'assistant', content },
			{ role: 'user', content: correction() },
		]);
		expect(correction().split('\n')[1]).toBe(`- ${told}`);
		expect(body(1).response_format).toEqual(body(0).response_format);
	});
});

test.each([
	['fenced', `\`\`\`json\n${json()}\n\`\`\``],
	['a trailing comma', json().replace(/\}$/, ',}')],
	['prose around it', `Certainly:\n\n${json()}\n\nThat is all.`],
	['thoughts before it', `<think>Is it {"name": "Bob"}?</think>${json()}`],
])('%s costs no request', async (_, content) => {
	api.fault(answers(content));
	const { json: items } = await run(bySchema);
	expect(items('StepFun Chat')[0]).toMatchObject({ parsed: right, content, corrections: 0 });
	expect(api.requests).toHaveLength(1);
});

describe('an answer that stays wrong', () => {
	const wrong = json({ name: 5 });
	const failed = {
		message: 'The answer does not fit the JSON Schema: at /name, expected text',
		error: {
			type: 'schema_violation',
			retryable: false,
			hint: expect.stringContaining('Attempts to Correct'),
			violations: [{ path: '/name', expected: 'text', got: '5' }],
			corrections: 2,
			partial: expect.objectContaining({
				choices: [expect.objectContaining({ message: expect.objectContaining({ content: wrong }) })],
				usage: expect.objectContaining({ total_tokens: 30 }),
			}),
		},
	};
	const parameters = { ...bySchema, options: { attemptsToCorrect: 2 } };

	test('is an error item under Continue', async () => {
		api.fault(() => answers(wrong)[0]);
		const { items } = await run(parameters, { onError: 'continueRegularOutput' });
		expect(items('StepFun Chat')).toMatchObject([{ json: failed, pairedItem: { item: 0 } }]);
		expect(api.requests).toHaveLength(3);
	});

	test('goes to the error output', async () => {
		api.fault(() => answers(wrong)[0]);
		const { json: items } = await run(parameters, { onError: 'continueErrorOutput' });
		expect(items('StepFun Chat', 0)).toEqual([]);
		expect(items('StepFun Chat', 1)).toMatchObject([failed]);
	});

	test('ends the execution otherwise', async () => {
		api.fault(() => answers(wrong)[0]);
		const { run: ended } = await run(parameters);
		expect(ended.data.resultData.error).toMatchObject({
			message: failed.message,
			context: { itemIndex: 0, data: failed.error },
		});
	});

	test.each([0, 1, 5])('is asked for so many times: %i', async (attemptsToCorrect) => {
		api.fault(() => answers(wrong)[0]);
		await run({ ...bySchema, options: { attemptsToCorrect } });
		expect(api.requests).toHaveLength(1 + attemptsToCorrect);
	});

	test.each([-1, 6, 1.5])('but not %p times', async (attemptsToCorrect) => {
		const { run: ended } = await run({ ...bySchema, options: { attemptsToCorrect } });
		expect(ended.data.resultData.error?.message).toContain('Attempts to Correct must be a whole number');
		expect(api.requests).toHaveLength(0);
	});

	test('the item says nothing else of it, whatever the answer holds', async () => {
		api.fault(() => answers(JSON.stringify({ ...right, ['<b>x</b>'.repeat(100)]: 'sk-123456789' }))[0]);
		const { run: ended } = await run(bySchema);
		const { message } = ended.data.resultData.error!;
		expect(message).not.toMatch(/<b>|sk-/);
		expect(message.length).toBeLessThan(500);
	});
});

test('an answer that the token limit cut off is told and not corrected', async () => {
	api.fault(answers({ content: `Here: ${json().slice(0, 20)}`, finish: 'length' }));
	const { run: ended } = await run({ ...bySchema, options: { maxTokens: 64 } });
	expect(ended.data.resultData.error?.message).toContain('reached Maximum Number of Tokens (64) before its JSON');
	expect(api.requests).toHaveLength(1);
});

test.each(['5', '"Ada"', 'null', 'Ada', '[1'])('JSON Object: %s is no object and no list', async (content) => {
	api.fault(answers(content, '{"name": "Ada"}'));
	const { json: items } = await run({ responseFormat: 'json_object' });
	expect(items('StepFun Chat')[0]).toMatchObject({ parsed: { name: 'Ada' }, corrections: 1 });
	expect(correction()).toContain('The whole answer: expected');
});

test('a format of Extra Body Fields is kept in the same way', async () => {
	api.fault(answers('{"n": "5"}', '{"n": 5}'));
	const response_format = {
		type: 'json_schema',
		json_schema: { name: 'a', schema: { properties: { n: { type: 'number' } } } },
	};
	const { json: items } = await run({ options: { extraBody: JSON.stringify({ response_format }) } });
	expect(items('StepFun Chat')[0]).toMatchObject({ parsed: { n: 5 }, corrections: 1 });
});

test("with Simplify off, the server's own object has the usage of all turns and nothing else", async () => {
	api.fault(answers(json({ name: 5 }), json()));
	const { json: items } = await run({ ...bySchema, simplify: false });
	expect(items('StepFun Chat')[0]).toEqual({
		...JSON.parse(answers(json())[0]!.body as string),
		usage: {
			prompt_tokens: 12,
			completion_tokens: 8,
			total_tokens: 20,
			completion_tokens_details: { reasoning_tokens: 2 },
		},
	});
});

test('the whole conversation has the corrections in it, and goes on as it is', async () => {
	api.fault(answers(json({ name: 5 }), json()));
	const first = await run({ ...bySchema, options: { returnMessages: true } });
	const { messages } = first.json('StepFun Chat')[0]!;
	expect(messages).toEqual([
		{ role: 'user', content: 'Hello' },
		{ role: 'assistant', content: json({ name: 5 }) },
		{ role: 'user', content: correction() },
		{ role: 'assistant', content: json() },
	]);
	const second = await run({
		specifyMessages: 'json',
		messagesJson: JSON.stringify(messages).replace(/]$/, ',{"role":"user","content":"Thanks"}]'),
	});
	expect(second.run.status).toBe('success');
});

test('each of several completions is corrected by itself', async () => {
	const [first] = answers('');
	const two = JSON.parse(first!.body as string) as { choices: Array<{ index: number; message: IDataObject }> };
	two.choices = [json(), 'Bob'].map((content, index) => ({
		...two.choices[0]!,
		index,
		message: { role: 'assistant', content },
	}));
	api.fault([{ body: JSON.stringify(two) }, ...answers(json({ name: 'Bob' }))]);
	const { json: items } = await run({ ...bySchema, options: { n: 2 } });
	expect(items('StepFun Chat')[0]).toMatchObject({
		parsed: right,
		choices: [{ parsed: right }, { parsed: { name: 'Bob' } }],
		corrections: 1,
		usage: { total_tokens: 20 },
	});
	expect(body(1)).not.toHaveProperty('n');
});

test('an attachment is sent again, so that the model can look once more', async () => {
	api.fault(answers(json({ name: 5 }), json()));
	const png = await files.png();
	const { json: items } = await run(
		{ ...bySchema, attachments: { values: [{}] } },
		{},
		{ items: [{ json: {}, binary: { data: { data: png.toString('base64'), mimeType: 'image/png' } } }] },
	);
	expect(items('StepFun Chat')[0]).toMatchObject({ corrections: 1 });
	expect(body(1).messages[0]).toEqual(body(0).messages[0]);
	expect(JSON.stringify(body(1).messages[0])).toContain(png.toString('base64'));
});

const calling = (): Fault => {
	const [fault] = answers('');
	const answer = JSON.parse(fault!.body as string) as {
		choices: Array<{ finish_reason: string; message: IDataObject }>;
	};
	answer.choices[0]!.finish_reason = 'tool_calls';
	answer.choices[0]!.message['tool_calls'] = [
		{ id: '1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
	];
	return { body: JSON.stringify(answer) };
};

test('with connected tools, the answer after the last round is corrected; reasoning goes with calls only', async () => {
	api.fault([calling(), ...answers(json({ name: 5 }), json())]);
	const { json: items } = await run(
		{ ...bySchema, options: { returnMessages: true } },
		{},
		{
			types: { weather: weatherNode() },
			nodes: [
				chatNode({ ...bySchema, options: { returnMessages: true } }),
				{ name: 'weather', type: 'weather', parameters: {} },
			],
			connections: {
				weather: {
					[NodeConnectionTypes.AiTool]: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]],
				},
			},
		},
	);
	expect(items('StepFun Chat')[0]).toMatchObject({ parsed: right, corrections: 1, usage: { total_tokens: 30 } });
	expect(body(2).messages).toEqual([
		{ role: 'user', content: 'Hello' },
		expect.objectContaining({ role: 'assistant', reasoning_content: 'because' }),
		expect.objectContaining({ role: 'tool', content: 'sunny' }),
		{ role: 'assistant', content: json({ name: 5 }) },
		{ role: 'user', content: correction(2) },
	]);
	expect(body(2).tools).toEqual(body(0).tools);
});

describe('in the chat', () => {
	async function streamed(parameters: IDataObject, node: Partial<INode> = {}) {
		const chunks: StructuredChunk[] = [];
		const execution = await run(parameters, node, {
			mode: 'webhook',
			additionalData: { streamingEnabled: true },
			hooks: (hooks) => hooks.addHandler('sendChunk', (chunk) => void chunks.push(chunk)),
		});
		return { ...execution, text: chunks.map(({ type, content }) => (type === 'item' ? content : '')).join(''), chunks };
	}
	const said = (content: string): Fault => ({
		raw: [...content.match(/[^]{1,5}/g)!, '']
			.map((piece, i, all) => ({
				index: 0,
				delta: i === 0 ? { reasoning: 'Hm', content: piece } : { content: piece },
				...(i === all.length - 1 && { finish_reason: 'stop' }),
			}))
			.map((choice) => `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [choice] })}\n\n`),
	});

	test('nothing of a rejected answer is shown', async () => {
		api.fault([said(json({ name: 5 })), said(json())]);
		const { text, chunks } = await streamed(bySchema);
		expect(text).toBe(json());
		expect(chunks.map(({ type }) => type)).toEqual(['begin', 'item', 'end']);
	});

	test('its reasoning is, where that is asked for', async () => {
		api.fault([said(json({ name: 5 })), said(json())]);
		const { text } = await streamed({ ...bySchema, options: { streamReasoning: true } });
		expect(text).toBe(`> Hm\n\n> Hm\n\n${json()}`);
	});

	test('an answer that stays wrong is an error there', async () => {
		api.fault(() => said('Ada'));
		const { text, chunks } = await streamed(bySchema, { onError: 'continueRegularOutput' });
		expect(text).toBe('');
		expect(chunks.map(({ type }) => type)).toEqual(['begin', 'error']);
		expect(chunks[1]!.content).toContain('does not fit the JSON Schema');
	});
});

describe('a correction is a request like any other', () => {
	test('a refusal is waited for, and a fault tried again', async () => {
		const [wrong, good] = answers(json({ name: 5 }), json()) as [Fault, Fault];
		api.fault([wrong, { status: 429, retryAfter: '2' }, { status: 500 }, good]);
		const { json: items } = await run(bySchema);
		expect(items('StepFun Chat')[0]).toMatchObject({ parsed: right, corrections: 1 });
		expect(api.requests).toHaveLength(4);
	});

	test('one that fails for good is the error of the item', async () => {
		api.fault([...answers(json({ name: 5 })), { status: 402 }]);
		const { json: items } = await run(bySchema, { onError: 'continueRegularOutput' });
		expect(items('StepFun Chat')[0]).toMatchObject({ error: { status: 402 } });
	});

	test('Total Timeout holds for it', async () => {
		api.fault([...answers(json({ name: 5 })), { stallBeforeHeaders: true }]);
		const { json: items } = await run(
			{ ...bySchema, options: { totalTimeout: 1_000 } },
			{ onError: 'continueRegularOutput' },
		);
		expect(items('StepFun Chat')[0]).toMatchObject({ error: { type: 'timeout' } });
	});

	test('Stop ends it', async () => {
		api.fault([...answers(json({ name: 5 })), { stallBeforeHeaders: true }]);
		const execution = startWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(bySchema)] });
		while (api.requests.length < 2) await clock.sleep(10);
		execution.cancel();
		expect((await execution).status).toBe('canceled');
		expect(api.requests).toHaveLength(2);
	});
});

test('a note beside the output counts what was corrected', async () => {
	const wrong = answers('Ada')[0];
	const asked = new Map<string, number>();
	api.fault((request) => {
		const name = /item (\d)/.exec(JSON.stringify(request.body))![1]!;
		asked.set(name, (asked.get(name) ?? 0) + 1);
		return name === '0' || asked.get(name) === 2 ? answers(json())[0] : wrong;
	});
	const { run: ended } = await run(
		{ ...bySchema, messages: { values: [{ role: 'user', content: '=item {{ $json.i }}' }] } },
		{},
		{ items: [0, 1, 2].map((i) => ({ json: { i } })) },
	);
	expect(ended.data.resultData.runData['StepFun Chat']![0]!.hints).toEqual([
		{
			message:
				'The model corrected its answer in 2 of 3 items (item 1 first), since it did not fit the Response Format at first (2 more requests). ' +
				'To need fewer requests, say in the messages more plainly what the answer should be, or make the schema simpler',
			type: 'info',
			location: 'outputPane',
		},
	]);
});

test('a long answer lets other work go on while it is checked', async () => {
	const rows = Array.from({ length: 40_000 }, (_, i) => ({ price: i, name: `Name ${i}`, tags: ['a', 'b'] }));
	api.fault(answers(JSON.stringify({ rows }), '{}'));
	const sleep = jest.spyOn(clockOfNodes, 'sleep');
	const { json: items } = await run({
		responseFormat: 'json_schema',
		schemaType: 'manual',
		inputSchema: JSON.stringify({
			properties: { rows: { items: { properties: { price: { type: 'number' } }, required: ['price'] } } },
		}),
	});
	expect((items('StepFun Chat')[0]!['parsed'] as typeof right & { rows: unknown[] }).rows).toHaveLength(rows.length);
	const pauses = sleep.mock.calls.filter(([ms]) => ms === 0).length;
	sleep.mockRestore();
	expect(pauses).toBeGreaterThan(5);
});
