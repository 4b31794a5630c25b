import { ToolCallAssembler } from '../../../stepfun/response/tool-calls';
import type { ToolCallDelta } from '../../../stepfun/response/chunk';

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
