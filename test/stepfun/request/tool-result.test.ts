import { toolResultText } from '../../../stepfun/request/tool-result';

const text = (value: string) => ({ type: 'text', text: value });

test.each<[string, unknown, string]>([
	['text', 'sunny', 'sunny'],
	['nothing', '', '(no tool output)'],
	['no value', undefined, 'null'],
	['data', { city: 'Oslo' }, '{"city":"Oslo"}'],
	['a list', [{ type: 'invoice', text: 7 }], '[{"type":"invoice","text":7}]'],
	['an empty list', [], '[]'],
	['blocks of text', [text('A'), text('B')], 'A\nB'],
	['blocks as JSON', JSON.stringify([text('A'), text('B')]), 'A\nB'],
	['a list as JSON', '[{"city": "Oslo"}]', '[{"city": "Oslo"}]'],
	['what only begins like JSON', '[{x}] sunny', '[{x}] sunny'],
	['an empty block', [text('')], '(no tool output)'],
	[
		'an image of an MCP server',
		[text('A map:'), { type: 'image', mimeType: 'image/png', data: 'aGk=' }],
		'A map:\n(image/png that cannot be shown here)',
	],
	[
		'a file of the AI SDK',
		[{ type: 'file', mediaType: 'audio/mpeg', data: new Uint8Array(2) }],
		'(audio/mpeg that cannot be shown here)',
	],
	[
		'an image of LangChain',
		[{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }],
		'(image that cannot be shown here)',
	],
	['rows with a type and a text', [{ ...text('A'), id: 1 }], '[{"type":"text","text":"A","id":1}]'],
	['rows with a type', [{ type: 'text', name: 'A' }], '[{"type":"text","name":"A"}]'],
	['a block with notes', [{ ...text('A'), annotations: { audience: ['user'] } }], 'A'],
	['blocks and data', [text('A'), { city: 'Oslo' }], '[{"type":"text","text":"A"},{"city":"Oslo"}]'],
])('%s', (_, result, expected) => {
	expect(toolResultText(result)).toBe(expected);
});
