import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readAnswer } from '../../../stepfun/response/read-answer';
import { cpuTime } from '../../cpu-time';
import { MAX_EVENT_CHARACTERS } from '../../../stepfun/response/unreadable';
import { completionOf, delta, event } from './completion-of';

const repeated = (text: string, times: number): string[] => Array.from({ length: times }, () => text);

async function* bytesOf(...texts: string[]): AsyncGenerator<Uint8Array> {
	for (const text of texts) yield Buffer.from(text);
}

/** ms that reading takes. */
async function timed(...pieces: Array<string | Uint8Array>): Promise<number> {
	const start = cpuTime();
	await completionOf(...pieces).catch(() => {});
	return cpuTime() - start;
}

describe('what is no answer of this API', () => {
	test.each([
		['nothing', '', 'The server sent an empty answer', { type: 'malformed_answer', retryable: true }],
		['blanks', ' \n\r\n ', 'The server sent an empty answer', { type: 'malformed_answer', retryable: true }],
		[
			'a web page',
			'<html><body>Sign in</body></html>',
			'The server answered with a web page instead of a completion',
			{ type: 'not_the_api', retryable: false },
		],
		[
			'text',
			'Service starting',
			'The answer is not a stream of events: Service starting',
			{ type: 'not_the_api', retryable: false },
		],
		[
			'comments only',
			': ping\n\n: ping\n\n',
			'The answer is not a stream of events: : ping : ping',
			{ type: 'not_the_api' },
		],
		[
			'truncated JSON',
			'{"id": "x", "cho',
			'The answer is not complete JSON: {"id": "x", "cho',
			{ type: 'malformed_answer', retryable: true },
		],
		[
			'a document without choices',
			'{"id": "x"}',
			'The answer contains no completion: {"id": "x"}',
			{ type: 'malformed_answer' },
		],
		['an event that is no object', 'data: 5\n\n', 'The answer is not a completion: 5', { type: 'malformed_answer' }],
		[
			'a truncated event',
			`${delta({ content: 'a' })}data: {"choi`,
			'An event of the stream is not complete JSON: {"choi',
			{ type: 'malformed_answer', retryable: true },
		],
		[
			'an event cut off by the end mark',
			'data: {"choi\n\ndata: [DONE]\n\n',
			'An event of the stream is not complete JSON: {"choi',
			{ type: 'malformed_answer' },
		],
		[
			'an event that is no JSON',
			'data: hello\n\n',
			'An event of the stream is not complete JSON: hello',
			{ type: 'malformed_answer' },
		],
	])('%s', async (_, body, message, details) => {
		await expect(completionOf(body)).rejects.toMatchObject({ message, ...details });
	});
});

describe('lines', () => {
	test.each([
		['empty data lines', `data:\n\ndata: \n\n${delta({ content: 'a' })}data:\n\n`],
		['single carriage returns', delta({ content: 'a' }).replaceAll('\n\n', '\r')],
		[
			'brackets and quotes within strings, over several lines',
			'data: {"choices": [\ndata: {"x": "}]\\"}]\\\\", "delta":\ndata: {"content": "a"}}\ndata: ]}\n\n',
		],
	])('%s', async (_, body) => {
		expect((await completionOf(body, delta({}, 'stop'))).choices[0]!.message.content).toBe('a');
	});
});

describe('what a server says inside its answer', () => {
	test.each([
		['{"error":{"message":"quota"}}', 'quota', { type: 'server_error', retryable: true }],
		[
			'{"error":{"message":"slow down","type":"rate_limited"}}',
			'slow down',
			{ type: 'rate_limited', status: 429, retryable: true },
		],
		[
			'{"error":{"message":"blocked","type":"censorship_blocked"}}',
			'blocked',
			{ type: 'censorship_blocked', status: 451, retryable: false },
		],
		['{"error":"no model"}', 'no model', { type: 'server_error' }],
		[
			'{"error":{"message":"Provider returned error","code":451,"metadata":' +
				'{"raw":"{\\"error\\":{\\"message\\":\\"blocked\\",\\"type\\":\\"censorship_blocked\\"}}"}}}',
			'blocked',
			{ type: 'censorship_blocked', status: 451 },
		],
	])('%s', async (json, message, details) => {
		const expected = { name: 'StepfunError', message, requestId: 'trace-1', ...details };
		await expect(completionOf(json)).rejects.toMatchObject(expected);
		await expect(completionOf(`data: ${json}\n\n`)).rejects.toMatchObject(expected);
	});

	describe('as a bare object, or by the name of its event', () => {
		test.each<[string, string, object]>([
			[
				'{"message":"The provider failed","code":"provider_error","type":"server_error"}',
				'The provider failed',
				{ type: 'server_error', retryable: true },
			],
			['{"object":"error","message":"Too long","code":500}', 'Too long', { status: 500, retryable: true }],
			[
				'{"object":"error","message":"Too long","type":"BadRequestError","param":null,"code":400}',
				'Too long',
				{ type: 'BadRequestError', status: 400, retryable: false },
			],
			['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'Overloaded', {}],
			['{"type":"error","message":"Gone","code":"server_error"}', 'Gone', { type: 'server_error' }],
			['{"code":1301,"msg":"Unsafe"}', 'Unsafe', {}],
			['{"error_code":336003,"error_msg":"Too many"}', 'Too many', {}],
			['{"status":503,"message":"Busy"}', 'Busy', { status: 503 }],
			['{"status":"error","message":"Busy"}', 'Busy', {}],
			['{"success":false,"message":"Busy"}', 'Busy', {}],
			['{"detail":"Busy"}', 'Busy', {}],
			['{"error":true,"message":"Busy","code":"429"}', 'Busy', { status: 429 }],
			['{"error":{"error":{"message":"Inner","type":"rate_limited"}}}', 'Inner', { type: 'rate_limited', status: 429 }],
			['{"errors":[{"message":"First"},{"message":"Second"}]}', 'First', {}],
			['{"error":["First"]}', 'First', {}],
			['[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}]', 'Slow down', { status: 429 }],
			['{"error":{"msg":"Other word"}}', 'Other word', {}],
			['{"error":"Slow down","code":429,"retry_after_seconds":7}', 'Slow down', { retryAfterMs: 7_000 }],
		])('%s', async (json, message, details) => {
			const expected = { name: 'StepfunError', message, ...details };
			await expect(completionOf(json)).rejects.toMatchObject(expected);
			await expect(completionOf(`data: ${json}\n\n`)).rejects.toMatchObject(expected);
			await expect(completionOf(`event: error\ndata: ${json}\n\n`)).rejects.toMatchObject(expected);
			await expect(completionOf(delta({ content: 'a' }), `data: ${json}\n\n`)).rejects.toMatchObject(expected);
		});

		test.each([
			['JSON text', '"The model crashed"', 'The model crashed'],
			['plain text', 'The model crashed', 'The model crashed'],
			['any object', '{"reason":{"x":1},"description":"The model crashed"}', 'The server reported an error without'],
			['nothing', '{}', 'The server reported an error without a message'],
		])('an event named error with %s', async (_, data, message) => {
			for (const end of ['\n\n', '\n', '\r\n\r\n', '\r']) {
				await expect(
					completionOf(`${delta({ content: 'a' })}event: error${end[0]}data: ${data}${end}`),
				).rejects.toMatchObject({ message: expect.stringContaining(message), retryable: true });
			}
		});
	});

	test.each([
		'{}',
		'""',
		'" "',
		'false',
		'0',
		'[]',
		'"null"',
		'{"message":"","type":"","param":"","code":null}',
		'{"message":"","details":{"a":[null,""]},"code":0}',
	])('an error of %s beside an answer is none', async (error) => {
		for (const json of [
			`{"error":${error},"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}`,
			`{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop","error":${error}}]}`,
		]) {
			expect((await completionOf(`data: ${json}\n\n`)).choices[0]!.message.content).toBe('a');
			expect((await completionOf(json.replace('delta', 'message'))).choices[0]!.message.content).toBe('a');
		}
	});

	test.each([
		'{"code":0,"message":"success"}',
		'{"code":200,"msg":"ok"}',
		'{"type":"metadata","message":{"provider":"x"}}',
		'{"status":"processing","message":"Place 3 in the queue"}',
		'{"type":"ping"}',
	])('%s before an answer is no error', async (json) => {
		expect((await completionOf(`data: ${json}\n\n`, delta({ content: 'a' }))).choices[0]!.message.content).toBe('a');
	});

	describe('in a choice', () => {
		test.each<[string, object, string, object]>([
			[
				'an error of its own',
				{ delta: {}, finish_reason: null, error: { code: 502, message: 'Upstream failed' } },
				'Upstream failed',
				{ status: 502, retryable: true },
			],
			[
				'an error with a text for its code',
				{ delta: {}, error: { code: 'server_error', message: 'Upstream failed' } },
				'Upstream failed',
				{ type: 'server_error' },
			],
			['an error in text', { delta: {}, error: 'Upstream failed' }, 'Upstream failed', {}],
			...['error', 'abort', 'aborted', 'network_error', 'failed', 'cancelled'].map(
				(reason): [string, object, string, object] => [
					`finish_reason ${reason}`,
					{ delta: {}, finish_reason: reason },
					`The server broke off the answer (finish_reason ${reason})`,
					{ type: 'server_error', retryable: true },
				],
			),
			[
				'both',
				{ delta: {}, finish_reason: 'error', error: { message: 'Upstream failed' } },
				'Upstream failed',
				{ type: 'server_error' },
			],
		])('%s', async (_, choice, message, details) => {
			const expected = { message, ...details };
			await expect(completionOf(event({ choices: [{ index: 0, ...choice }] }))).rejects.toMatchObject(expected);
			await expect(
				completionOf(delta({ content: 'a' }), event({ choices: [{ index: 1, ...choice }] })),
			).rejects.toMatchObject(expected);
			await expect(
				completionOf(
					event({
						choices: [
							{ index: 0, delta: {}, finish_reason: 'stop' },
							{ index: 1, ...choice },
						],
					}),
				),
			).rejects.toMatchObject(expected);
			const whole = { index: 0, message: { content: 'a' }, ...choice, delta: undefined };
			await expect(completionOf(JSON.stringify({ choices: [whole] }))).rejects.toMatchObject(expected);
		});

		test('the text that comes with it is handed on before', async () => {
			const contents: string[] = [];
			const choice = { index: 0, delta: { content: 'last words' }, finish_reason: 'error' };
			await expect(
				readAnswer(bytesOf(event({ choices: [choice] })), ({ choices }) => contents.push(choices[0]!.content)),
			).rejects.toMatchObject({ type: 'server_error' });
			expect(contents).toEqual(['last words']);
		});

		test.each(['stop', 'length', 'content_filter', 'tool_calls', 'error_free', 'terror'])(
			'finish_reason %s is none',
			async (reason) => {
				expect((await completionOf(delta({ content: 'a' }, reason))).choices[0]!.finish_reason).toBe(reason);
			},
		);
	});

	test('in the middle of a stream', async () => {
		await expect(
			completionOf(readFileSync(path.join(__dirname, '../../fixtures/error-in-stream.sse'))),
		).rejects.toMatchObject({ message: 'quota', retryable: true });
	});

	test('an error of null is none', async () => {
		expect(
			(await completionOf(event({ error: null, choices: [{ delta: { content: 'a' } }] }))).choices[0]!.message.content,
		).toBe('a');
	});
});

describe('the answers of other APIs', () => {
	test.each([
		[
			'Responses',
			'event: response.created\ndata: {"type":"response.created","response":{"id":"r","object":"response"}}\n\n' +
				'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Hi"}\n\n',
		],
		['Responses without names', 'data: {"type":"response.created","response":{"id":"r"}}\n\n'],
		[
			'Messages',
			'event: message_start\ndata: {"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":1}}}\n\n',
		],
		['Messages after a ping', 'data: {"type":"ping"}\n\ndata: {"type":"content_block_start","index":0}\n\n'],
		['events of nobody', 'data: {"token":"Hi"}\n\ndata: {"token":"!"}\n\ndata: [DONE]\n\n'],
		['Gemini', 'data: {"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}\n\n'],
		['old completions', 'data: {"object":"text_completion","choices":[{"text":"Hi","index":0}]}\n\n'],
		['a whole response', '{"id":"r","object":"response","output":[]}'],
		['a whole message', '{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}]}'],
		['a list of models', '{"object":"list","data":[{"id":"m"}]}'],
	])('%s', async (_, body) => {
		await expect(completionOf(body)).rejects.toMatchObject({
			type: 'not_the_api',
			retryable: false,
			message: expect.stringMatching(/^The server answered in the format of another API: /),
			requestId: 'trace-1',
		});
	});

	test('are told at their first event, however long they go on', async () => {
		let taken = 0;
		const endless = async function* () {
			for (; taken < 1_000; taken += 1) yield Buffer.from('data: {"type":"response.in_progress"}\n\n');
		};
		await expect(readAnswer(endless(), () => {})).rejects.toMatchObject({ type: 'not_the_api' });
		expect(taken).toBe(0);
	});

	test('their events within a chat completion are passed over', async () => {
		const { choices } = await completionOf(
			delta({ content: 'a' }),
			'event: message_stop\ndata: {"type":"message_stop"}\n\n',
			'event: ping\ndata: 1700000000\n\n',
			delta({ content: 'b' }, 'stop'),
		);
		expect(choices[0]!.message.content).toBe('ab');
	});
});

describe('nesting', () => {
	const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
	const tooDeep = {
		type: 'answer_too_large',
		retryable: false,
		message: 'Part of the answer was not read because its JSON is nested more than 200 levels deep',
	};
	test.each([
		['an event', `data: {"choices":[],"x":${nested(100_000)}}\n\n`],
		['an event that does not close', `data: {"x":${'['.repeat(100_000)}\n\n`],
		['an event over several lines', `data: {"x":\ndata: ${nested(100_000)}\ndata: }\n\n`],
		['a document', `{"choices":[{"message":{"content":"a","x":${nested(100_000)}}}]}`],
		[
			'arguments that are no text',
			delta({ tool_calls: [] }).replace('[]', `[{"function":{"arguments":${nested(250)}}}]`),
		],
	])('%s', async (_, body) => {
		await expect(completionOf(body)).rejects.toMatchObject(tooDeep);
	});

	test('up to the limit it is read, and brackets within texts are none', async () => {
		const content = '[{'.repeat(500);
		const { choices } = await completionOf(
			`data: {"choices":[{"delta":{"content":"${content}"}}],"x":${nested(199)}}\n\n`,
		);
		expect(choices[0]!.message.content).toBe(content);
	});
});

describe('limits and linear time', () => {
	test('20,000 chunks', async () => {
		const chunks = repeated(delta({ content: 'x' }), 20_000);
		expect((await completionOf(...chunks)).choices[0]!.message.content).toHaveLength(20_000);
		expect(await timed(...chunks)).toBeLessThan(1_500);
	});

	test('a line of 16 MB in small pieces', async () => {
		const line = Buffer.from(delta({ content: 'x'.repeat(2 ** 24) }));
		const pieces = Array.from({ length: Math.ceil(line.length / 16_384) }, (_, i) =>
			line.subarray(i * 16_384, (i + 1) * 16_384),
		);
		const start = cpuTime();
		expect((await completionOf(...pieces)).choices[0]!.message.content).toHaveLength(2 ** 24);
		expect(cpuTime() - start).toBeLessThan(3_000);
	});

	test.each([
		[
			'one line',
			(size: number) => repeated('x'.repeat(size / 64), 80).map((part, i) => (i === 0 ? `data: {"a":"${part}` : part)),
		],
		[
			'one document',
			(size: number) => repeated('x'.repeat(size / 64), 80).map((part, i) => (i === 0 ? `{"a":"${part}` : part)),
		],
		[
			'a document over many lines',
			(size: number) => ['data: {\n', ...repeated(`data: "${'x'.repeat(size / 64)}",\n`, 80)],
		],
	])('%s beyond the limit is not read to its end', async (_, pieces) => {
		let taken = 0;
		const body = async function* () {
			for (const piece of pieces(MAX_EVENT_CHARACTERS)) {
				taken += 1;
				yield Buffer.from(piece);
			}
		};
		await expect(readAnswer(body(), () => {})).rejects.toMatchObject({ type: 'answer_too_large', retryable: false });
		expect(taken).toBeLessThan(70);
	});

	test.each<[string, string[]]>([
		['lines without a field', repeated('x'.repeat(1_000) + '\n', 10_000)],
		['comments', [': ping\n\n'.repeat(500_000)]],
		['line ends', repeated('\r'.repeat(1_000), 2_000)],
		['brackets that never close', ['data: {\n', ...repeated('data: {"a":{"b":[}\n', 50_000)]],
		['brackets that close in strings', ['data: {\n', ...repeated('data: "}}}}\\"}",\n', 50_000)]],
		['quotes that never close', [`data: {${'\\"'.repeat(2_000_000)}\n`, 'data: }\n']],
		['deep nesting', [`data: ${'['.repeat(2_000_000)}\n\n`]],
		[
			'deep nesting that closes',
			[
				`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":${'['.repeat(20_000)}` +
					`${']'.repeat(20_000)}}}]}}]}`,
			],
		],
		[
			'calls without index and id',
			repeated(delta({ tool_calls: [{ function: { name: 'f', arguments: '{"a": 1' } }] }), 20_000),
		],
		['calls with names', repeated(delta({ tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }), 20_000)],
		[
			'calls with ids of their own',
			Array.from({ length: 20_000 }, (_, i) =>
				delta({ tool_calls: [{ id: `call_${i}`, function: { arguments: '{}' } }] }),
			),
		],
	])('hostile: %s', async (_, pieces) => {
		expect(await timed(...pieces)).toBeLessThan(3_000);
	});

	const calls = (list: string) => `data: {"choices":[{"index":0,"delta":{"tool_calls":[${list}]}}]}\n\n`;
	const choices = (list: string) => `data: {"choices":[${list}]}\n\n`;
	test.each<[string, string[], RegExp]>([
		['empty calls in one chunk', [calls(`${'{},'.repeat(200_000)}{}`)], /more than 1000 tool calls/],
		['empty calls of 30 MB in one chunk', [calls(`${'{},'.repeat(10_000_000)}{}`)], /more than 500000 values/],
		[
			'calls in a chunk each',
			Array.from({ length: 20_000 }, (_, i) => calls(`{"index":${i},"function":{"name":"f"}}`)),
			/more than 1000 tool calls/,
		],
		['empty choices in one chunk', [choices(`${'{},'.repeat(200_000)}{}`)], /more than 128 choices/],
		['empty choices of 30 MB in one chunk', [choices(`${'{},'.repeat(10_000_000)}{}`)], /more than 500000 values/],
		[
			'choices in a chunk each',
			Array.from({ length: 20_000 }, (_, i) => choices(`{"index":${i},"delta":{}}`)),
			/more than 128 choices/,
		],
		['numbers', [`data: {"choices":[],"x":[${'0,'.repeat(15_000_000)}0]}\n\n`], /more than 500000 values/],
		['content', repeated(delta({ content: 'x'.repeat(2 ** 20) }), 65), /longer than 64 million characters/],
	])('flood: %s', async (_, pieces, message) => {
		const before = process.memoryUsage().heapUsed;
		await expect(completionOf(...pieces)).rejects.toMatchObject({
			type: 'answer_too_large',
			retryable: false,
			message: expect.stringMatching(message),
		});
		expect(await timed(...pieces)).toBeLessThan(1_500);
		expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20);
	});

	test('flood: empty calls and chunks that go on cost no more than their bytes, and no memory', async () => {
		for (const piece of [calls('{}'), choices(''), choices('{"index":0,"delta":{}}')]) {
			const pieces = repeated(piece.repeat(100), 500);
			const { choices: found } = await completionOf(delta({ content: 'a' }), ...pieces);
			expect(found).toEqual([expect.objectContaining({ message: expect.objectContaining({ content: 'a' }) })]);
			expect(found[0]!.message).not.toHaveProperty('tool_calls');
			expect(await timed(...pieces)).toBeLessThan(1_500);
		}
	});

	describe('escapes', () => {
		const escaped = (escape: string, characters: number): string =>
			delta({ content: '?' }).replace('?', escape.repeat(Math.floor(characters / escape.length)));

		test.each([
			String.raw`\u0041`,
			String.raw`\u4e2d`,
			String.raw`\"`,
			String.raw`\n`,
			String.raw`\\`,
			String.raw`\u00e9\/`,
		])('30 million characters of %s are not parsed', async (escape) => {
			for (const text of [escaped(escape, 30_000_000), escaped(escape, 30_000_000).slice('data: '.length)]) {
				const parse = jest.spyOn(JSON, 'parse');
				await expect(completionOf(text)).rejects.toMatchObject({
					type: 'answer_too_large',
					retryable: false,
					message: 'Part of the answer was not read because it is larger than 16 million characters',
				});
				expect(parse).not.toHaveBeenCalled();
				parse.mockRestore();
			}
		});

		test.each<[string, () => string]>([
			['16 million characters of escapes', () => escaped(String.raw`\u0041`, 16_000_000)],
			['16 million characters of escaped quotes', () => escaped(String.raw`\"`, 16_000_000)],
			['Chinese text of a million characters, escaped', () => escaped(String.raw`\u4e2d`, 6_000_000)],
			['20 MB of sound in lines', () => escaped(`${'A'.repeat(76)}${String.raw`\r\n`}`, 28_000_000)],
			['20 MB of sound with escaped slashes', () => escaped(`${'A'.repeat(63)}${String.raw`\/`}`, 28_000_000)],
		])('%s are read', async (_, text) => {
			const event = text();
			const found = await completionOf(event);
			const parsed = JSON.parse(event.slice('data: '.length)) as { choices: Array<{ delta: { content: string } }> };
			expect(found.choices[0]!.message.content === parsed.choices[0]!.delta.content).toBe(true);
			const times = [await timed(event), await timed(event)];
			expect(Math.min(...times)).toBeLessThan(600);
		});
	});

	test('a million values that are text cost little', async () => {
		const text = delta({ content: '{"a":[1,2,3]},'.repeat(200_000) });
		expect((await completionOf(text)).choices[0]!.message.content).toHaveLength(2_800_000);
		expect(await timed(text)).toBeLessThan(1_000);
	});
});
