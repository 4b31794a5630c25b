import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readChunk } from '../../../stepfun/response/chunk';
import { CompletionBuilder } from '../../../stepfun/response/completion';
import { addedUp, RawCompletion } from '../../../stepfun/response/raw-completion';
import { readAnswer } from '../../../stepfun/response/read-answer';

const merged = (...chunks: Array<Record<string, unknown>>): Record<string, unknown> => {
	const raw = new RawCompletion();
	for (const chunk of chunks) raw.add(structuredClone(chunk));
	return raw.build();
};
/** A chunk with one delta. */
const piece = (delta: object, others: object = {}) => ({ choices: [{ index: 0, delta, ...others }] });
/** What deltas become. */
const message = (...deltas: object[]): unknown =>
	(merged(...deltas.map((delta) => piece(delta)))['choices'] as Array<{ message: unknown }>)[0]!.message;

test('a recorded stream: all that was sent, under its name, and nothing else', () => {
	const frame = {
		id: 'd41d.8cd9',
		object: 'chat.completion.chunk',
		created: 1791417600,
		model: 'step-3.5-flash',
		agent: '',
	};
	const usage = (completion: number, cached: number) => ({
		prompt_tokens: 48,
		completion_tokens: completion,
		total_tokens: 48 + completion,
		prompt_tokens_details: { cached_tokens: cached },
		completion_tokens_details: { reasoning_tokens: 0 },
	});
	const both = (text: string) => ({ role: 'assistant', content: '', reasoning: text, reasoning_content: text });
	expect(
		merged(
			{ ...frame, choices: [{ index: 0, delta: both('Let me ') }], usage: usage(1, 26) },
			{ ...frame, choices: [{ index: 0, delta: both('think') }], usage: usage(2, 26) },
			{ ...frame, choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' } }], usage: usage(3, 26) },
			{ ...frame, choices: [{ index: 0, delta: { content: '!' }, finish_reason: 'stop' }], usage: usage(4, 0) },
			{ ...frame, choices: [], usage: usage(4, 0) },
		),
	).toEqual({
		...frame,
		object: 'chat.completion',
		choices: [
			{
				index: 0,
				message: { role: 'assistant', content: 'Hello!', reasoning: 'Let me think', reasoning_content: 'Let me think' },
				finish_reason: 'stop',
			},
		],
		usage: usage(4, 0),
	});
});

test('the last one counts that says something', () => {
	expect(
		merged(
			{ id: '', created: 0, system_fingerprint: null, service_tier: null, usage: { total_tokens: 0 }, choices: [] },
			{ id: 'a', created: 5, system_fingerprint: 'fp_1', usage: { total_tokens: 3 } },
			{ id: '', created: 0, system_fingerprint: null, usage: null },
		),
	).toEqual({
		id: 'a',
		created: 5,
		system_fingerprint: 'fp_1',
		service_tier: null,
		usage: { total_tokens: 3 },
		choices: [],
	});
});

test('the fields of a choice', () => {
	expect(
		merged(
			piece({ content: 'a' }, { logprobs: null, finish_reason: '', stop_reason: null }),
			piece(
				{ content: 'b' },
				{ logprobs: { content: [{ token: 'b', logprob: -1 }], refusal: null }, finish_reason: '' },
			),
			piece({}, { logprobs: { content: [{ token: 'c', logprob: -2 }] }, finish_reason: 'stop', stop_reason: 7 }),
		)['choices'],
	).toEqual([
		{
			index: 0,
			message: { content: 'ab' },
			logprobs: {
				content: [
					{ token: 'b', logprob: -1 },
					{ token: 'c', logprob: -2 },
				],
				refusal: null,
			},
			finish_reason: 'stop',
			stop_reason: 7,
		},
	]);
});

test.each<[string, object[], object]>([
	['texts are joined, whatever their name', [{ refusal: 'I ' }, { refusal: 'will not' }], { refusal: 'I will not' }],
	['a text that nobody knows', [{ thoughts: 'a' }, { thoughts: 'b' }], { thoughts: 'ab' }],
	['null before a text', [{ content: null }, { content: 'a' }, { content: null }], { content: 'a' }],
	['nothing but null', [{ content: null }], { content: null }],
	['labels are not joined', [{ role: 'assistant' }, { role: 'assistant' }, { role: '' }], { role: 'assistant' }],
	[
		'audio',
		[
			{ audio: { id: 'audio_1', data: 'UklG', transcript: 'He' } },
			{ audio: { data: 'Rg==', transcript: 'llo' } },
			{ audio: { id: 'audio_1', expires_at: 5 } },
		],
		{ audio: { id: 'audio_1', transcript: 'Hello', expires_at: 5 } },
	],
	[
		'annotations',
		[{ annotations: [{ type: 'url_citation', url: 'a' }] }, { annotations: [{ type: 'url_citation', url: 'b' }] }],
		{
			annotations: [
				{ type: 'url_citation', url: 'a' },
				{ type: 'url_citation', url: 'b' },
			],
		},
	],
	[
		'entries of the same index',
		[
			{ reasoning_details: [{ index: 0, type: 'reasoning.text', text: 'a' }] },
			{ reasoning_details: [{ index: 0, type: 'reasoning.text', text: 'b' }] },
			{ reasoning_details: [{ index: 1, type: 'reasoning.text', text: 'c' }] },
		],
		{
			reasoning_details: [
				{ index: 0, type: 'reasoning.text', text: 'ab' },
				{ index: 1, type: 'reasoning.text', text: 'c' },
			],
		},
	],
	[
		'the function call of old',
		[{ function_call: { name: 'f', arguments: '{' } }, { function_call: { arguments: '}' } }],
		{ function_call: { name: 'f', arguments: '{}' } },
	],
	[
		'tool calls with whatever they bring',
		[
			{ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
			{ tool_calls: [{ index: 0, function: { arguments: '{"a"' }, extra_content: { signature: 'x' } }] },
			{ tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } }] },
			{ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
		],
		{
			tool_calls: [
				{
					index: 0,
					id: 'a',
					type: 'function',
					function: { name: 'f', arguments: '{"a":1}' },
					extra_content: { signature: 'x' },
				},
				{ index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } },
			],
		},
	],
	[
		'results of a search, sent again',
		[1, 2].map(() => ({
			tool_calls: [{ index: 0, id: 's', type: 'web_search', function: { results: [{ index: 1, url: 'a' }] } }],
		})),
		{ tool_calls: [{ index: 0, id: 's', type: 'web_search', function: { results: [{ index: 1, url: 'a' }] } }] },
	],
	['no tool calls', [{ content: 'a', tool_calls: [] }, { tool_calls: [] }], { content: 'a', tool_calls: [] }],
])('deltas: %s', (_, deltas, expected) => {
	expect(message(...deltas)).toEqual(expected);
});

test('a whole message after its pieces is not said twice, and its further fields are kept', () => {
	const whole = {
		role: 'assistant',
		content: 'Hello',
		tool_calls: [{ id: 'a', function: { name: 'f' } }],
		audio: null,
	};
	expect(
		merged(piece({ role: 'assistant', content: 'Hel' }), piece({ content: 'lo' }), {
			choices: [{ index: 0, delta: {}, message: whole, finish_reason: 'stop' }],
		})['choices'],
	).toEqual([{ index: 0, message: whole, finish_reason: 'stop' }]);
});

test('choices stand in the order of their index, and an index stays as it was sent', () => {
	const choice = (index: unknown, content: string) => ({ choices: [{ index, delta: { content } }] });
	expect(merged(choice(1, 'b'), choice(0, 'a'), choice(1, '!'))['choices']).toEqual([
		{ index: 0, message: { content: 'a' } },
		{ index: 1, message: { content: 'b!' } },
	]);
	expect(merged(choice('0', 'a'), choice('0', 'b'))['choices']).toEqual([{ index: '0', message: { content: 'ab' } }]);
	expect(merged({ choices: [{ delta: { content: 'a' } }] })['choices']).toEqual([{ message: { content: 'a' } }]);
});

test('a JSON answer is what it is', () => {
	fc.assert(
		fc.property(
			fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
			fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
			(others, fields) => {
				const { __proto__: _, ...own } = others;
				const { __proto__: __, ...said } = fields;
				const answer = {
					...own,
					object: 'chat.completion',
					choices: [{ index: 0, message: { ...said, role: 'assistant' }, finish_reason: 'stop' }],
				};
				expect(merged(answer)).toEqual(answer);
			},
		),
	);
});

test('names that mean something to JavaScript change nothing', () => {
	merged(JSON.parse('{"__proto__":{"polluted":1},"choices":[{"delta":{"__proto__":{"polluted":1}}}]}'));
	const names = { constructor: { prototype: { polluted: 1 } }, toString: 'a', hasOwnProperty: ['b'] };
	expect(message(names)).toEqual(names);
	expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('more than can be kept is an error, whatever it is made of', () => {
	const raw = new RawCompletion();
	const add = (): void => {
		for (let i = 0; i < 200; i += 1) raw.add({ [`field_${i}`]: 'x'.repeat(2 ** 20) });
	};
	expect(add).toThrow(expect.objectContaining({ type: 'answer_too_large', retryable: false }));
	const many = new RawCompletion();
	const flood = (): void => {
		for (let i = 0; i < 4_000; i += 1)
			many.add(piece({ annotations: Array.from({ length: 1_000 }, (_, j) => ({ j })) }));
	};
	expect(flood).toThrow(expect.objectContaining({ type: 'answer_too_large' }));
});

test('says of every recorded stream what the completion says', async () => {
	const fixtures = path.join(__dirname, '../../fixtures');
	for (const name of readdirSync(fixtures).filter((file) => !file.startsWith('error'))) {
		const builder = new CompletionBuilder();
		const raw = new RawCompletion();
		const bytes = async function* () {
			yield readFileSync(path.join(fixtures, name));
		};
		await readAnswer(bytes(), (chunk, source) => {
			builder.add(chunk);
			raw.add(source);
		});
		const again = new CompletionBuilder();
		again.add(readChunk(raw.build())!);
		expect({ name, ...again.build() }).toEqual({ name, ...builder.build() });
	}
});

test('figures of several answers are added up', () => {
	const usage = { prompt_tokens: 5, details: { cached_tokens: 2 }, tier: 'a' };
	expect(addedUp(undefined, usage)).toEqual(usage);
	expect(addedUp(usage, { prompt_tokens: 6, details: { cached_tokens: 1, audio_tokens: 4 }, tier: 'b' })).toEqual({
		prompt_tokens: 11,
		details: { cached_tokens: 3, audio_tokens: 4 },
		tier: 'b',
	});
	expect(addedUp(usage, undefined)).toEqual(usage);
});
