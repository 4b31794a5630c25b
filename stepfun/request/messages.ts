import { invalidInput } from '../errors';
import { asRecord } from '../json';
import type { ContentPart, MediaKind, Message, ToolCall } from '../types';
import { mediaPart, mediaSource } from './media';
import * as texts from './texts';

/**
 * Reads a conversation from data: the API's own messages, or answers with the role assistant. Unknown roles and shapes are refused,
 * fields that belong to answers only (`parsed_arguments`, `results`, `usage` …) are left behind, and arguments that are objects
 * become JSON again.
 *
 * @param attachments Join the last user message, before its text (page image-chat), which may then be empty.
 * @throws StepfunError `invalid_input` that names the message by its position, counted from 1.
 */
export function readMessages(value: unknown, attachments: ContentPart[] = []): Message[] {
	if (!Array.isArray(value)) throw invalidInput(texts.messagesNotAList(describe(value)));
	if (value.length === 0) throw invalidInput(texts.noMessages);
	const last = value.findLastIndex((message) => asRecord(message)?.['role'] === 'user');
	if (attachments.length > 0 && last === -1) throw invalidInput(texts.noUserMessage);
	return value.map((message, i) => readMessage(message, `message ${i + 1}`, i === last ? attachments : []));
}

function readMessage(value: unknown, place: string, attachments: ContentPart[]): Message {
	const message = asRecord(value);
	if (!message) throw invalidInput(texts.messageNotAnObject(place, describe(value)));
	switch (message['role']) {
		case 'system':
			return { role: 'system', content: readContent(message['content'], place) };
		case 'user':
			return { role: 'user', content: withAttachments(message['content'], place, attachments) };
		case 'tool':
			return {
				role: 'tool',
				tool_call_id: readToolCallId(message, place),
				content: readContent(message['content'], place, true),
			};
		case 'assistant':
			return readAssistant(message, place);
		default:
			throw invalidInput(
				message['role'] === undefined ? texts.noRole(place) : texts.unknownRole(place, shown(message['role'])),
			);
	}
}

function withAttachments(content: unknown, place: string, attachments: ContentPart[]): string | ContentPart[] {
	if (attachments.length === 0) return readContent(content, place);
	if (content === undefined || content === null || (typeof content === 'string' && content.trim() === ''))
		return attachments;
	const own = readContent(content, place);
	return [...attachments, ...(typeof own === 'string' ? [{ type: 'text' as const, text: own }] : own)];
}

function readAssistant(message: Record<string, unknown>, place: string): Message {
	const calls = readToolCalls(message['tool_calls'], place);
	const reasoning = message['reasoning_content'] || message['reasoning'];
	const empty = message['content'] === undefined || message['content'] === null || message['content'] === '';
	return {
		role: 'assistant',
		content: empty && calls.length > 0 ? null : readContent(message['content'], place),
		...(calls.length > 0 && { tool_calls: calls }),
		// The model needs its reasoning only to go on after the tool calls it led to.
		...(calls.length > 0 && typeof reasoning === 'string' && { reasoning_content: reasoning }),
	};
}

function readToolCallId(message: Record<string, unknown>, place: string): string {
	const id = message['tool_call_id'];
	if (typeof id === 'string' && id !== '') return id;
	throw invalidInput(texts.noToolCallId(place));
}

function readToolCalls(value: unknown, place: string): ToolCall[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw invalidInput(texts.toolCallsNotAList(place, describe(value)));
	return value.flatMap((entry, i) => {
		const call = asRecord(entry);
		// What StepFun ran itself, such as web_search, is no call that anyone answers.
		if (typeof call?.['type'] === 'string' && call['type'] !== 'function') return [];
		const details = asRecord(call?.['function']);
		const id = call?.['id'];
		const name = details?.['name'];
		if (typeof id !== 'string' || id === '' || typeof name !== 'string' || name === '') {
			throw invalidInput(texts.incompleteToolCall(i + 1, place));
		}
		const args = details!['arguments'];
		return [
			{
				id,
				type: 'function',
				function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args ?? {}) },
			},
		];
	});
}

/** Text, or a list of parts. A tool's result may be any data, and is then sent as JSON. */
function readContent(value: unknown, place: string, anyData = false): string | ContentPart[] {
	if (typeof value === 'string') {
		if (value.trim() === '' && !anyData) throw invalidInput(texts.emptyContent(place));
		return value;
	}
	if (Array.isArray(value) && (!anyData || value.every(isPart))) {
		if (value.length === 0) throw invalidInput(texts.emptyContent(place));
		return value.map((part, i) => readPart(part, `part ${i + 1} of ${place}`));
	}
	if (anyData) return value === undefined || value === null ? '' : JSON.stringify(value);
	throw invalidInput(texts.contentNotText(place, describe(value)));
}

/** The kind of each part with a file, and where the part keeps its source. */
const MEDIA_PARTS = {
	image_url: { kind: 'image', field: 'url' },
	video_url: { kind: 'video', field: 'url' },
	input_audio: { kind: 'audio', field: 'data' },
} as const satisfies Record<string, { kind: MediaKind; field: string }>;

const isMediaType = (type: unknown): type is keyof typeof MEDIA_PARTS =>
	typeof type === 'string' && Object.hasOwn(MEDIA_PARTS, type);

const isPart = (value: unknown): boolean => {
	const type = asRecord(value)?.['type'];
	return type === 'text' || isMediaType(type);
};

function readPart(value: unknown, place: string): ContentPart {
	const part = asRecord(value);
	const type = part?.['type'];
	if (type === 'text') {
		if (typeof part!['text'] === 'string') return { type: 'text', text: part!['text'] };
		throw invalidInput(texts.noPartText(place));
	}
	if (!isMediaType(type)) {
		throw invalidInput(type === undefined ? texts.noPartType(place) : texts.unknownPartType(place, shown(type)));
	}
	const { kind, field } = MEDIA_PARTS[type];
	const media = typeof part![type] === 'string' ? { [field]: part![type] } : asRecord(part![type]);
	const source = media?.[field];
	if (typeof source !== 'string' || source === '') throw invalidInput(texts.noPartSource(place, type, field));
	return mediaPart(
		kind,
		mediaSource(kind, source, `In Messages, the ${type}.${field} of ${place}`),
		readDetail(media!['detail'], place),
	);
}

function readDetail(detail: unknown, place: string): 'low' | 'high' | undefined {
	if (detail === undefined || detail === null || detail === 'auto') return undefined;
	if (detail === 'low' || detail === 'high') return detail;
	throw invalidInput(texts.unknownDetail(place, shown(detail)));
}

/** A JSON value for a sentence, without its content. */
function describe(value: unknown): string {
	if (value === undefined || value === null) return 'empty';
	if (Array.isArray(value)) return 'a list';
	return value === ''
		? 'empty text'
		: ({ string: 'text', number: 'a number', boolean: 'true or false', object: 'an object' }[typeof value as string] ??
				'something else');
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : describe(value)).slice(0, 60);
