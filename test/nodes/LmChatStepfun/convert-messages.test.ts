import type { Message as SdkMessage } from '@n8n/ai-node-sdk';
import { toMessages } from '../../../nodes/LmChatStepfun/convert-messages';

const user = (...content: SdkMessage['content']): SdkMessage => ({ role: 'user', content });
const assistant = (...content: SdkMessage['content']): SdkMessage => ({ role: 'assistant', content });
const text = (value: string) => ({ type: 'text' as const, text: value });
const call = (toolCallId: string, input: string) => ({
	type: 'tool-call' as const,
	toolCallId,
	toolName: 'get_weather',
	input,
});
const result = (value: unknown): SdkMessage => ({
	role: 'tool',
	content: [{ type: 'tool-result', toolCallId: 'a', result: value }],
});
const wireCall = (id: string, args: string) => ({
	id,
	type: 'function',
	function: { name: 'get_weather', arguments: args },
});

test('text that a stream left in pieces is one text', () => {
	expect(
		toMessages([
			{ role: 'system', content: [text('Be '), text('brief')] },
			user(text('Hel'), text('lo')),
			assistant(text('He'), text('y')),
		]),
	).toEqual([
		{ role: 'system', content: 'Be brief' },
		{ role: 'user', content: 'Hello' },
		{ role: 'assistant', content: 'Hey' },
	]);
});

test('reasoning goes back with the calls it led to, and only with them', () => {
	const reasoning = (value: string) => ({ type: 'reasoning' as const, text: value });
	expect(
		toMessages([
			assistant(reasoning('So '), reasoning('then.'), call('a', '{"city":"Oslo"}')),
			result('sunny'),
			assistant(reasoning('Done.'), text('Sunny')),
		]),
	).toEqual([
		{ role: 'assistant', content: null, tool_calls: [wireCall('a', '{"city":"Oslo"}')], reasoning_content: 'So then.' },
		{ role: 'tool', tool_call_id: 'a', content: 'sunny' },
		{ role: 'assistant', content: 'Sunny' },
	]);
});

test('turns with reasoning of their own stay apart, and a message of nothing is left out', () => {
	const turn = (id: string, thought: string) => [
		assistant({ type: 'reasoning', text: thought }, call(id, '{}')),
		{ role: 'tool' as const, content: [{ type: 'tool-result' as const, toolCallId: id, result: 'ok' }] },
	];
	expect(
		toMessages([...turn('a', 'one'), ...turn('b', 'two'), assistant({ type: 'reasoning', text: 'three' })]).map(
			({ role }) => role,
		),
	).toEqual(['assistant', 'tool', 'assistant', 'tool']);
	const withoutReasoning = [assistant(call('a', '{}')), assistant(call('b', '{}'))];
	expect(toMessages(withoutReasoning)).toHaveLength(2);
});

test('the id that AI Agent adds to the arguments is taken out, an id of the model is not', () => {
	expect(toMessages([assistant(call('a', '{"city":"Oslo","id":"a"}'), call('b', '{"id":"customer-7"}'))])).toEqual([
		{
			role: 'assistant',
			content: null,
			tool_calls: [wireCall('a', '{"city":"Oslo"}'), wireCall('b', '{"id":"customer-7"}')],
		},
	]);
});

test.each([
	['text', 'sunny', 'sunny'],
	['nothing', '', '(no tool output)'],
	['data', { city: 'Oslo' }, '{"city":"Oslo"}'],
	[
		'parts',
		[text('A map:'), { type: 'file', mediaType: 'image/png', data: 'aGk=' }],
		'A map:\n(image/png that cannot be shown here)',
	],
])('a tool result of %s is text', (_, value, content) => {
	expect(toMessages([result(value)])).toEqual([{ role: 'tool', tool_call_id: 'a', content }]);
});

test('files by their type, from bytes, base64, data URLs and addresses', () => {
	const file = (
		mediaType: string | undefined,
		data: string | Uint8Array | undefined,
		providerMetadata?: Record<string, unknown>,
	) => ({ type: 'file' as const, mediaType, data: data!, providerMetadata });
	expect(
		toMessages([
			user(
				file('image/png', new Uint8Array([104, 105])),
				file(undefined, undefined, { url: 'https://example.com/a.webp', detail: 'low' }),
				file(undefined, 'data:video/mp4;base64,aGk='),
				file('audio/mpeg', 'aGk='),
				text('What are these?'),
			),
		]),
	).toEqual([
		{
			role: 'user',
			content: [
				{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
				{ type: 'image_url', image_url: { url: 'https://example.com/a.webp', detail: 'low' } },
				{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,aGk=' } },
				{ type: 'input_audio', input_audio: { data: 'data:audio/mpeg;base64,aGk=' } },
				{ type: 'text', text: 'What are these?' },
			],
		},
	]);
	expect(() => toMessages([user(file('application/pdf', 'aGk='))])).toThrow(
		'StepFun models do not accept files of the type application/pdf',
	);
});
