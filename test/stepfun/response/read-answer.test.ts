import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readAnswer } from '../../../stepfun/response/read-answer';
import { cpuTime } from '../../cpu-time';
import { MAX_EVENT_CHARACTERS } from '../../../stepfun/response/unreadable';
import { completionOf, delta, event } from './completion-of';

const repeated = (text: string, times: number): string[] => Array.from({ length: times }, () => text);

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
});
