import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readChunk } from '../../../stepfun/response/chunk';
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

describe('a whole message after its pieces', () => {
	const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
	const message = { role: 'assistant', content: 'Hello', reasoning: 'Hm', tool_calls: [call] };
	const pieces = [
		delta({ role: 'assistant', reasoning: 'Hm' }),
		delta({ content: 'Hel' }),
		delta({ content: 'lo' }),
		delta({ tool_calls: [{ index: 0, ...call, function: { name: 'f', arguments: '{"a"' } }] }),
		delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
	];
	const end = (fields: object) => event({ choices: [{ index: 0, finish_reason: 'stop', ...fields }] });
	test.each<[string, string[]]>([
		['instead of a delta', [...pieces, end({ message })]],
		['beside a delta', [...pieces, end({ delta: {}, message })]],
		['beside a blank delta', [...pieces, end({ delta: { role: '', content: '' }, message })]],
		['beside a delta of null', [...pieces, end({ delta: null, message })]],
		[
			'beside the last piece',
			[pieces[0]!, pieces[1]!, pieces[3]!, pieces[4]!, end({ delta: { content: 'lo' }, message })],
		],
		['twice', [...pieces, end({ message }), end({ message })]],
		['in other words', [...pieces, end({ message: { ...message, content: 'Hello!!', reasoning: 'So' } })]],
		['with less', [...pieces, end({ message: { content: null } })]],
		['and nothing before it but a frame', [delta({ role: 'assistant', content: '' }), end({ message })]],
		['and nothing before it', [end({ message })]],
		['with the rest', [pieces[0]!, pieces[1]!, end({ message })]],
		['with every chunk', ['H', 'Hell', 'Hello'].map((content) => end({ message: { ...message, content } }))],
		['in pieces of its own', [end({ message: { content: 'Hel' } }), end({ message: { ...message, content: 'lo' } })]],
	])('%s adds nothing twice', async (name, events) => {
		const added: string[] = [];
		const builder = new CompletionBuilder();
		await readAnswer(bytes(events.join('')), (chunk) => {
			for (const news of builder.add(chunk) ?? []) added.push(news.content);
		});
		const [choice, ...others] = builder.build().choices;
		expect(others).toEqual([]);
		const text = name === 'in other words' ? 'Hello!!' : 'Hello';
		expect(choice).toMatchObject({
			message: { content: text, reasoning: 'Hm', tool_calls: [call] },
			finish_reason: 'stop',
		});
		expect(added.join('')).toBe(text);
	});
});

test('choices whose index is a text are told apart', async () => {
	const piece = (index: string, content: string) => ({ index, delta: { content }, finish_reason: 'stop' });
	expect(
		(await completionOf(event({ choices: [piece('1', 'b')] }), event({ choices: [piece('0', 'a')] }))).choices,
	).toMatchObject([
		{ index: 0, message: { content: 'a' } },
		{ index: 1, message: { content: 'b' } },
	]);
});

test('an answer of several choices is finished when as many as were asked for have ended', () => {
	const builder = new CompletionBuilder(2);
	const end = (index: number) => builder.add(readChunk({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })!);
	end(0);
	expect(builder.finished).toBe(false);
	end(1);
	expect(builder.finished).toBe(true);
});

describe('what a chunk has brought', () => {
	const builder = (...chunks: object[]) => {
		const made = new CompletionBuilder();
		for (const chunk of chunks) made.add(readChunk(chunk)!);
		return made;
	};
	const frame = { id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] };
	const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
	test.each<[string, object[], object, boolean]>([
		['no choices', [], { choices: [] }, false],
		['nothing', [], {}, false],
		['the first frame', [], frame, true],
		['the same frame again', [frame], frame, false],
		['an empty delta', [frame], { choices: [{ index: 0, delta: {} }] }, false],
		['blanks', [frame], { choices: [{ index: 0, delta: { content: '', reasoning: null, tool_calls: [] } }] }, false],
		['an empty tool call', [frame], { choices: [{ index: 0, delta: { tool_calls: [{}] } }] }, false],
		['content', [frame], { choices: [{ index: 0, delta: { content: ' ' } }] }, true],
		['reasoning', [frame], { choices: [{ index: 0, delta: { reasoning: 'a' } }] }, true],
		['audio', [frame], { choices: [{ index: 0, delta: { audio: { data: 'UklGRg==' } } }] }, true],
		['an end', [frame], { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, true],
		[
			'the same end',
			[frame, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }],
			{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
			false,
		],
		['usage', [frame], { choices: [], usage }, true],
		['the same usage', [frame, { choices: [], usage }], { choices: [], usage }, false],
		['more usage', [frame, { choices: [], usage }], { choices: [], usage: { ...usage, total_tokens: 3 } }, true],
		[
			'usage of zeros',
			[frame],
			{ choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
			false,
		],
	])('%s', (_, before, chunk, brings) => {
		expect(builder(...before).add(readChunk(chunk)!) !== undefined).toBe(brings);
	});
});

test('usage that the server did not report is null, also where other figures are there', async () => {
	const usageOf = async (usage: unknown) =>
		(await completionOf(delta({ content: 'a' }), event({ choices: [], usage }))).usage;
	expect(await usageOf({ prompt_tokens: 5 })).toEqual({
		prompt_tokens: 5,
		cached_tokens: null,
		completion_tokens: null,
		reasoning_tokens: null,
		total_tokens: 5,
	});
	expect(await usageOf({ prompt_tokens: 5, completion_tokens: 0, cached_tokens: 0, total_tokens: 5 })).toMatchObject({
		cached_tokens: 0,
		completion_tokens: 0,
		reasoning_tokens: null,
	});
	expect(await usageOf(null)).toBeUndefined();
});

test('where chunks disagree about the usage, the last one counts', async () => {
	const usage = (cached_tokens: number) => ({
		prompt_tokens: 48,
		completion_tokens: 2,
		total_tokens: 50,
		prompt_tokens_details: { cached_tokens },
	});
	const { usage: found } = await completionOf(
		event({ choices: [{ index: 0, delta: { content: 'a' } }], usage: usage(26) }),
		event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: usage(0) }),
	);
	expect(found!.cached_tokens).toBe(0);
});

/** A piece of an answer, and what it adds. */
const anyPiece = fc.record({
	index: fc.nat(2),
	kind: fc.constantFrom('content', 'reasoning', 'call', 'empty', 'usage'),
	text: fc.string({ unit: 'binary', maxLength: 8 }),
	call: fc.nat(2),
});

/** How an error is told; each with the message `Broken`. */
const ERRORS: ReadonlyArray<(index: number) => string> = [
	() => event({ error: { message: 'Broken' } }),
	() => event({ error: 'Broken' }),
	() => event({ message: 'Broken', code: 'provider_error', type: 'server_error' }),
	() => event({ object: 'error', message: 'Broken', code: 500 }),
	() => 'event: error\ndata: Broken\n\n',
	() => `event: error\n${event({ message: 'Broken' })}`,
	(index) => event({ choices: [{ index, delta: {}, error: { code: 502, message: 'Broken' } }] }),
	(index) => event({ choices: [{ index, delta: {}, finish_reason: 'error', error: { message: 'Broken' } }] }),
];

test('any pieces of several choices with tool calls, cut anywhere: all that came before an error, and the error', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyPiece, { minLength: 1, maxLength: 20 }),
			fc.option(fc.tuple(fc.nat(), fc.constantFrom(...ERRORS))),
			fc.constantFrom('\n\n', '\n', '\r\n\r\n', '\r'),
			fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
			async (pieces, failure, end, sizes) => {
				const expected = new Map<number, { content: string; reasoning: string; calls: Map<number, string> }>();
				const breaksAt = failure ? failure[0] % (pieces.length + 1) : pieces.length;
				const events = pieces.slice(0, breaksAt).map(({ index, kind, text, call }) => {
					if (kind === 'usage') return event({ choices: [], usage: { total_tokens: 3 } });
					const choice = expected.get(index) ?? { content: '', reasoning: '', calls: new Map() };
					expected.set(index, choice);
					if (kind === 'content' || kind === 'reasoning') choice[kind] += text;
					const args = `"${call}",`;
					if (kind === 'call') choice.calls.set(call, (choice.calls.get(call) ?? '') + args);
					const fields = {
						content: { content: text },
						reasoning: { reasoning: text, reasoning_content: text },
						call: { tool_calls: [{ index: call, id: `call_${call}`, function: { name: 'f', arguments: args } }] },
						empty: { role: 'assistant', content: '', tool_calls: [] },
					}[kind];
					return event({ choices: [{ index, delta: fields, finish_reason: '' }] });
				});
				const tail = failure ? failure[1](pieces[0]!.index) : 'data: [DONE]\n\n';
				const all = Buffer.from(
					[...events, tail]
						.join('')
						.replace(/\n\n/g, end)
						.replace(/error\n/g, `error${end[0]}`),
				);
				const parts: Uint8Array[] = [];
				for (let at = 0, i = 0; at < all.length; i += 1) {
					const size = sizes[i % sizes.length]!;
					parts.push(all.subarray(at, at + size));
					at += size;
				}
				const builder = new CompletionBuilder();
				const reading = readAnswer(
					(async function* () {
						yield* parts;
					})(),
					(chunk) => builder.add(chunk),
				);
				if (failure) await expect(reading).rejects.toMatchObject({ name: 'StepfunError', message: 'Broken' });
				else expect(await reading).toBe(true);
				expect(
					builder.build().choices.map(({ index, message: { content, reasoning, tool_calls: calls = [] } }) => ({
						index,
						content,
						reasoning,
						calls: calls.map(({ id, function: { arguments: args } }) => [id, args]),
					})),
				).toEqual(
					[...expected.entries()]
						.sort(([a], [b]) => a - b)
						.map(([index, { content, reasoning, calls }]) => ({
							index,
							content,
							reasoning,
							calls: [...calls.entries()].map(([call, args]) => [`call_${call}`, args]),
						})),
				);
			},
		),
		{ numRuns: 400 },
	);
});
