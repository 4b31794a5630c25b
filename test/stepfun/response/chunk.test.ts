import { readChunk, readUsage } from '../../../stepfun/response/chunk';

const choice = (fields: object) => readChunk({ choices: [fields] })!.choices[0]!;

test.each([[null], [5], ['text'], [[]], [undefined]])('%j is no chunk', (value) => {
	expect(readChunk(value)).toBeUndefined();
});

test('a chunk of nothing', () => {
	expect(readChunk({})).toEqual({ id: '', model: '', created: 0, choices: [] });
	expect(readChunk({ id: 5, model: null, created: 'x', choices: [null, 5], usage: 'none' })).toEqual({
		id: '',
		model: '',
		created: 0,
		choices: [],
	});
});

test('a delta is a piece, a message is whole', () => {
	expect(choice({ index: 2, delta: { content: 'a' }, finish_reason: 'stop' })).toEqual({
		index: 2,
		content: 'a',
		reasoning: '',
		toolCalls: [],
		finishReason: 'stop',
		whole: false,
	});
	expect(choice({ message: { content: 'a' } })).toMatchObject({ index: 0, whole: true, finishReason: '' });
	expect(choice({ delta: { content: 'piece' }, message: { content: 'whole' } })).toMatchObject({
		content: 'piece',
		whole: false,
	});
});

test('a choice without an index has that of its place', () => {
	expect(readChunk({ choices: [{ delta: {} }, { delta: {} }] })!.choices.map(({ index }) => index)).toEqual([0, 1]);
});

test.each([
	[{ content: 'a', refusal: 'b' }, 'a'],
	[{ content: null, refusal: 'I will not' }, 'I will not'],
	[{ content: [{ type: 'text', text: 'a' }, { type: 'image_url' }, 5, { text: 'b' }] }, 'ab'],
	[{ content: 5 }, ''],
])('content of %j', (delta, content) => {
	expect(choice({ delta }).content).toBe(content);
});

test.each([
	[{ reasoning: 'a', reasoning_content: 'a' }, 'a'],
	[{ reasoning: '', reasoning_content: 'a' }, 'a'],
	[{ reasoning_text: 'a' }, 'a'],
	[{ reasoning: null }, ''],
])('reasoning of %j', (delta, reasoning) => {
	expect(choice({ delta }).reasoning).toBe(reasoning);
});

test('tool calls', () => {
	const read = (call: unknown) => choice({ delta: { tool_calls: [call] } }).toolCalls;
	expect(read({ index: 1, id: 'a', type: 'function', function: { name: 'f', arguments: '{' } })).toEqual([
		{ index: 1, id: 'a', type: 'function', name: 'f', arguments: '{' },
	]);
	expect(read({ function: { arguments: { a: [1] } } })).toEqual([
		{ id: '', type: '', name: '', arguments: '{"a":[1]}' },
	]);
	expect(read({ function: { arguments: null, results: [1] } })).toEqual([
		{ id: '', type: '', name: '', arguments: '', results: [1] },
	]);
	expect(read({ function: { results: '[{"url":"https://example.com"}]' } })[0]).toMatchObject({
		results: [{ url: 'https://example.com' }],
	});
	expect(read({ function: { results: 'nothing' } })[0]).not.toHaveProperty('results');
	expect(read({ function: { arguments: 5 } })).toMatchObject([{ arguments: '' }]);
	expect(read(null)).toEqual([]);
	expect(choice({ delta: { tool_calls: null } }).toolCalls).toEqual([]);
});

test.each([
	[
		{ prompt_tokens: 5, completion_tokens: 3 },
		{ prompt_tokens: 5, cached_tokens: null, completion_tokens: 3, reasoning_tokens: null, total_tokens: 8 },
	],
	[
		{ prompt_tokens: 5, completion_tokens: 3, total_tokens: 9, cached_tokens: 2 },
		{ total_tokens: 9, cached_tokens: 2 },
	],
	[
		{ prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 6 } },
		{ cached_tokens: 4, reasoning_tokens: 6 },
	],
	[
		{ prompt_tokens: '5', completion_tokens: Infinity, reasoning_tokens: 7 },
		{ prompt_tokens: null, completion_tokens: null, reasoning_tokens: 7, total_tokens: null },
	],
])('usage of %j', (value, usage) => {
	expect(readUsage(value)).toMatchObject(usage);
});

test('usage that is none', () => {
	expect(readUsage(null)).toBeUndefined();
	expect(readChunk({ usage: null })).not.toHaveProperty('usage');
});
