import { Container } from '@n8n/di';
import { SsrfProtectionConfig } from '@n8n/config';
import { stringify } from 'flatted';
import { inspect } from 'node:util';
import { LoggerProxy, type IDataObject, type INode, type INodeType } from 'n8n-workflow';
import { StepfunApi } from '../../credentials/StepfunApi.credentials';
import type { Fault } from '../../emulator';
import { listModels } from '../../stepfun/list-models';
import { undiciSend } from '../send';
import { chatNode, credentials, customEndpoint, runWorkflow } from './harness';
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

describe('the key in whatever a server says', () => {
	const base64 = (before: string): string => Buffer.from(before + KEY).toString('base64');
	const forms: Array<[string, string]> = [
		['as it is', KEY],
		['in capital letters', KEY.toUpperCase()],
		['after Bearer', `Bearer ${KEY}`],
		['in quotes', `"${KEY}"`],
		['as base64', base64('')],
		['as base64 of a header', base64('Bearer ')],
		['as base64 of a user name and password', base64('user:')],
		['as base64 without padding', base64('x:').replace(/=+$/, '')],
		['as base64 for URLs', Buffer.from(`${KEY}??>`).toString('base64url')],
		['as hexadecimal digits', Buffer.from(KEY).toString('hex')],
		['percent-encoded', encodeURIComponent(KEY).replace(/e/g, '%65').replace(/s/g, '%73')],
		['percent-encoded twice', KEY.replace(/e/g, '%2565')],
		['with escapes of JSON', KEY.replace(/e/g, '\\u0065')],
		['with entities of HTML', KEY.replace(/e/g, '&#x65;').replace(/t/g, '&#116;')],
		['in a URL', `https://${KEY}.example/?key=${KEY}`],
		['where the message is cut', `${'word '.repeat(98)}${KEY}`],
		['where an excerpt is cut', `${'word '.repeat(38)}${KEY}`],
	];
	/** Long enough a part of the key to be of use, in any of its forms. */
	const parts = [KEY, ...['', 'Bearer ', 'user:', 'x:'].map(base64), Buffer.from(KEY).toString('hex')].flatMap((form) =>
		Array.from({ length: form.length - 7 }, (_, i) => form.slice(i, i + 8).toLowerCase()),
	);
	/** Of base64, the part that the text before the key decides is no part of the key. */
	const told = parts.filter((part) => !base64('Bearer ').toLowerCase().slice(0, 12).includes(part));

	const places: Array<[string, (form: string) => Fault]> = [
		['a message', (form) => ({ status: 400, body: JSON.stringify({ error: { message: `No ${form}` } }) })],
		['a type', (form) => ({ status: 400, body: JSON.stringify({ error: { message: 'No', type: form } }) })],
		['a code', (form) => ({ status: 400, body: JSON.stringify({ error: { message: 'No', code: form } }) })],
		['an error that is text', (form) => ({ status: 400, body: JSON.stringify({ error: form, type: form }) })],
		['a provider', (form) => ({ status: 429, body: JSON.stringify({ error: { metadata: { raw: form } } }) })],
		['plain text', (form) => ({ status: 500, body: form })],
		['a shape of its own', (form) => ({ status: 500, body: JSON.stringify({ reason: { told: form } }) })],
		['a stream', (form) => ({ raw: `data: ${JSON.stringify({ error: { message: form, type: form } })}\n\n` })],
		['no stream', (form) => ({ raw: form })],
		['a broken event', (form) => ({ raw: `data: {"a": ${form}\n\n` })],
		['no completion', (form) => ({ raw: `data: ${JSON.stringify(form)}\n\n` })],
		['no choices', (form) => ({ body: JSON.stringify({ choices: [], told: form }) })],
		['incomplete JSON', (form) => ({ body: `{"told": ${form}` })],
		['a trace ID', (form) => ({ status: 500, headers: { 'x-trace-id': form } })],
		['a request ID', (form) => ({ status: 500, headers: { 'X-Request-Id': form } })],
		['a redirect', (form) => ({ redirectTo: `https://${form.replace(/[^\w.%-]/g, '')}.example/${form}` })],
		['a port', (form) => ({ redirectTo: `https://${form}` })],
	];

	test.each(places)('is taken out of %s', async (_, fault) => {
		for (const [, form] of forms) {
			api.fault(() => fault(form));
			const text = (await trace({}, { retries: 0 })).toLowerCase();
			expect(told.filter((part) => text.includes(part))).toEqual([]);
		}
	});

	test('and what else is said stays', async () => {
		api.fault(() => ({
			status: 401,
			headers: { 'x-trace-id': 'trace-77' },
			body: JSON.stringify({ error: { message: `The key ${KEY} has expired`, type: 'invalid_api_key' } }),
		}));
		const { json } = await runWorkflow({
			credential: customEndpoint(api.url, KEY),
			nodes: [chatNode({}, { onError: 'continueRegularOutput' })],
		});
		expect(json('StepFun Chat')[0]).toMatchObject({
			message: 'The key […] has expired',
			error: { type: 'invalid_api_key', status: 401, requestId: 'trace-77' },
		});
	});

	test.each<[string, (form: string) => Fault]>([
		...places.slice(0, 7),
		['an answer that is no list', (form) => ({ body: form })],
		['a web page', (form) => ({ body: `<html>${form}</html>` })],
		['a name of a model', (form) => ({ body: JSON.stringify({ data: [{ id: form }, { id: 'step-3.5-flash' }] }) })],
		...places.slice(13),
	])('is not in the list of models: %s', async (_, fault) => {
		const send = undiciSend(KEY);
		try {
			for (const [, form] of forms) {
				api.fault(() => fault(form));
				const given = await listModels({ send, baseUrl: api.url, apiKey: KEY }).catch((error: unknown) => error);
				const text = inspect(given, { depth: 12, maxStringLength: null, showHidden: true }).toLowerCase();
				expect(told.filter((part) => text.includes(part))).toEqual([]);
			}
		} finally {
			await send.close();
		}
	});
});

describe('what a server repeats of a prompt', () => {
	const ask = async (content: string, fault: Fault) => {
		api.fault(() => ({ ...fault }));
		const { json } = await runWorkflow({
			credential: customEndpoint(api.url, KEY),
			nodes: [
				chatNode(
					{ messages: { values: [{ role: 'user', content }] }, options: { retries: 0, timeout: 150 } },
					{ onError: 'continueRegularOutput' },
				),
			],
		});
		return json('StepFun Chat')[0]!['message'] as string;
	};

	test.each<[string, Fault]>([
		['The server answered with status 502 and a web page', { status: 502 }],
		['The connection was closed before an answer came', { resetBeforeHeaders: true }],
		['The server sent nothing for', { stallBeforeHeaders: true }],
		['The server answered with a web page instead of a completion', { body: '<html>' }],
		['The server reported an error without a message', { status: 500, body: '{"error":{}}' }],
		['The answer is not a stream of events: Hello', { body: 'Hello' }],
	])('is no sentence of ours: %s', async (sentence, fault) => {
		const prompt = `Why does n8n say "${sentence}: ${api.origin} and 127.0.0.1"? ${sentence}: ${api.origin}`;
		expect(await ask(prompt, fault)).toMatch(sentence);
	});

	test('is no address of ours', async () => {
		const fault = { status: 404, body: 'page not found' };
		const message = `There is no chat API at ${api.url}/chat/completions`;
		expect(await ask(`Explain: ${message}`, fault)).toBe(message);
	});

	test('is taken out of the part that the server said, and its figures stay', async () => {
		const said = 'max token: 32768, input token: 40321';
		const echoed = JSON.stringify({ error: { message: `${PROMPT}: ${said}` } });
		expect(await ask(PROMPT, { status: 400, body: echoed })).toBe(`[…]: ${said}`);
		expect(
			await ask(`${PROMPT} The server answered with status 500`, { status: 500, body: `${PROMPT}: ${said}` }),
		).toBe(`The server answered with status 500: […]: ${said}`);
	});
});

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

describe('a base URL with a user name or password', () => {
	const urls = (): string[] => [
		api.url.replace('//', '//user:hunter2secret@'),
		api.url.replace('//', '//api.stepfun.ai@'),
		`${api.url.replace('//', '//user:hunter2secret@')}/nowhere`,
	];
	const message = 'The Base URL in the StepFun API credential contains a user name or password';

	test.each([undefined, 'continueErrorOutput'] as const)(
		'is refused, and told nowhere, On Error %s',
		async (onError) => {
			for (const url of urls()) {
				const text = await trace({ ...(onError && { onError }) }, { retries: 0 }, customEndpoint(url, KEY));
				expect(text).toContain(message);
				expect(text).not.toContain('hunter2secret');
			}
			expect(api.requests).toEqual([]);
		},
	);

	test("is refused by the credential's test", async () => {
		/** As n8n makes a node of the test's request. */
		const probe: INodeType = {
			description: {
				displayName: 'Probe',
				name: 'probe',
				group: ['input'],
				version: 1,
				description: '',
				defaults: { name: 'Probe' },
				inputs: ['main'],
				outputs: ['main'],
				credentials: [{ name: 'stepfunApi', required: true }],
				properties: [
					{
						displayName: 'Temp',
						name: 'temp',
						type: 'string',
						default: '',
						routing: { request: new StepfunApi().test.request },
					},
				],
			},
		};
		const check = async (url: string) =>
			await runWorkflow({
				credential: customEndpoint(url, ` "Bearer ${KEY}" `),
				types: { probe },
				nodes: [{ name: 'Probe', type: 'probe', credentials }],
			});
		for (const url of urls()) {
			const { error } = (await check(url)).run.data.resultData;
			expect(error!.message).toContain(message);
			expect(inspect(error, { depth: 12 })).not.toContain('hunter2secret');
		}
		expect(api.requests).toEqual([]);
		expect((await check(api.url)).run.status).toBe('success');
		expect(api.requests.map(({ headers, url }) => [headers.authorization, url])).toEqual([
			[`Bearer ${KEY}`, '/v1/models'],
		]);
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
