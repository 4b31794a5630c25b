import fc from 'fast-check';
import { ToolCallAssembler } from '../../../stepfun/response/tool-calls';
import { MAX_TOOL_CALLS, readChunk, type ToolCallDelta } from '../../../stepfun/response/chunk';

const piece = (fields: Partial<ToolCallDelta>): ToolCallDelta => ({
	id: '',
	type: '',
	name: '',
	arguments: '',
	...fields,
});

/** Names and arguments of what pieces, one chunk each, become. */
function assembled(...chunks: Array<Array<Partial<ToolCallDelta>>>): Array<[id: string, name: string, args: string]> {
	const assembler = new ToolCallAssembler();
	for (const chunk of chunks) assembler.add(chunk.map(piece), false);
	return assembler.finish().map(({ id, function: { name, arguments: args } }) => [id, name, args]);
}

test('an id goes before an index', () => {
	expect(
		assembled(
			[{ index: 0, id: 'a', name: 'f', arguments: '1' }],
			[{ index: 0, id: 'b', name: 'g', arguments: '2' }],
			[{ index: 0, id: 'a', arguments: '3' }],
		),
	).toEqual([
		['a', 'f', '13'],
		['b', 'g', '2'],
	]);
});

test('an index goes before the order', () => {
	expect(
		assembled(
			[
				{ index: 0, name: 'f' },
				{ index: 1, name: 'g' },
			],
			[{ index: 0, arguments: '1' }],
			[{ index: 1, arguments: '2' }],
		),
	).toEqual([
		['call_0', 'f', '1'],
		['call_1', 'g', '2'],
	]);
});

test('an index that several calls share means the latest of them', () => {
	expect(
		assembled([{ index: 0, id: 'a', name: 'f' }], [{ index: 0, id: 'b', name: 'g' }], [{ index: 0, arguments: '1' }]),
	).toEqual([
		['a', 'f', ''],
		['b', 'g', '1'],
	]);
});

test('without both, a piece belongs to the latest call; a name after finished arguments begins another', () => {
	expect(assembled([{ name: 'f', arguments: '{' }], [{ arguments: '} ' }], [{ name: 'f', arguments: '{}' }])).toEqual([
		['call_0', 'f', '{} '],
		['call_1', 'f', '{}'],
	]);
});

test('a name that is sent again with every piece begins no other call', () => {
	expect(assembled([{ name: 'f', arguments: '{"a":' }], [{ name: 'f', arguments: '1}' }])).toEqual([
		['call_0', 'f', '{"a":1}'],
	]);
});

test('several pieces of one chunk without both are calls of their own', () => {
	expect(
		assembled([
			{ name: 'f', arguments: '{}' },
			{ name: 'f', arguments: '{}' },
		]),
	).toHaveLength(2);
	expect(assembled([{ name: 'f' }, { name: 'g' }])).toHaveLength(2);
});

test('an id that comes late joins the call of its index, or the latest', () => {
	expect(assembled([{ index: 0, name: 'f' }], [{ index: 0, id: 'a', arguments: '{}' }])).toEqual([['a', 'f', '{}']]);
	expect(assembled([{ name: 'f' }], [{ id: 'a', arguments: '{}' }])).toEqual([['a', 'f', '{}']]);
});

test('the first id, name and type count, and an empty call is none', () => {
	const assembler = new ToolCallAssembler();
	assembler.add([piece({ index: 0 }), piece({ index: 1, id: 'a', name: 'f', type: 'web_search' })], false);
	assembler.add([piece({ index: 1, id: 'a', name: 'other', type: 'function', results: [1] })], false);
	expect(assembler.finish()).toEqual([
		{ id: 'a', type: 'web_search', function: { name: 'f', arguments: '', results: [1] } },
	]);
});

test('each call of a whole message is one, even with the same id', () => {
	const assembler = new ToolCallAssembler();
	assembler.add([piece({ id: 'a', name: 'f', arguments: '{}' }), piece({ id: 'a', name: 'g', arguments: '{}' })], true);
	assembler.add([piece({ index: 0, name: 'h' }), piece({ index: 0, name: 'i' })], true);
	expect(assembler.finish().map(({ function: { name } }) => name)).toEqual(['f', 'g', 'h', 'i']);
});

test('the characters that were added', () => {
	const assembler = new ToolCallAssembler();
	const first = assembler.add([piece({ index: 0, arguments: '12345' })], false);
	expect(assembler.add([piece({ index: 0, arguments: '12345' })], false)).toBe(5);
	expect(first).toBeGreaterThan(5);
});

describe('dialects of two calls', () => {
	const f = 'get_weather';
	const [paris, rome] = ['{"city":"Paris"}', '{"city":"Rome"}'];
	test.each<[string, Array<Array<Partial<ToolCallDelta>>>, Array<[name: string, args: string]>?]>([
		[
			'an id for each piece',
			[
				[{ index: 0, id: 'x1', name: f, arguments: '' }],
				[{ index: 0, id: 'x2', arguments: '{"city":' }],
				[{ index: 0, id: 'x3', arguments: '"Paris"}' }],
				[{ index: 1, id: 'x4', name: f, arguments: '{"city"' }],
				[{ index: 1, id: 'x5', arguments: ':"Rome"}' }],
			],
		],
		[
			'an id and the name for each piece',
			[
				[{ index: 0, id: 'x1', name: f, arguments: '{"city":' }],
				[{ index: 0, id: 'x2', name: f, arguments: '"Paris"}' }],
				[{ index: 1, id: 'x3', name: f, arguments: rome }],
			],
		],
		[
			'an id for each piece, and no index',
			[
				[{ id: 'x1', name: f, arguments: '' }],
				[{ id: 'x2', arguments: '{"city":' }],
				[{ id: 'x3', arguments: '"Paris"}' }],
				[{ id: 'x4', name: f, arguments: rome }],
			],
		],
		[
			'one id for both',
			[[{ index: 0, id: 'x', name: f, arguments: paris }], [{ index: 1, id: 'x', name: f, arguments: rome }]],
		],
		[
			'one id for both, in pieces that take turns',
			[
				[
					{ index: 0, id: 'x', name: f, arguments: '{"city"' },
					{ index: 1, id: 'x', name: f, arguments: '{"city":' },
				],
				[
					{ index: 1, id: 'x', arguments: '"Rome"}' },
					{ index: 0, id: 'x', arguments: ':"Paris"}' },
				],
			],
		],
		[
			'one id for both, and no index',
			[[{ id: 'x', name: f, arguments: paris }], [{ id: 'x', name: f, arguments: rome }]],
		],
		[
			'the index 0 for both',
			[[{ index: 0, id: 'a', name: f, arguments: paris }], [{ index: 0, id: 'b', name: f, arguments: rome }]],
		],
		[
			'the index 0 for both, in one chunk and without ids',
			[
				[
					{ index: 0, name: f, arguments: paris },
					{ index: 0, name: f, arguments: rome },
				],
			],
		],
		[
			'the index with the first piece only',
			[
				[{ index: 0, id: 'a', name: f }],
				[{ arguments: paris }],
				[{ index: 1, id: 'b', name: f }],
				[{ arguments: '{"city":' }],
				[{ arguments: '"Rome"}' }],
			],
		],
		[
			'the index with later pieces only',
			[
				[{ id: 'a', name: f }],
				[{ index: 0, arguments: paris }],
				[{ id: 'b', name: f }],
				[{ index: 1, arguments: rome }],
			],
		],
		['neither, in whole calls', [[{ name: f, arguments: paris }], [{ name: f, arguments: rome }]]],
		[
			'neither, and objects within the arguments',
			[[{ name: f, arguments: '{"a":{"b":1}' }], [{ name: f, arguments: ',"c":"}"}' }], [{ name: f, arguments: rome }]],
			[
				[f, '{"a":{"b":1},"c":"}"}'],
				[f, rome],
			],
		],
		[
			'neither, and no arguments',
			[[{ name: 'f' }], [{ name: 'g' }]],
			[
				['f', ''],
				['g', ''],
			],
		],
		[
			'neither, no arguments, and the same name',
			[[{ name: 'f' }], [{ name: 'f' }]],
			[
				['f', ''],
				['f', ''],
			],
		],
		[
			'each call whole once more at the end',
			[
				[{ index: 0, id: 'a', name: f }],
				[{ index: 0, arguments: '{"city":' }],
				[{ index: 0, arguments: '"Paris"}' }],
				[{ index: 1, id: 'b', name: f, arguments: rome }],
				[
					{ index: 0, id: 'a', name: f, arguments: paris },
					{ index: 1, id: 'b', name: f, arguments: `${rome}\n` },
				],
			],
		],
		[
			'an id for each piece, and each call whole once more at the end',
			[
				[{ index: 0, id: 'x1', name: f, arguments: '{"city":' }],
				[{ index: 0, id: 'x2', arguments: '"Paris"}' }],
				[{ index: 0, id: 'x3', name: f, arguments: paris }],
				[{ index: 1, id: 'x4', name: f, arguments: rome }],
			],
		],
		[
			'a blank piece behind complete arguments',
			[
				[{ index: 0, id: 'a', name: f, arguments: paris }],
				[{ index: 0, id: 'a', name: f, arguments: '' }],
				[{ index: 1, id: 'b', name: f, arguments: rome }],
				[{ index: 1, arguments: '' }],
			],
		],
		[
			'the same call twice',
			[[{ index: 0, id: 'a', name: f, arguments: paris }], [{ index: 0, id: 'b', name: f, arguments: paris }]],
			[
				[f, paris],
				[f, paris],
			],
		],
	])(
		'%s',
		(
			_,
			chunks,
			expected = [
				[f, paris],
				[f, rome],
			],
		) => {
			expect(assembled(...chunks).map(([, name, args]) => [name, args.trim()])).toEqual(expected);
		},
	);

	test('an index in text, and the one call of old', () => {
		const callsOf = (...deltas: object[]) => {
			const assembler = new ToolCallAssembler();
			for (const delta of deltas) assembler.add(readChunk({ choices: [{ delta }] })!.choices[0]!.toolCalls, false);
			return assembler.finish().map(({ function: { name, arguments: args } }) => [name, args]);
		};
		expect(
			callsOf(
				{
					tool_calls: [
						{ index: '0', function: { name: 'f', arguments: '{' } },
						{ index: '1', function: { name: 'g' } },
					],
				},
				{
					tool_calls: [
						{ index: '1', function: { arguments: '{}' } },
						{ index: '0', function: { arguments: '}' } },
					],
				},
			),
		).toEqual([
			['f', '{}'],
			['g', '{}'],
		]);
		expect(
			callsOf(
				{ function_call: { name: 'f', arguments: '' } },
				{ function_call: { arguments: '{"a"' } },
				{ function_call: { arguments: ':1}' } },
			),
		).toEqual([['f', '{"a":1}']]);
	});
});

/** A call, and where its arguments are cut. */
const anyCall = fc.record({
	name: fc.constantFrom('f', 'get_weather'),
	args: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }).map((value) => JSON.stringify(value)),
	cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});
type AnyCall = typeof anyCall extends fc.Arbitrary<infer Call> ? Call : never;

function piecesOf({ args, cuts }: AnyCall): string[] {
	const places = [0, ...cuts.map((cut) => Math.floor(cut * args.length)), args.length].sort((a, b) => a - b);
	return places.slice(1).map((end, i) => args.slice(places[i], end));
}

/** How servers write the pieces of a call: its place, the number of the piece, and the text of it. */
type Writer = (place: number, part: number, name: string, args: string) => Partial<ToolCallDelta>;

/** Whether pieces of several calls may take turns, one chunk may hold several pieces, and each call may come whole once more at the end. */
const DIALECTS: Record<string, { write: Writer; interleaves?: true; joins?: true; repeats?: true }> = {
	'as OpenAI does': {
		write: (index, part, name, args) =>
			part === 0 ? { index, id: `call_${index}`, type: 'function', name, arguments: args } : { index, arguments: args },
		interleaves: true,
		joins: true,
		repeats: true,
	},
	'the id and the name first, then the arguments': {
		write: (index, part, name, args) =>
			part === 0 ? { index, id: `call_${index}`, name, arguments: args } : { index, arguments: args },
		interleaves: true,
		repeats: true,
	},
	'everything with each piece': {
		write: (index, _, name, args) => ({ index, id: `call_${index}`, type: 'function', name, arguments: args }),
		repeats: true,
	},
	'an id for each piece': {
		write: (index, part, name, args) => ({
			index,
			id: `${index}-${part}`,
			...(part === 0 && { name }),
			arguments: args,
		}),
		interleaves: true,
	},
	'one id for all calls': {
		write: (index, part, name, args) => ({ index, id: 'call', ...(part === 0 && { name }), arguments: args }),
		interleaves: true,
		joins: true,
		repeats: true,
	},
	'no id': {
		write: (index, part, name, args) => ({ index, ...(part === 0 && { name }), arguments: args }),
		interleaves: true,
		joins: true,
		repeats: true,
	},
	'no index': {
		write: (place, part, name, args) => ({ id: `call_${place}`, ...(part === 0 && { name }), arguments: args }),
		interleaves: true,
		joins: true,
		repeats: true,
	},
	'no index, and the id with the first piece only': {
		write: (place, part, name, args) =>
			part === 0 ? { id: `call_${place}`, name, arguments: args } : { arguments: args },
		repeats: true,
	},
	'the index 0 for all calls': {
		write: (place, part, name, args) => ({
			index: 0,
			id: `call_${place}`,
			...(part === 0 && { name }),
			arguments: args,
		}),
		joins: true,
	},
	'the index 0 for all calls, and the id with the first piece only': {
		write: (place, part, name, args) =>
			part === 0 ? { index: 0, id: `call_${place}`, name, arguments: args } : { index: 0, arguments: args },
	},
	'neither id nor index': {
		write: (_, part, name, args) => (part === 0 ? { name, arguments: args } : { arguments: args }),
	},
	'neither, and the name with each piece': { write: (_, __, name, args) => ({ name, arguments: args }) },
};

/** Order of the pieces: all of a call and then the next, or taking turns as `turns` says. */
function mixed<Piece>(calls: Piece[][], turns: number[]): Piece[] {
	const left = calls.map((pieces) => [...pieces]);
	const order: Piece[] = left.map((pieces) => pieces.shift()!);
	for (let i = 0; left.some((pieces) => pieces.length > 0); i += 1) {
		const open = left.filter((pieces) => pieces.length > 0);
		order.push(open[(turns[i % turns.length] ?? 0) % open.length]!.shift()!);
	}
	return order;
}

test.each(Object.entries(DIALECTS))('any calls, cut anywhere, come out as they were: %s', (_, { write, ...allows }) => {
	fc.assert(
		fc.property(
			fc.array(anyCall, { minLength: 1, maxLength: 4 }),
			fc.array(fc.nat(7), { minLength: 1, maxLength: 6 }),
			fc.boolean(),
			fc.boolean(),
			fc.boolean(),
			(calls, turns, takeTurns, inOneChunk, again) => {
				const deltas = calls.map((call, place) =>
					piecesOf(call)
						// Without anything that tells calls apart, a first piece has to have arguments.
						.filter((args) => args !== '')
						.map((args, part) => write(place, part, call.name, args)),
				);
				const order = takeTurns && allows.interleaves ? mixed(deltas, turns) : deltas.flat();
				const chunks = inOneChunk && allows.joins ? [order] : order.map((delta) => [delta]);
				if (again && allows.repeats) {
					chunks.push(calls.map(({ name, args }, place) => write(place, 0, name, args)));
				}
				expect(assembled(...chunks).map(([, name, args]) => [name, args])).toEqual(
					calls.map(({ name, args }) => [name, args]),
				);
			},
		),
		{ numRuns: 300 },
	);
});

test('more calls than any model makes are an error', () => {
	const flood = (count: number) => () =>
		assembled(...Array.from({ length: count }, (_, i) => [{ id: `call_${i}`, name: 'f' }]));
	expect(flood(MAX_TOOL_CALLS)()).toHaveLength(MAX_TOOL_CALLS);
	expect(flood(MAX_TOOL_CALLS + 1)).toThrow(
		expect.objectContaining({
			type: 'answer_too_large',
			retryable: false,
			message: 'The answer was stopped because it has more than 1000 tool calls',
		}),
	);
});
