import type { IDataObject } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow, startWorkflow } from './harness';
import { dialect, useStage } from './stage';

const { api, clock } = useStage();

const credential = () => customEndpoint(api.url);
const bodies = () => api.requests.map(({ body }) => body as IDataObject);
const userMessage = (content: string) => ({ messages: { values: [{ role: 'user', content }] } });

describe('request', () => {
	test('is one completion per input item, with expressions of that item', async () => {
		const { json, items, run } = await runWorkflow({
			items: [{ json: { topic: 'tea' } }, { json: { topic: 'rain' } }],
			credential: credential(),
			nodes: [chatNode(userMessage('=Tell me about {{ $json.topic }}'))],
		});
		expect(run.status).toBe('success');
		expect(json('StepFun Chat').map(({ content }) => content)).toEqual([
			expect.stringContaining('tea'),
			expect.stringContaining('rain'),
		]);
		expect(items('StepFun Chat').map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});

	test('holds the messages of the panel in their order, and nothing that was not set', async () => {
		const messages = [
			{ role: 'system', content: 'Answer in one word' },
			{ role: 'user', content: 'Hello' },
			{ role: 'assistant', content: 'Hi' },
			{ role: 'user', content: 'And now?' },
		];
		await runWorkflow({ credential: credential(), nodes: [chatNode({ messages: { values: messages } })] });
		expect(bodies()).toEqual([{ model: 'step-3.5-flash', messages, stream: true }]);
	});

	test('sends every option that was added under its wire name, 0 included', async () => {
		const options = { maxTokens: 512, temperature: 0, topP: 0.5, n: 2, stop: ['###', 'END'], frequencyPenalty: 0 };
		await runWorkflow({ credential: credential(), nodes: [chatNode({ options })] });
		expect(bodies()[0]).toMatchObject({
			max_tokens: 512,
			temperature: 0,
			top_p: 0.5,
			n: 2,
			stop: ['###', 'END'],
			frequency_penalty: 0,
		});
	});

	test('takes a whole conversation from an expression', async () => {
		const history = [
			{ role: 'user', content: 'My name is Ada' },
			{ role: 'assistant', content: 'Hello Ada' },
			{ role: 'user', content: 'What is my name?' },
		];
		await runWorkflow({
			items: [{ json: { history } }],
			credential: credential(),
			nodes: [chatNode({ specifyMessages: 'json', messagesJson: '={{ $json.history }}' })],
		});
		expect(bodies()[0]?.['messages']).toEqual(history);
	});

	test('carries the key without the blanks and line breaks that were pasted with it', async () => {
		await runWorkflow({
			credential: customEndpoint(`${api.origin}//v1/v1/chat/completions/`.replace('//v1', '/v1'), ' sk-emulator\n'),
			nodes: [chatNode()],
		});
		expect(api.requests.map(({ headers, url }) => [headers.authorization, url])).toEqual([
			['Bearer sk-emulator', '/v1/chat/completions'],
		]);
	});
});

describe('output', () => {
	test('is flat and simple by default', async () => {
		const { json } = await runWorkflow({ credential: credential(), nodes: [chatNode()] });
		expect(json('StepFun Chat')).toEqual([
			{
				content: expect.stringContaining('Hello'),
				reasoning: expect.stringMatching(/\S/),
				tool_calls: [],
				finish_reason: 'stop',
				usage: {
					prompt_tokens: expect.any(Number),
					// Without a cached part the documentation's usage has no such field.
					cached_tokens: dialect === 'documented' ? null : expect.any(Number),
					completion_tokens: expect.any(Number),
					reasoning_tokens: expect.any(Number),
					total_tokens: expect.any(Number),
				},
				model: 'step-3.5-flash',
				id: expect.stringMatching(/\S/),
			},
		]);
	});

	test('is the chat.completion of the API when not simplified', async () => {
		const { json } = await runWorkflow({ credential: credential(), nodes: [chatNode({ simplify: false })] });
		expect(json('StepFun Chat')).toEqual([
			expect.objectContaining({
				object: 'chat.completion',
				model: 'step-3.5-flash',
				created: expect.any(Number),
				choices: [
					{
						index: 0,
						// The live API sends the same under reasoning_content, too.
						message: expect.objectContaining({
							role: 'assistant',
							content: expect.stringContaining('Hello'),
							reasoning: expect.stringMatching(/\S/),
						}),
						finish_reason: 'stop',
					},
				],
			}),
		]);
	});

	test('lists all choices when several were asked for', async () => {
		const { json } = await runWorkflow({ credential: credential(), nodes: [chatNode({ options: { n: 3 } })] });
		const [item] = json('StepFun Chat');
		const choices = item!['choices'] as IDataObject[];
		expect(choices).toHaveLength(3);
		expect(new Set(choices.map(({ content }) => content)).size).toBe(3);
		expect(item!['content']).toBe(choices[0]!['content']);
	});

	test('ends at a stop sequence, and says when max_tokens cut it', async () => {
		// The live API counts no reasoning tokens.
		api.options.dialect = 'documented';
		const stopped = await runWorkflow({
			credential: credential(),
			nodes: [chatNode({ options: { stop: ['asked'] } })],
		});
		expect(stopped.json('StepFun Chat')[0]).toMatchObject({ content: 'You ', finish_reason: 'stop' });
		const whole = stopped.json('StepFun Chat')[0]!['usage'] as IDataObject;
		const maxTokens = Number(whole['reasoning_tokens']) + 5;
		const cut = await runWorkflow({ credential: credential(), nodes: [chatNode({ options: { maxTokens } })] });
		expect(cut.json('StepFun Chat')[0]).toMatchObject({
			finish_reason: 'length',
			content: expect.stringMatching(/^You asked/),
		});
	});

	test.each([
		['live', 0],
		['documented', 8],
	] as const)('cached tokens are those of the end of a stream: %s', async (ofServer, cachedTokens) => {
		api.options.dialect = ofServer;
		const values = [
			{ role: 'user', content: 'My name is Ada' },
			{ role: 'assistant', content: 'Hello' },
			{ role: 'user', content: 'Who am I?' },
		];
		const ask = (messages: IDataObject[]) =>
			runWorkflow({ credential: credential(), nodes: [chatNode({ messages: { values: messages } })] });
		await ask(values.slice(0, 1));
		const { json } = await ask(values);
		expect((json('StepFun Chat')[0]!['usage'] as IDataObject)['cached_tokens']).toBe(cachedTokens);
	});

	test('reports the tokens to n8n', async () => {
		const { run, json } = await runWorkflow({
			items: [{ json: {} }, { json: {} }],
			credential: credential(),
			nodes: [chatNode()],
		});
		const usages = json('StepFun Chat').map(({ usage }) => usage as IDataObject);
		const sum = (field: string) => usages.reduce((total, usage) => total + Number(usage[field]), 0);
		expect(run.data.resultData.runData['StepFun Chat']![0]!.metadata?.tokenUsage).toMatchObject({
			inputTokens: sum('prompt_tokens'),
			outputTokens: sum('completion_tokens'),
		});
	});
});

describe('one item that cannot be answered', () => {
	const mixed = {
		items: [{ json: { text: 'one' } }, { json: { text: '' } }, { json: { text: 'three' } }],
		nodes: [chatNode(userMessage('={{ $json.text }}'), { onError: 'continueRegularOutput' })],
	};

	test('becomes an item with its cause, and leaves the others alone', async () => {
		const { items } = await runWorkflow({ ...mixed, credential: credential() });
		expect(
			items('StepFun Chat').map(({ json, pairedItem }) => [json['content'] ?? json['message'], pairedItem]),
		).toEqual([
			[expect.stringContaining('one'), { item: 0 }],
			['In Messages, message 1 has no content', { item: 1 }],
			[expect.stringContaining('three'), { item: 2 }],
		]);
		expect(items('StepFun Chat')[1]!.json['error']).toMatchObject({
			type: 'invalid_input',
			retryable: false,
			hint: expect.stringMatching(/\S/),
		});
		expect(api.requests).toHaveLength(2);
	});

	test('goes to the error output, with the fields of its input', async () => {
		const { json } = await runWorkflow({
			...mixed,
			credential: credential(),
			nodes: [
				chatNode(userMessage('={{ $json.text }}'), { onError: 'continueErrorOutput' }),
				{ name: 'Done' },
				{ name: 'Failed' },
			],
			connections: {
				'StepFun Chat': {
					main: [[{ node: 'Done', type: 'main', index: 0 }], [{ node: 'Failed', type: 'main', index: 0 }]],
				},
			},
		});
		expect(json('Done')).toHaveLength(2);
		expect(json('Failed')).toEqual([
			{
				text: '',
				message: 'In Messages, message 1 has no content',
				error: expect.objectContaining({ type: 'invalid_input' }),
			},
		]);
	});

	test('ends the execution with its number otherwise', async () => {
		const { run } = await runWorkflow({
			...mixed,
			credential: credential(),
			nodes: [chatNode(userMessage('={{ $json.text }}'))],
		});
		expect(run.status).toBe('error');
		expect(run.data.resultData.error).toMatchObject({
			message: 'In Messages, message 1 has no content',
			context: { itemIndex: 1 },
		});
	});
});

describe('bad input', () => {
	const failing = async (parameters: IDataObject, given: IDataObject = credential()) => {
		const { run } = await runWorkflow({ credential: given, nodes: [chatNode(parameters)] });
		const { message, description } = run.data.resultData.error as unknown as { message: string; description: string };
		return `${message} | ${description}`;
	};
	const json = (messagesJson: string) => ({ specifyMessages: 'json', messagesJson });

	test.each<[string, IDataObject, RegExp]>([
		['no messages', { messages: { values: [] } }, /^Messages is empty \| Add at least one message/],
		['no message JSON', json(''), /^Messages must be a list, but is empty \|/],
		[
			'messages that are no list',
			json('{"role": "user"}'),
			/^Messages must be a list, but is an object \| Enter an array such as/,
		],
		[
			'broken JSON',
			json('[\n  {"role": "user" "content": "x"}\n]'),
			/^Messages \(JSON\) is not valid JSON: see line 2, column 19 \| Check the quotes/,
		],
		[
			'an unknown role',
			json('[{"role": "bot", "content": "x"}]'),
			/message 1 has the unknown role "bot" \| Use one of the roles/,
		],
		[
			'a model that an expression left empty',
			{ model: { __rl: true, mode: 'id', value: '={{ $json.none }}' } },
			/^Model is empty \| Choose a model from the list/,
		],
		[
			'temperature 3',
			{ options: { temperature: 3 } },
			/^Sampling Temperature must be a number from 0 to 2, but is 3 \|/,
		],
		['n 0', { options: { n: 0 } }, /^Number of Completions must be a whole number of at least 1, but is 0 \|/],
	])('%s is refused before anything is sent', async (_, parameters, expected) => {
		expect(await failing(parameters)).toMatch(expected);
		expect(api.requests).toHaveLength(0);
	});

	test('a wrong key names the key and the region', async () => {
		expect(await failing({}, customEndpoint(api.url, 'sk-wrong'))).toMatch(
			/^Incorrect API key provided \| Check API Key and Region in the credential/,
		);
	});

	test('an unknown model names the model list', async () => {
		expect(await failing({ model: { __rl: true, mode: 'id', value: 'step-9' } })).toMatch(
			/^The model "step-9" does not exist.* \| Check Model: choose one from the list/,
		);
	});

	test('a base URL that leads nowhere names the address', async () => {
		expect(await failing({}, customEndpoint('http://127.0.0.1:9/v1'))).toMatch(
			/^The connection was refused: http:\/\/127\.0\.0\.1:9.* \| Check Region and Base URL in the credential/,
		);
	});

	test('a base URL of another path names the path', async () => {
		expect(await failing({}, customEndpoint(`${api.origin}/api`))).toMatch(
			/^There is no chat API at http:.*\/api\/chat\/completions \| Check Region, Plan and Base URL/,
		);
	});

	test('a server that answers HTML is told from the API', async () => {
		api.fault({ raw: '<html><body>Welcome</body></html>', contentType: 'text/html' });
		expect(await failing({})).toMatch(/^The server answered with a web page instead of a completion \| Check Region/);
	});
});

test('Stop ends the request', async () => {
	api.fault({ stallBeforeHeaders: true });
	const execution = startWorkflow({ credential: credential(), nodes: [chatNode()] });
	while (api.requests.length === 0) await clock.sleep(5);
	execution.cancel();
	const run = await execution;
	expect(run.status).toBe('canceled');
	expect(run.data.resultData.runData['StepFun Chat']?.[0]?.data).toBeUndefined();
});
