import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readAnswer } from '../../../stepfun/response/read-answer';
import { CompletionBuilder, MAX_ANSWER_CHARACTERS } from '../../../stepfun/response/completion';
import { StepfunError } from '../../../stepfun/errors';
import { completionOf, delta, event, read } from './completion-of';

const fixtures = path.join(__dirname, '../../fixtures');
const fixture = (name: string): Buffer => readFileSync(path.join(fixtures, name));
const streams = readdirSync(fixtures).filter((name) => !name.startsWith('error'));

describe('every dialect ends in the same completion', () => {
	test.each([
		'seed-blank-lines.sse',
		'seed-single-newlines.sse',
		'crlf.sse',
		'cr.sse',
		'bom-comments-pings.sse',
		'no-blank-after-data.sse',
		'done-missing.sse',
		'done-missing-no-last-newline.sse',
		'more-after-done.sse',
		'pretty-printed.sse',
	])('%s', async (name) => {
		expect(await completionOf(fixture(name))).toEqual({
			id: 'c1',
			object: 'chat.completion',
			created: 1760000000,
			model: 'step-3.5-flash',
			choices: [
				{ index: 0, message: { role: 'assistant', content: 'Hello world', reasoning: '' }, finish_reason: 'stop' },
			],
			usage: { prompt_tokens: 10, cached_tokens: null, completion_tokens: 4, reasoning_tokens: null, total_tokens: 14 },
		});
	});

	test.each([
		['content-and-finish-together.sse', 'Think', { cached_tokens: 6, total_tokens: 14 }],
		['reasoning-twice.sse', 'Think more', { total_tokens: 0 }],
		['usage-without-choices.sse', '', { cached_tokens: 6, reasoning_tokens: 3, total_tokens: 14 }],
		['usage-absent.sse', '', undefined],
		['web-search.sse', '', { total_tokens: 14 }],
		['document.json', 'Think', { total_tokens: 14 }],
	])('%s: content and reasoning once, usage where it is', async (name, reasoning, usage) => {
		const { choices, usage: found } = await completionOf(fixture(name));
		expect(choices).toEqual([
			{ index: 0, message: expect.objectContaining({ content: 'Hello world', reasoning }), finish_reason: 'stop' },
		]);
		if (usage) expect(found).toMatchObject(usage);
		else expect(found).toBeUndefined();
	});

	test.each(streams.filter((name) => /^tools|document-tools/.test(name)))(
		'%s: two calls, each with its own arguments',
		async (name) => {
			const [choice] = (await completionOf(fixture(name))).choices;
			const calls = choice!.message.tool_calls!;
			expect(
				calls.map(({ id, type, function: { name: called, arguments: args } }) => [id, type, called, JSON.parse(args)]),
			).toEqual([
				['call_a', 'function', 'get_weather', { city: '上海' }],
				['call_b', 'function', 'get_time', {}],
			]);
		},
	);

	test('a search that the server ran itself keeps its results', async () => {
		const [choice] = (await completionOf(fixture('web-search.sse'))).choices;
		expect(choice!.message.tool_calls).toEqual([
			{
				id: 'call_s',
				type: 'web_search',
				function: {
					name: 'web_search',
					arguments: '',
					results: [{ index: 1, url: 'https://example.com', title: 'T', summary: 'S' }],
				},
			},
		]);
	});

	test('choices are told apart by their index', async () => {
		expect((await completionOf(fixture('two-choices.sse'))).choices).toMatchObject([
			{ index: 0, message: { content: 'Goodbye' }, finish_reason: 'length' },
			{ index: 1, message: { content: 'Hello' }, finish_reason: 'stop' },
		]);
	});

	test('a finish reason that nobody knows is passed on', async () => {
		expect((await completionOf(fixture('unknown-finish-reason.sse'))).choices[0]!.finish_reason).toBe(
			'model_context_window_exceeded',
		);
	});
});

test('what came once is not undone by chunks that say less', async () => {
	const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
	const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
	const { choices, usage: found } = await completionOf(
		delta({ content: 'a' }, 'stop'),
		event({ id: 'other', model: 'other', choices: [{ index: 0, delta: {}, finish_reason: '' }], usage }),
		event({ choices: [], usage: zero }),
	);
	expect(choices[0]!.finish_reason).toBe('stop');
	expect(found).toMatchObject(usage);
});

test('the end: named by [DONE] and by a document, not by the end of the bytes', async () => {
	expect((await read(fixture('seed-blank-lines.sse'))).ended).toBe(true);
	expect((await read(fixture('document.json'))).ended).toBe(true);
	expect((await read(fixture('done-missing.sse'))).ended).toBe(false);
});

test.each([
	['choices without an end', [delta({ content: 'a' })], false],
	['no choice at all', [event({ choices: [] })], false],
	[
		'one of two choices ended',
		[
			event({
				choices: [
					{ index: 0, delta: {}, finish_reason: 'stop' },
					{ index: 1, delta: {} },
				],
			}),
		],
		false,
	],
	['all ended', [delta({ content: 'a' }), delta({}, 'stop')], true],
])('finished: %s', async (_, events, finished) => {
	const builder = new CompletionBuilder();
	await readAnswer(bytes(events.join('')), (chunk) => builder.add(chunk));
	expect(builder.finished).toBe(finished);
});

test.each([
	['content', { content: 'a' }, true],
	['reasoning', { reasoning: 'a' }, true],
	['arguments', { tool_calls: [{ index: 0, function: { arguments: '{' } }] }, true],
	['the frame only', { role: 'assistant', content: '' }, false],
])('started: %s', async (_, fields, started) => {
	const builder = new CompletionBuilder();
	await readAnswer(bytes(delta(fields)), (chunk) => builder.add(chunk));
	expect(builder.started).toBe(started);
});

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
	for (const text of texts) yield Buffer.from(text);
}

test('an answer beyond the limit ends in an error with what had arrived', () => {
	const builder = new CompletionBuilder();
	const content = 'x'.repeat(2 ** 20);
	const chunk = {
		id: 'c',
		model: 'm',
		created: 0,
		choices: [{ index: 0, content, reasoning: '', toolCalls: [], finishReason: '', whole: false }],
	};
	const add = (): void => {
		for (let i = 0; i <= MAX_ANSWER_CHARACTERS / content.length; i += 1) builder.add(chunk);
	};
	expect(add).toThrow(expect.objectContaining({ type: 'answer_too_large', retryable: false }));
	expect(builder.build().choices[0]!.message.content.length).toBeLessThanOrEqual(
		MAX_ANSWER_CHARACTERS + content.length,
	);
});

test('a flood of empty choices or calls is beyond the limit too', () => {
	const flood = (choice: (i: number) => object) => () => {
		const builder = new CompletionBuilder();
		for (let i = 0; i < 400_000; i += 1) {
			builder.add({
				id: '',
				model: '',
				created: 0,
				choices: [
					{ index: 0, content: '', reasoning: '', toolCalls: [], finishReason: '', whole: false, ...choice(i) },
				],
			});
		}
	};
	expect(flood((index) => ({ index }))).toThrow(expect.objectContaining({ type: 'answer_too_large' }));
	expect(flood((i) => ({ toolCalls: [{ id: `call_${i}`, type: '', name: '', arguments: '' }] }))).toThrow(
		expect.objectContaining({ type: 'answer_too_large' }),
	);
});

test('splitting the bytes of a stream anywhere changes nothing', async () => {
	for (const name of streams) {
		const whole = fixture(name);
		const expected = await read(whole);
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 12 }), async (cuts) => {
				const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
				const pieces = places.slice(1).map((end, i) => whole.subarray(places[i], end));
				expect(await read(...pieces)).toEqual(expected);
			}),
			{ numRuns: 15 },
		);
		expect(await read(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected);
	}
});

const anyDelta = fc.record(
	{
		role: fc.constantFrom('assistant', '', null),
		content: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
		reasoning: fc.string({ unit: 'grapheme', maxLength: 10 }),
		tool_calls: fc.array(
			fc.record(
				{
					index: fc.nat(3),
					id: fc.constantFrom('', 'a', 'b'),
					type: fc.constant('function'),
					function: fc.record({ name: fc.string(), arguments: fc.string() }),
				},
				{ requiredKeys: ['function'] },
			),
			{ maxLength: 3 },
		),
	},
	{ requiredKeys: [] },
);

test('any legal stream, in any dialect of lines and split anywhere, gives the same completion as unsplit', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyDelta, { minLength: 1, maxLength: 8 }),
			fc.constantFrom('\n\n', '\n', '\r\n\r\n', '\r\n', '\r\r'),
			fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
			async (deltas, end, sizes) => {
				const plain = deltas.map((fields) => delta(fields)).join('');
				const expected = await completionOf(plain);
				const bytesOf = Buffer.from(deltas.map((fields) => delta(fields).trimEnd() + end).join(''));
				const pieces: Uint8Array[] = [];
				for (let at = 0, i = 0; at < bytesOf.length; i += 1) {
					const size = sizes[i % sizes.length]!;
					pieces.push(bytesOf.subarray(at, at + size));
					at += size;
				}
				expect(await completionOf(...pieces)).toEqual(expected);
			},
		),
		{ numRuns: 200 },
	);
});

/** Bytes that resemble what servers send more than noise does. */
const anyBytes = fc.array(
	fc.oneof(
		fc.uint8Array({ maxLength: 30 }),
		fc
			.constantFrom(
				'data: ',
				'data:',
				'\n',
				'\n\n',
				'\r',
				': ping\n\n',
				'[DONE]',
				'{',
				'}',
				'"',
				'\\',
				'<html>',
				'event: x\n',
				'\ufeff',
			)
			.map((text) => Buffer.from(text)),
		fc.json({ maxDepth: 3 }).map((json) => Buffer.from(`data: ${json}\n\n`)),
		fc
			.json({ maxDepth: 3 })
			.map((json) => Buffer.from(`{"choices":[{"delta":${json},"message":${json}}],"usage":${json}}`)),
		anyDelta.map((fields) => Buffer.from(delta(fields))),
	),
	{ maxLength: 12 },
);

test('any bytes give a completion or a StepfunError, and nothing else', async () => {
	await fc.assert(
		fc.asyncProperty(anyBytes, async (pieces) => {
			try {
				const { completion } = await read(...pieces);
				expect(completion.object).toBe('chat.completion');
			} catch (error) {
				expect(error).toBeInstanceOf(StepfunError);
			}
		}),
		{ numRuns: 1_000 },
	);
});
