import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';
import { startEmulator, type Fault } from '../../emulator';
import { selfSigned } from '../self-signed';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();

/** One item under Continue On Fail: its completion, or what stands for it. */
async function run(options: IDataObject = {}, url = api.url) {
	const start = clock.now();
	const { json } = await runWorkflow({
		credential: customEndpoint(url),
		nodes: [chatNode({ options }, { onError: 'continueRegularOutput' })],
	});
	const [item] = json('StepFun Chat');
	return { item: item!, error: item!['error'] as IDataObject | undefined, ms: clock.now() - start };
}

const always = (fault: Fault) => api.fault(() => ({ ...fault }));
const once = { retries: 0 };

describe('no connection', () => {
	test('refused', async () => {
		const server = createTcpServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		await new Promise((resolve) => server.close(resolve));
		const { item, error } = await run({ retries: 1 }, `http://127.0.0.1:${port}/v1`);
		expect(item['message']).toBe(`The connection was refused: http://127.0.0.1:${port}`);
		expect(error).toMatchObject({ type: 'connection_failed', retryable: true, attempts: 2 });
	});

	test('DNS', async () => {
		const { item, error } = await run(once, 'http://no-such-host.invalid/v1');
		expect(item['message']).toBe('The address could not be found (DNS): http://no-such-host.invalid');
		expect(error).toMatchObject({ type: 'connection_failed', attempts: 1 });
	});

	test('TLS: a certificate that nobody vouches for, and HTTPS asked of HTTP', async () => {
		const secure = await startEmulator({ tls: selfSigned });
		try {
			const { item, error } = await run({}, secure.url);
			expect(item['message']).toBe(`No secure connection could be made (TLS): ${secure.origin}`);
			expect(error).toMatchObject({ type: 'connection_failed', retryable: false, attempts: 1 });
			expect(secure.requests).toEqual([]);
		} finally {
			await secure.close();
		}
		const { item } = await run({}, api.url.replace('http:', 'https:'));
		expect(item['message']).toMatch(/^No secure connection could be made \(TLS\)/);
	});
});

/** A server that answers each connection's first bytes with its own, and closes it. */
async function withServer(answer: string | Buffer, use: (host: string) => Promise<void>): Promise<void> {
	const server = createTcpServer((socket) => {
		socket.on('error', () => {}).once('data', () => socket.end(answer));
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	try {
		await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
	} finally {
		await new Promise((resolve) => server.close(resolve));
	}
}

describe('the wrong scheme', () => {
	const told = (host: string) => `The server speaks HTTPS, but was asked without it: http://${host}`;
	const badRequest = (body: string, type = 'text/html'): string =>
		`HTTP/1.1 400 Bad Request\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

	test('http:// asked of a server that closes the connection', async () => {
		const secure = await startEmulator({ tls: selfSigned });
		try {
			const { item, error } = await run({ retries: 3 }, secure.url.replace('https:', 'http:'));
			expect(item['message']).toBe(told(secure.origin.replace('https://', '')));
			expect(error).toMatchObject({
				type: 'connection_failed',
				retryable: false,
				attempts: 1,
				hint: expect.stringMatching(/https:\/\//),
			});
			expect(secure.requests).toEqual([]);
		} finally {
			await secure.close();
		}
	});

	test.each<[string, string | Buffer]>([
		['an alert of TLS', Buffer.from('15030100020246', 'hex')],
		['an alert of TLS 1.2', Buffer.from('15030300020228', 'hex')],
		['nginx', badRequest('<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>')],
		['Go', badRequest('Client sent an HTTP request to an HTTPS server.\n', 'text/plain')],
		['Apache', badRequest("Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />")],
		['Tomcat', badRequest('Bad Request\r\nThis combination of host and port requires TLS.\r\n', 'text/plain')],
	])('http:// asked of a server that answers as %s', async (_, answer) => {
		await withServer(answer, async (host) => {
			const { item, error } = await run({ retries: 3 }, `http://${host}/v1`);
			expect(item['message']).toBe(told(host));
			expect(error).toMatchObject({ type: 'connection_failed', retryable: false, attempts: 1 });
		});
	});

	test.each([
		['HTTP', badRequest('')],
		['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
		['Redis', '-ERR unknown command\r\n'],
	])('https:// asked of a server that speaks %s', async (_, answer) => {
		await withServer(answer, async (host) => {
			const { item, error } = await run({ retries: 3 }, `https://${host}/v1`);
			expect(item['message']).toBe(`No secure connection could be made (TLS): https://${host} does not speak HTTPS`);
			expect(error).toMatchObject({ type: 'connection_failed', retryable: false, attempts: 1 });
		});
	});

	test('is not what a server that resets its connections is told of', async () => {
		always({ resetBeforeHeaders: true });
		const { item, error } = await run({ retries: 2 });
		expect(item['message']).toBe(`The connection was closed before an answer came: ${api.origin}`);
		expect(error).toMatchObject({ retryable: true, attempts: 3 });
		expect(api.requests).toHaveLength(3);
	});
});

describe('a proxy', () => {
	const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];
	const before = names.map((name) => process.env[name]);
	beforeEach(() => names.forEach((name) => delete process.env[name]));
	afterAll(() =>
		names.forEach((name, i) => {
			if (before[i] === undefined) delete process.env[name];
			else process.env[name] = before[i];
		}),
	);

	async function unusedPort(): Promise<number> {
		let port = 0;
		await withServer('', async (host) => void (port = Number(host.split(':')[1])));
		return port;
	}

	test.each([
		['HTTP_PROXY', 'http://gateway.example.com'],
		['HTTPS_PROXY', 'https://gateway.example.com'],
		['ALL_PROXY', 'https://gateway.example.com:8443'],
		['HTTPS_PROXY', 'https://192.0.2.7'],
	])('that is not there is named: %s for %s', async (name, origin) => {
		const port = await unusedPort();
		process.env[name] = `http://user:hunter2secret@127.0.0.1:${port}`;
		const { item, error } = await run(once, `${origin}/v1`);
		expect(item['message']).toBe(
			`The proxy 127.0.0.1:${port} cannot be reached, and requests to ${origin} go through it`,
		);
		expect(error).toMatchObject({
			type: 'connection_failed',
			retryable: true,
			hint: expect.stringMatching(/HTTPS_PROXY/),
		});
	});

	test.each(['http', 'https'])('whose name is not known is named, %s', async (scheme) => {
		process.env['ALL_PROXY'] = 'http://no-such-proxy.invalid:3128';
		const { item } = await run(once, `${scheme}://gateway.example.com/v1`);
		expect(item['message']).toBe(
			`The proxy no-such-proxy.invalid cannot be reached, and requests to ${scheme}://gateway.example.com go through it`,
		);
	});

	test.each(['http', 'https'])('that asks for a password is named, %s', async (scheme) => {
		await withServer('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n', async (host) => {
			process.env['ALL_PROXY'] = `http://${host}`;
			const { error } = await run(once, `${scheme}://gateway.example.com/v1`);
			expect(error).toMatchObject({ status: 407, retryable: false, hint: expect.stringMatching(/HTTP_PROXY/) });
		});
	});

	test('is not named where the server itself cannot be reached', async () => {
		const port = await unusedPort();
		for (const host of ['127.0.0.1', 'localhost']) {
			const { item } = await run(once, `http://${host}:${port}/v1`);
			expect(item['message']).toBe(`The connection was refused: http://${host}:${port}`);
		}
	});
});

describe('retries', () => {
	test.each<[string, Fault]>([
		['a reset before the headers', { resetBeforeHeaders: true }],
		['a reset after the headers', { resetAfterBytes: 0 }],
		['a reset within the reasoning', { resetAfterChunks: 2 }],
		['429', { status: 429, retryAfter: '0' }],
		['500', { status: 500 }],
		['502 as HTML', { status: 502 }],
		['503', { status: 503 }],
		['504', { status: 504 }],
		['an empty body', { body: '' }],
		['truncated JSON', { body: '{"id":"x","choices":[{"mess' }],
		[
			'an error object inside a stream',
			{ raw: 'data: {"error":{"message":"overloaded","type":"engine_overloaded"}}\n\n' },
		],
	])('%s is tried again and then answered', async (_, fault) => {
		api.fault(fault);
		const { item } = await run();
		expect(item['content']).toEqual(expect.stringMatching(/./));
		expect(api.requests).toHaveLength(2);
	});

	test('three times by default, or as often as Retries says; the number of attempts is in the details', async () => {
		always({ status: 500, headers: { 'Retry-After': '0' } });
		expect((await run()).error).toMatchObject({
			type: 'internal_error',
			status: 500,
			attempts: 4,
			retryable: true,
			requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
		});
		expect(api.requests).toHaveLength(4);
		api.requests.length = 0;
		expect((await run({ retries: 1 })).error).toMatchObject({ attempts: 2 });
		expect((await run(once)).error).toMatchObject({ attempts: 1 });
		expect(api.requests).toHaveLength(3);
	});

	test('a limit that lets nothing through ends in its error after three retries', async () => {
		always({ status: 429, retryAfter: '0' });
		const { item, error } = await run();
		expect(item['message']).toMatch(/^request limited RPM reached/);
		expect(error).toMatchObject({ type: 'rate_limited', status: 429, attempts: 4 });
	});

	test.each([400, 401, 402, 404, 451])('%i never', async (status) => {
		always({ status });
		expect((await run()).error).toMatchObject({ status, retryable: false, attempts: 1 });
		expect(api.requests).toHaveLength(1);
	});

	test('Retry-After is waited for in seconds and as a date', async () => {
		api.fault([
			{ status: 503, retryAfter: '1' },
			{ status: 429, retryAfter: new Date(clock.now() + 3_000).toUTCString() },
		]);
		const { ms, item } = await run();
		expect(item['content']).toBeTruthy();
		expect(ms).toBeGreaterThan(1_900);
		expect(ms).toBeLessThan(3_900);
	});

	test('a wait of hours is not begun', async () => {
		always({ status: 429, retryAfter: '7200' });
		const { error, ms } = await run();
		expect(error).toMatchObject({ status: 429, attempts: 1, hint: expect.stringContaining('120 minutes') });
		expect(ms).toBeLessThan(2_000);
	});
});

describe('an answer that breaks off', () => {
	const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
	const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
	const chunk = (delta: object) =>
		event({ id: 'c1', model: 'step', choices: [{ index: 0, delta, finish_reason: '' }], usage });
	const begun = chunk({ role: 'assistant', reasoning: 'I think' }) + chunk({ content: 'Half an ans' });

	test('after content: an error with content, reasoning and usage, and no other try', async () => {
		always({ raw: begun, resetAfterBytes: begun.length });
		const { item, error } = await run();
		expect(item['message']).toMatch(/broke off in the middle of the answer/);
		expect(error).toMatchObject({
			type: 'connection_cut',
			attempts: 1,
			partial: { choices: [{ message: { content: 'Half an ans', reasoning: 'I think' } }], usage: { total_tokens: 7 } },
		});
		expect(api.requests).toHaveLength(1);
	});

	test('by an orderly end without finish_reason: the same', async () => {
		always({ raw: begun });
		expect((await run()).error).toMatchObject({
			type: 'connection_cut',
			attempts: 1,
			partial: { choices: [{ message: { content: 'Half an ans' } }] },
		});
	});

	test("by an error object: the same, with the server's words", async () => {
		const message = 'The content you provided or machine outputted is blocked.';
		always({ raw: begun + event({ error: { message, type: 'censorship_blocked' } }) });
		const { item, error } = await run();
		expect(item['message']).toBe(message);
		expect(error).toMatchObject({
			type: 'censorship_blocked',
			status: 451,
			attempts: 1,
			partial: { choices: [{ message: { content: 'Half an ans' } }] },
		});
	});
});

describe('time', () => {
	test.each<[string, Fault]>([
		['before the headers', { stallBeforeHeaders: true }],
		['before the first byte', { stallAfterBytes: 0 }],
		['in the middle', { stallAfterChunks: 2 }],
		['in the middle, with pings', { stallAfterChunks: 2, pings: 50 }],
		['before the first byte, with pings', { stallAfterBytes: 0, pings: 50 }],
	])('silence %s ends at Timeout, is not tried again, and closes the connection', async (_, fault) => {
		always(fault);
		const { item, error, ms } = await run({ timeout: 400 });
		expect(item['message']).toBe('The server sent nothing for 0.4 seconds');
		expect(error).toMatchObject({ type: 'timeout', attempts: 1 });
		expect(ms).toBeGreaterThan(390);
		expect(ms).toBeLessThan(2_500);
		await clock.sleep(50);
		expect(api.requests.map(({ socketClosedAt }) => typeof socketClosedAt)).toEqual(['number']);
	});

	test('an answer that keeps coming is no silence, however long it takes', async () => {
		always({ chunkDelayMs: 15 });
		const { item, ms } = await run({ timeout: 300 });
		expect(item['content']).toBeTruthy();
		expect(ms).toBeGreaterThan(400);
	});

	test('Total Timeout ends an answer that keeps coming, and keeps what had arrived', async () => {
		always({ chunkDelayMs: 60 });
		const { item, error } = await run({ totalTimeout: 400 });
		expect(item['message']).toBe('The completion took longer than Total Timeout (0.4 seconds)');
		expect(error).toMatchObject({ type: 'timeout', attempts: 1, partial: { object: 'chat.completion' } });
	});

	test('Total Timeout counts waits and retries, and says what it was waiting for', async () => {
		always({ status: 429, retryAfter: '30' });
		const { item, ms } = await run({ totalTimeout: 500 });
		expect(item['message']).toMatch(
			/^The completion took longer than Total Timeout \(0\.5 seconds\), after: request limited RPM reached/,
		);
		expect(ms).toBeLessThan(2_500);
	});
});

describe('gateways', () => {
	test('gzip, whether asked for or not', async () => {
		always({ gzip: true });
		expect((await run()).item['finish_reason']).toBe('stop');
	});

	test('JSON where a stream was asked for, and a stream where JSON was', async () => {
		api.fault([{ respondJson: true }, { respondSse: true }]);
		expect((await run()).item['finish_reason']).toBe('stop');
		expect((await run({ stream: false })).item['finish_reason']).toBe('stop');
		expect(api.requests.map(({ body }) => (body as IDataObject)['stream'])).toEqual([true, false]);
	});

	test('a web page with status 200', async () => {
		always({ body: '<!doctype html><title>Login</title>', headers: { 'Content-Type': 'text/html' } });
		const { item, error } = await run();
		expect(item['message']).toMatch(/web page/);
		expect(error).toMatchObject({ type: 'not_the_api', attempts: 1 });
	});

	test.each([301, 302, 307, 308])('a redirect (%i) is not followed: the key stays here', async (status) => {
		const other = await startEmulator();
		try {
			always({ status, redirectTo: `${other.url}/chat/completions` });
			const { item, error } = await run();
			expect(item['message']).toBe(`The server at ${api.origin} redirects to ${other.origin}`);
			expect(error).toMatchObject({ type: 'redirected', status, attempts: 1 });
			expect(other.requests).toEqual([]);
		} finally {
			await other.close();
		}
	});

	test('bytes that are split anywhere', async () => {
		api.fault([{}, { splitBytes: 1 }]);
		const [whole, split] = [await run(), await run()];
		expect({ ...split.item, id: '' }).toEqual({ ...whole.item, id: '' });
	});
});
