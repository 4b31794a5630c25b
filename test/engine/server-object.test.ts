import { NodeConnectionTypes, type IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow, type WorkflowOptions } from './harness';
import { useStage } from './stage';
import { weatherNode } from './weather';

const { api } = useStage();

const events = (...chunks: unknown[]): string =>
	[...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('');

async function item(fault: Fault | Fault[], parameters: IDataObject, workflow: Partial<WorkflowOptions> = {}) {
	api.fault(fault);
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		...workflow,
		nodes: [chatNode(parameters), ...(workflow.nodes ?? [])],
	});
	return json('StepFun Chat')[0]!;
}

describe('Simplify off: the object of the server', () => {
	const whole = {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 1791417600,
		model: 'step-3.5-flash',
		choices: [
			{
				index: 0,
				message: {
					role: 'assistant',
					content: 'Hello',
					refusal: null,
					reasoning: 'Hm',
					reasoning_content: 'Hm',
					annotations: [{ type: 'url_citation', url_citation: { url: 'https://example.com', start_index: 0 } }],
					audio: { id: 'audio_1', data: 'UklG', transcript: 'Hello', expires_at: 1791417700 },
				},
				logprobs: { content: [{ token: 'Hello', logprob: -0.1, bytes: [72], top_logprobs: [] }], refusal: null },
				finish_reason: 'stop',
				matched_stop: 7,
			},
		],
		usage: {
			prompt_tokens: 48,
			completion_tokens: 5,
			total_tokens: 53,
			prompt_tokens_details: { cached_tokens: 26, audio_tokens: 0 },
			completion_tokens_details: { reasoning_tokens: 0, accepted_prediction_tokens: 0 },
			seconds: 0.25,
		},
		system_fingerprint: 'fp_1',
		service_tier: 'default',
		agent: '',
		something_new: { a: [1, { b: null }] },
	};
	/** Its sound comes out as a file: see voice.test.ts. */
	const { data: _, ...unspoken } = whole.choices[0]!.message.audio;
	const put = {
		...whole,
		choices: [{ ...whole.choices[0]!, message: { ...whole.choices[0]!.message, audio: unspoken } }],
	};
	const frame = { ...whole, object: 'chat.completion.chunk', choices: [] as unknown[] };
	const { message, ...others } = whole.choices[0]!;
	const { audio, annotations, logprobs, finish_reason, matched_stop } = { ...others, ...message };
	const streamed = events(
		{
			...frame,
			created: 0,
			usage: null,
			choices: [
				{ index: 0, delta: { role: 'assistant', content: null, refusal: null }, logprobs: null, finish_reason: null },
			],
		},
		{
			...frame,
			usage: null,
			choices: [{ index: 0, delta: { reasoning: 'H', reasoning_content: 'H' }, finish_reason: '' }],
		},
		{ ...frame, choices: [{ index: 0, delta: { reasoning: 'm', reasoning_content: 'm' }, finish_reason: '' }] },
		{
			...frame,
			choices: [{ index: 0, delta: { content: 'Hel', audio: { ...audio, data: 'Uk', transcript: 'Hel' } }, logprobs }],
		},
		{ ...frame, choices: [{ index: 0, delta: { content: 'lo', audio: { data: 'lG', transcript: 'lo' } } }] },
		{ ...frame, choices: [{ index: 0, delta: { annotations }, finish_reason, matched_stop }] },
		{ ...frame, choices: [] },
	);

	test.each<[string, Fault]>([
		['a JSON answer', { body: JSON.stringify(whole) }],
		['a stream', { raw: streamed }],
		['a stream in small pieces', { raw: streamed, splitBytes: 7 }],
	])('%s comes out with all that was sent but the base64 of its sound, and nothing else', async (_, fault) => {
		expect(await item(fault, { simplify: false })).toEqual(put);
	});

	test('what was not sent is absent', async () => {
		const least = { choices: [{ message: { content: 'Hello' } }] };
		expect(await item({ body: JSON.stringify(least) }, { simplify: false })).toEqual(least);
		expect(await item({ raw: events({ choices: [{ delta: { content: 'Hello' } }] }) }, { simplify: false })).toEqual(
			least,
		);
	});

	test('a JSON answer in the documented shape stays as it is', async () => {
		const { json } = await runWorkflow({
			credential: customEndpoint(api.url),
			nodes: [chatNode({ simplify: false, options: { stream: false } })],
		});
		const [answer] = json('StepFun Chat');
		expect(Object.keys(answer!)).toEqual(['id', 'object', 'created', 'model', 'choices', 'usage']);
	});

	test('with connected tools it is the last answer, with the usage of all of them', async () => {
		const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } };
		const usage = (tokens: number) => ({ total_tokens: tokens, prompt_tokens_details: { cached_tokens: tokens } });
		const answer = await item(
			[
				{ body: JSON.stringify({ choices: [{ message: { content: '', tool_calls: [call] } }], usage: usage(3) }) },
				{ body: JSON.stringify({ choices: [{ message: { content: 'Sunny' } }], usage: usage(4) }) },
			],
			{ simplify: false },
			{
				types: { weather: weatherNode() },
				nodes: [{ name: 'Weather', type: 'weather' }],
				connections: {
					Weather: { ai_tool: [[{ node: 'StepFun Chat', type: NodeConnectionTypes.AiTool, index: 0 }]] },
				},
			},
		);
		expect(answer).toEqual({ choices: [{ message: { content: 'Sunny' } }], usage: usage(7) });
	});
});

describe('Simplify on: figures', () => {
	const answer = (usage: unknown): Fault => ({
		body: JSON.stringify({ choices: [{ message: { content: 'a' } }], usage }),
	});
	const none = {
		prompt_tokens: null,
		cached_tokens: null,
		completion_tokens: null,
		reasoning_tokens: null,
		total_tokens: null,
	};
	test.each<[string, unknown, unknown]>([
		['no usage', undefined, null],
		['usage of null', null, null],
		['usage without figures', {}, none],
		[
			'some',
			{ prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
			{ ...none, prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
		],
		[
			'no total',
			{ prompt_tokens: 5, completion_tokens: 3 },
			{ ...none, prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
		],
		[
			'a reported 0',
			{ cached_tokens: 0, completion_tokens_details: { reasoning_tokens: 0 } },
			{ ...none, cached_tokens: 0, reasoning_tokens: 0 },
		],
	])('%s: what was not reported is null', async (_, sent, usage) => {
		expect((await item(answer(sent), {}))['usage']).toEqual(usage);
	});
});

describe('nesting', () => {
	const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
	test.each<[string, IDataObject]>([
		['Messages (JSON)', { specifyMessages: 'json', messagesJson: nested(100_000) }],
		['Messages (JSON)', { specifyMessages: 'json', messagesJson: '['.repeat(100_000) }],
		['Extra Body Fields', { options: { extraBody: nested(100_000) } }],
		['Functions (JSON)', { tools: { json: [{ functionsJson: '['.repeat(100_000) }] } }],
		['JSON Schema', { responseFormat: 'json_schema', schemaType: 'manual', inputSchema: nested(100_000) }],
		['JSON Example', { responseFormat: 'json_schema', schemaType: 'fromJson', jsonSchemaExample: nested(100_000) }],
	])('%s is refused before anything is sent', async (label, parameters) => {
		const { run } = await runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters)] });
		expect(run.data.resultData.error).toMatchObject({ message: `${label} is nested more than 200 levels deep` });
		expect(api.requests).toEqual([]);
	});

	test('data of an expression, too', async () => {
		const deep = JSON.parse(nested(1_000)) as IDataObject;
		const { run } = await runWorkflow({
			credential: customEndpoint(api.url),
			items: [{ json: { deep } }],
			nodes: [chatNode({ options: { extraBody: '={{ $json.deep }}' } })],
		});
		expect(run.data.resultData.error).toMatchObject({
			message: 'Extra Body Fields is nested more than 200 levels deep',
		});
	});

	test.each<[string, IDataObject, object]>([
		['an answer as JSON', { responseFormat: 'json_object' }, { content: nested(100_000) }],
		[
			'the arguments of a call',
			{},
			{ content: '', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: nested(100_000) } }] },
		],
	])('%s ends in an error that n8n can store', async (_, parameters, message) => {
		api.fault({ body: JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] }) });
		const { run, json } = await runWorkflow({
			credential: customEndpoint(api.url),
			nodes: [chatNode(parameters, { onError: 'continueRegularOutput' })],
		});
		expect(json('StepFun Chat')[0]!['message']).toMatch(/nested more than 200 levels deep$/);
		expect(api.requests).toHaveLength(1);
		expect(() => JSON.stringify(run.data.resultData.runData)).not.toThrow();
	});

	test('up to the limit they are read', async () => {
		const { json } = await runWorkflow({
			credential: customEndpoint(api.url),
			nodes: [chatNode({ options: { extraBody: `{"x":${nested(199)}}` } })],
		});
		expect(json('StepFun Chat')[0]).toHaveProperty('content');
	});
});
