import { Container } from '@n8n/di';
import { SsrfProtectionConfig } from '@n8n/config';
import { stringify } from 'flatted';
import { inspect } from 'node:util';
import { LoggerProxy, type IDataObject, type INode, type INodeType } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const KEY = 'topsecretkey0815';
const PROMPT = 'The merger with Globex will be announced on Friday at noon';
const BASE64 = Buffer.from('a picture of something that nobody may see, '.repeat(20)).toString('base64');

const { api } = useStage({ apiKey: KEY });

/** Takes the place of the items before it, so that they reach the chat by expressions only. */
const blank: INodeType = {
	description: {
		displayName: 'Blank',
		name: 'blank',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Blank' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	async execute() {
		return [[{ json: {}, pairedItem: { item: 0 } }]];
	},
};

const messages = [
	{
		role: 'user',
		content: [
			{ type: 'text', text: PROMPT },
			{ type: 'image_url', image_url: { url: `data:image/png;base64,${BASE64}` } },
		],
	},
];

/** Everything that n8n stores of the chat's run and of the error, and everything it logs. */
async function trace(
	node: Partial<INode>,
	options: IDataObject,
	credential = customEndpoint(api.url, KEY),
): Promise<string> {
	const logged: unknown[] = [];
	const note = (...args: unknown[]): void => void logged.push(args);
	LoggerProxy.init({ error: note, warn: note, info: note, debug: note } as unknown as Parameters<
		typeof LoggerProxy.init
	>[0]);
	const { run } = await runWorkflow({
		items: [{ json: { messages } }],
		credential,
		types: { blank },
		nodes: [
			{ name: 'Blank', type: 'blank' },
			chatNode(
				{
					model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
					specifyMessages: 'json',
					messagesJson: "={{ $('Start').first().json.messages }}",
					options,
				},
				node,
			),
		],
	});
	const tasks = run.data.resultData.runData['StepFun Chat'];
	const { error } = run.data.resultData;
	expect(tasks?.[0]?.error ?? tasks?.[0]?.data?.['main']?.[1]?.[0]?.json['error']).toBeDefined();
	// Also what JSON leaves out: stack and causes, as deep as they go.
	return stringify([
		tasks,
		error,
		inspect([tasks, error, logged], { depth: 12, maxStringLength: null, showHidden: true }),
	]);
}

const echo = (request: unknown): string =>
	JSON.stringify({
		error: {
			message: `Cannot read: ${JSON.stringify(request)} with Authorization: Bearer ${KEY}`,
			type: 'request_params_invalid',
		},
	});

const faults: Array<[string, Fault]> = [
	['a reset before the headers', { resetBeforeHeaders: true }],
	['a reset within the answer', { resetAfterChunks: 3 }],
	['a stall', { stallBeforeHeaders: true }],
	['a stall within the answer', { stallAfterChunks: 3 }],
	['a refused key', { status: 401 }],
	['a refused key that is repeated', { status: 401, body: `{"error":{"message":"Incorrect API key: ${KEY}"}}` }],
	['a web page', { status: 502 }],
	['no JSON', { body: '{"a":' }],
	['a redirect', { redirectTo: 'http://127.0.0.1:1/' }],
];

describe.each([undefined, 'continueErrorOutput'] as const)(
	'no key, prompt or base64 in what n8n stores and logs, On Error %s',
	(onError) => {
		const check = (text: string): void => {
			expect(text).toContain('StepFun Chat');
			expect(text).not.toContain(KEY);
			expect(text).not.toContain(BASE64.slice(0, 40));
			expect(text).not.toContain('Globex');
		};

		test.each(faults)('%s', async (_, fault) => {
			api.fault(() => ({ ...fault }));
			check(await trace({ ...(onError && { onError }) }, { retries: 0, timeout: 150 }));
		});

		test.each(['error', 'raw'])('a server that repeats what it was sent (%s)', async (kind) => {
			api.fault((request) =>
				kind === 'error'
					? { status: 400, body: echo(request.body) }
					: { status: 500, body: `oops ${request.headers.authorization} ${request.rawBody.toString()}` },
			);
			check(await trace({ ...(onError && { onError }) }, { retries: 0 }));
		});

		test('no connection', async () => {
			check(await trace({ ...(onError && { onError }) }, { retries: 0 }, customEndpoint('http://127.0.0.1:1/v1', KEY)));
		});
	},
);

describe('names and arguments from the model', () => {
	const call = (name: string, args: string) => ({
		index: 0,
		id: '__proto__',
		type: 'function',
		function: { name, arguments: args },
	});
	test.each(['__proto__', 'constructor', 'toString'])('%s reaches no prototype', async (name) => {
		const args = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
		const chunk = {
			id: 'c',
			model: 'm',
			choices: [
				{ index: 0, delta: { role: 'assistant', tool_calls: [call(name, args)] }, finish_reason: 'tool_calls' },
			],
		};
		api.fault(() => ({ raw: `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` }));
		const { json } = await runWorkflow({ credential: customEndpoint(api.url, KEY), nodes: [chatNode()] });
		expect(json('StepFun Chat')[0]!['tool_calls']).toEqual([
			expect.objectContaining({ function: expect.objectContaining({ name, arguments: args }) }),
		]);
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});
});

describe("n8n's own guards", () => {
	const run = async (credential: IDataObject) => {
		const { json } = await runWorkflow({
			credential,
			nodes: [chatNode({ options: { retries: 0 } }, { onError: 'continueRegularOutput' })],
		});
		return json('StepFun Chat')[0]!;
	};

	test('SSRF protection keeps requests from addresses that are not public', async () => {
		const config = Container.get(SsrfProtectionConfig);
		const before = config.enabled;
		config.enabled = true;
		try {
			const item = await run(customEndpoint(api.url, KEY));
			expect(item['message']).toMatch(/^n8n does not allow requests to this address: http:\/\/127\.0\.0\.1/);
			expect(item['error']).toMatchObject({ type: 'connection_failed', retryable: false });
			expect(api.requests).toEqual([]);
		} finally {
			config.enabled = before;
		}
	});

	test("a custom base URL must be among the credential's allowed domains", async () => {
		const item = await run({
			...customEndpoint(api.url, KEY),
			allowedHttpRequestDomains: 'domains',
			allowedDomains: 'example.com',
		});
		expect(item['message']).toMatch(/^n8n does not allow requests to this address: http:\/\/127\.0\.0\.1/);
		expect(api.requests).toEqual([]);
		const allowed = await run({
			...customEndpoint(api.url, KEY),
			allowedHttpRequestDomains: 'domains',
			allowedDomains: '127.0.0.1',
		});
		expect(allowed['finish_reason']).toBe('stop');
	});
});
