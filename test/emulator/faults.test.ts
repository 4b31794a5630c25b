import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import type { Fault } from '../../emulator';
import { useEmulator } from '../use-emulator';
import { virtualClock } from '../virtual-clock';
import { ask, chunksOf, send } from './client';

const clock = virtualClock();
const emulator = useEmulator({ clock });
const stream = ask('Hi', { stream: true });

/** Opens a chat request and leaves its answer to the test. */
const open = (body: object = stream, signal?: AbortSignal) =>
	request(`${emulator.url}/chat/completions`, {
		method: 'POST',
		headers: { authorization: 'Bearer sk-emulator' },
		body: JSON.stringify(body),
		signal,
	});

/** The text that arrives before the connection ends, is cut, or stays silent for 100 ms. */
async function received(fault: Fault): Promise<{ text: string; end: 'done' | 'cut' | 'silent' }> {
	emulator.fault(fault);
	const response = await open();
	let text = '';
	const read = (async () => {
		try {
			for await (const chunk of response.body) text += chunk;
			return 'done' as const;
		} catch {
			return 'cut' as const;
		}
	})();
	const end = await Promise.race([read, clock.sleep(100).then(() => 'silent' as const)]);
	const result = { text, end };
	response.body.destroy();
	await read;
	return result;
}

test('faults are for the next chat requests, one each; then all is well', async () => {
	emulator.fault([{ status: 503 }, { status: 451 }]);
	await send(emulator, undefined, { path: '/v1/models', method: 'GET' });
	const statuses = [];
	for (let index = 0; index < 3; index++) statuses.push((await send(emulator, stream)).status);
	expect(statuses).toEqual([503, 451, 200]);
});

test('a function chooses by request, also for models', async () => {
	emulator.fault(({ url }) => (url.endsWith('/models') ? { status: 502 } : undefined));
	const models = await send(emulator, undefined, { path: '/v1/models', method: 'GET' });
	expect(models.text).toMatch(/^<html>/);
	expect((await send(emulator, stream)).status).toBe(200);
});

test.each([
	[402, 'quota_exceeded'],
	[429, 'rate_limited'],
	[451, 'censorship_blocked'],
	[500, 'internal_error'],
])('status %i brings its own body', async (status, type) => {
	emulator.fault({ status, retryAfter: '7', headers: { 'X-Trace-Id': 'mine' } });
	const answer = await send(emulator, stream);
	expect(answer).toMatchObject({ status, json: { error: { type } } });
	expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-trace-id': 'mine' });
});

test('body, raw and redirect are sent as given', async () => {
	emulator.fault([
		{ body: '<html>', headers: { 'content-type': 'text/html' } },
		{ raw: [Buffer.from([0xef, 0xbb, 0xbf]), 'data: {}\r\r', { waitMs: 5 }, 'data:'], contentType: 'text/x' },
		{ redirectTo: 'http://127.0.0.1:1/other' },
	]);
	expect(await send(emulator, stream)).toMatchObject({ status: 200, text: '<html>' });
	const raw = await open();
	expect(raw.headers['content-type']).toBe('text/x');
	expect(Buffer.from(await raw.body.arrayBuffer()).toString('latin1')).toBe('\xef\xbb\xbfdata: {}\r\rdata:');
	const redirect = await send(emulator, stream);
	expect(redirect.status).toBe(307);
	expect(redirect.headers.location).toBe('http://127.0.0.1:1/other');
});

test('JSON for a stream and the reverse', async () => {
	emulator.fault([{ respondJson: true }, { respondSse: true }]);
	expect((await send(emulator, stream)).json.object).toBe('chat.completion');
	expect(chunksOf((await send(emulator, ask('Hi'))).text)[0].object).toBe('chat.completion.chunk');
});

test('DONE is left away, the end of events and the split leave the rest as it is', async () => {
	emulator.fault([{ cutWithoutDone: true, eventEnd: 'crlf' }, { splitBytes: [1, 7] }]);
	const cut = await send(emulator, stream);
	const split = await send(emulator, stream);
	const contents = (text: string) => chunksOf(text).map((chunk) => chunk.choices);
	expect(cut.text).not.toContain('[DONE]');
	expect(split.text).toContain('[DONE]');
	expect(contents(cut.text)).toEqual(contents(split.text));
});

test('split bytes arrive in their sizes', async () => {
	emulator.fault({ raw: ['data: ä', 'bc\n\n'], splitBytes: [7, 2] });
	const socket = connect(emulator.port, '127.0.0.1');
	const body = JSON.stringify(stream);
	socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk-emulator\r\n`);
	socket.write(`Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
	const parts: Buffer[] = [];
	socket.on('data', (part: Buffer) => parts.push(part));
	await once(socket, 'close');
	const [, framed] = Buffer.concat(parts).toString('latin1').split('\r\n\r\n');
	expect(framed!.split('\r\n').filter((_, index) => index % 2 === 0)).toEqual(['7', '2', '2', '1', '0']);
});

test('gzip holds the whole stream', async () => {
	emulator.fault({ gzip: true });
	const response = await open();
	expect(response.headers['content-encoding']).toBe('gzip');
	expect(gunzipSync(Buffer.from(await response.body.arrayBuffer())).toString()).toContain('[DONE]');
});

test('resets: before the headers, after bytes, after chunks', async () => {
	emulator.fault({ resetBeforeHeaders: true });
	await expect(open()).rejects.toThrow('other side closed');
	const bytes = await received({ resetAfterBytes: 500 });
	expect(bytes.text.length).toBe(500);
	expect(bytes.end).toBe('cut');
	const chunks = await received({ resetAfterChunks: 3 });
	expect(chunksOf(chunks.text)).toHaveLength(3);
	expect(chunks.end).toBe('cut');
	expect(emulator.requests.map((record) => record.socketClosedAt)).toEqual([undefined, undefined, undefined]);
	expect(emulator.requests.map((record) => record.finished)).toEqual([false, false, false]);
});

test('stalls: after bytes, after chunks, with pings', async () => {
	expect(await received({ stallAfterBytes: 0 })).toEqual({ text: '', end: 'silent' });
	const chunks = await received({ stallAfterChunks: 2 });
	expect(chunks.end).toBe('silent');
	expect(chunksOf(chunks.text)).toHaveLength(2);
	const pings = await received({ stallAfterChunks: 1, pings: 10 });
	expect(pings.end).toBe('silent');
	expect(pings.text).toMatch(/(: ping\n\n){3}$/);
});

test('a client that leaves is noticed', async () => {
	const controller = new AbortController();
	emulator.fault({ stallBeforeHeaders: true });
	const answer = open(stream, controller.signal).catch((error: Error) => error.name);
	await clock.sleep(30);
	controller.abort();
	expect(await answer).toBe('AbortError');
	await clock.sleep(30);
	const [record] = emulator.requests;
	expect(record!.socketClosedAt).toBeGreaterThanOrEqual(record!.startedAt);
	expect(record!.finished).toBe(false);
	expect(record!.status).toBeUndefined();
});

test('pauses: before the headers and between chunks', async () => {
	emulator.fault([{ delayMs: 40 }, { raw: ['a', 'b', 'c'], chunkDelayMs: 20 }]);
	const start = clock.now();
	await send(emulator, ask('Hi'));
	expect(clock.now() - start).toBeGreaterThanOrEqual(40);
	const later = clock.now();
	await send(emulator, stream);
	expect(clock.now() - later).toBeGreaterThanOrEqual(40);
});

test('a line of 16 MB and 20,000 chunks pass', async () => {
	const line = `data: ${'x'.repeat(16 * 1024 * 1024)}\n\n`;
	emulator.fault([{ raw: line }, { raw: Array.from({ length: 20_000 }, () => 'data: {}\n\n') }]);
	expect((await send(emulator, stream)).text.length).toBe(line.length);
	expect((await send(emulator, stream)).text.length).toBe(20_000 * 10);
});

test('the rate limit counts all requests of a window and tells when it ends', async () => {
	Object.assign(emulator.options, {
		rateLimit: { requests: 2, windowMs: 60 },
		retryAfterHeader: true,
	});
	const answers = [];
	for (let index = 0; index < 4; index++) answers.push(await send(emulator, ask('Hi')));
	expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429, 429]);
	expect(answers[3]!.json).toEqual({
		error: {
			message:
				'request limited RPM reached, current: 4, limit: 2. Please top up at https://platform.stepfun.com/top-up.',
			type: 'rate_limited',
		},
	});
	expect(answers[3]!.headers['retry-after']).toBe('1');
	await clock.sleep(60);
	expect((await send(emulator, ask('Hi'))).status).toBe(200);
});

test('the concurrency limit holds a place until the answer has ended', async () => {
	Object.assign(emulator.options, { concurrencyLimit: 2, delayMs: 40 });
	const answers = await Promise.all([1, 2, 3].map(() => send(emulator, ask('Hi'))));
	const refused = answers.filter((answer) => answer.status === 429);
	expect(refused.map((answer) => answer.json.error.message)).toEqual([
		'request limited concurrency reached, current: 3, limit: 2',
	]);
	expect(refused[0]!.headers['retry-after']).toBeUndefined();
	expect(emulator.maxInFlight).toBe(3);
	expect((await send(emulator, ask('Hi'))).status).toBe(200);
});

test('remembers as many requests as asked; reset forgets all and takes options back', async () => {
	emulator.options.keepRequests = 2;
	for (const question of ['a', 'b', 'c']) await send(emulator, ask(question));
	expect(emulator.requests.map((record) => record.body)).toEqual([ask('b'), ask('c')]);
	expect(emulator.requests[1]).toMatchObject({
		method: 'POST',
		url: '/v1/chat/completions',
		status: 200,
		finished: true,
	});
	emulator.reset();
	expect(emulator.requests).toEqual([]);
	expect(emulator.options).toEqual({ clock });
});
