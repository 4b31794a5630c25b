import type { ContentFile, Message as SdkMessage, MessageContent } from '@n8n/ai-node-sdk';
import { invalidInput } from '../../stepfun/errors';
import { asRecord, tryParseJson } from '../../stepfun/json';
import { toolResultText } from '../../stepfun/request/tool-result';
import type { AssistantMessage, ContentPart, Message, ToolCall } from '../../stepfun/types';
import * as texts from './texts';

/**
 * A conversation of n8n's AI nodes in the form that StepFun accepts.
 *
 * @throws StepfunError `invalid_input` for an attachment that StepFun does not accept.
 */
export const toMessages = (messages: SdkMessage[]): Message[] => joinTurns(messages.flatMap(toMessage));

function toMessage({ role, content }: SdkMessage): Message[] {
	switch (role) {
		case 'system':
			return [{ role: 'system', content: textOf(content) }];
		case 'user':
			return [
				{
					role: 'user',
					content: content.some(({ type }) => type === 'file') ? content.flatMap(toPart) : textOf(content),
				},
			];
		case 'assistant':
			return toAssistant(content);
		case 'tool':
			return content.flatMap((part) =>
				part.type === 'tool-result'
					? [{ role: 'tool' as const, tool_call_id: part.toolCallId, content: toolResultText(part.result) }]
					: [],
			);
	}
}

/** A message without text and calls, such as one that contains only reasoning, is left out: it tells the model nothing. */
function toAssistant(content: MessageContent[]): AssistantMessage[] {
	const text = textOf(content);
	const calls = content.flatMap((part): ToolCall[] =>
		part.type === 'tool-call' && part.toolCallId
			? [
					{
						id: part.toolCallId,
						type: 'function',
						function: { name: part.toolName, arguments: withoutId(part.input, part.toolCallId) },
					},
				]
			: [],
	);
	if (calls.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text }];
	const reasoning = content.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
	return [
		{
			role: 'assistant',
			content: text || null,
			tool_calls: calls,
			...(reasoning !== '' && { reasoning_content: reasoning }),
		},
	];
}

/** Streams leave text in pieces, which are joined. */
const textOf = (content: MessageContent[]): string =>
	content.map((part) => (part.type === 'text' ? part.text : '')).join('');

/** AI Agent adds the call's id to its arguments, where the model did not put it. */
function withoutId(input: string, callId: string): string {
	const args = asRecord(tryParseJson(input));
	if (args?.['id'] !== callId) return input;
	const { id: _, ...others } = args;
	return JSON.stringify(others);
}

function toPart(part: MessageContent): ContentPart[] {
	if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
	return part.type === 'file' ? [toMedia(part)] : [];
}

function toMedia({ mediaType, data, providerMetadata }: ContentFile): ContentPart {
	const { url, detail } = providerMetadata ?? {};
	const source = typeof url === 'string' ? url : dataUrl(data, mediaType);
	const type = mediaType ?? /^data:([^;,]+)/.exec(source)?.[1] ?? 'image/*';
	if (type.startsWith('image/'))
		return {
			type: 'image_url',
			image_url: { url: source, ...((detail === 'low' || detail === 'high') && { detail }) },
		};
	if (type.startsWith('video/')) return { type: 'video_url', video_url: { url: source } };
	if (type.startsWith('audio/')) return { type: 'input_audio', input_audio: { data: source } };
	throw invalidInput(texts.unsupportedFile(type));
}

function dataUrl(data: string | Uint8Array, mediaType = 'application/octet-stream'): string {
	if (typeof data === 'string' && /^(?:data:|https?:|stepfile:)/.test(data)) return data;
	return `data:${mediaType};base64,${typeof data === 'string' ? data : Buffer.from(data).toString('base64')}`;
}

/**
 * AI Agent returns parallel calls as if each had been a separate turn, each with a copy of the reasoning. Here they become one turn
 * again, as the model wrote it, and its reasoning is sent and paid for once.
 */
function joinTurns(messages: Message[]): Message[] {
	const joined: Message[] = [];
	let turn: AssistantMessage | undefined;
	for (const message of messages) {
		if (message.role === 'assistant' && turn?.reasoning_content !== undefined && isSameTurn(turn, message)) {
			turn.tool_calls!.push(...message.tool_calls!);
			continue;
		}
		if (message.role !== 'tool')
			turn =
				message.role === 'assistant' && message.tool_calls
					? { ...message, tool_calls: [...message.tool_calls] }
					: undefined;
		joined.push(message.role === 'assistant' ? (turn ?? message) : message);
	}
	return joined;
}

const isSameTurn = (
	turn: AssistantMessage,
	{ content, tool_calls: calls, reasoning_content: reasoning }: AssistantMessage,
): boolean => calls !== undefined && content === null && reasoning === turn.reasoning_content;
