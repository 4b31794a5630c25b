import { invalidInput } from '../errors';
import { asRecord, asText } from '../json';
import type { ContentPart, MediaKind, Message, ToolCall } from '../types';
import { textOf } from './data-text';
import { mediaPart, mediaSource } from './media';
import * as texts from './texts';
import { blocksText } from './tool-result';

/** Parts that join a user message, around its text. */
export interface JoiningParts {
	before: ContentPart[];
	after: ContentPart[];
}

/** Whether there is none. */
export const joinsNothing = ({ before, after }: JoiningParts): boolean => before.length + after.length === 0;

const NO_PARTS: JoiningParts = { before: [], after: [] };

/**
 * Reads a conversation from data: the API's own messages, or answers with the role assistant. Unknown roles and shapes are refused,
 * fields that belong to answers only (`parsed_arguments`, `results`, `usage` …) are left behind, arguments that are objects become
 * JSON again, and so does content that is neither text nor parts.
 *
 * @param attachments Join the last user message, which may then have no text.
 * @throws StepfunError `invalid_input` that names the message by its position, counted from 1.
 */
export function readMessages(value: unknown, attachments = NO_PARTS): Message[] {
	if (!Array.isArray(value)) throw invalidInput(texts.messagesNotAList(describe(value)));
	if (value.length === 0) throw invalidInput(texts.noMessages);
	const last = value.findLastIndex((message) => asRecord(message)?.['role'] === 'user');
	if (!joinsNothing(attachments) && last === -1) throw invalidInput(texts.noUserMessage);
	return value.map((message, i) => readMessage(message, `message ${i + 1}`, i === last ? attachments : NO_PARTS));
}

function readMessage(value: unknown, place: string, attachments: JoiningParts): Message {
	const message = asRecord(value);
	if (!message) throw invalidInput(texts.messageNotAnObject(place, describe(value)));
	switch (message['role']) {
		case 'system':
			return { role: 'system', content: asOneText(readContent(message['content'], place), '\n') };
		case 'user':
			return { role: 'user', content: withAttachments(message['content'], place, attachments) };
		case 'tool':
			return {
				role: 'tool',
				tool_call_id: readToolCallId(message, place),
				content: readToolContent(message['content'], place),
			};
		case 'assistant':
			return readAssistant(message, place);
		default:
			throw invalidInput(
				message['role'] === undefined ? texts.noRole(place) : texts.unknownRole(place, shown(message['role'])),
			);
	}
}

function withAttachments(content: unknown, place: string, attachments: JoiningParts): string | ContentPart[] {
	if (joinsNothing(attachments)) return readContent(content, place);
	const { before, after } = attachments;
	if (content === undefined || content === null || (typeof content === 'string' && content.trim() === ''))
		return [...before, ...after];
	const own = readContent(content, place);
	return [...before, ...(typeof own === 'string' ? [{ type: 'text' as const, text: own }] : own), ...after];
}

function readAssistant(message: Record<string, unknown>, place: string): Message {
	const calls = readToolCalls(message['tool_calls'], place);
	const reasoning = message['reasoning_content'] || message['reasoning'];
	const audio = asRecord(message['audio']);
	// The text of a spoken answer is what StepFun recommends to hand back (guide audio-chat).
	const content = message['content'] || asText(audio?.['transcript']) || (message['content'] ?? null);
	const id = content === null || content === '' ? asText(audio?.['id']) : undefined;
	const isEmpty = content === null || (content === '' && (calls.length > 0 || id !== undefined));
	return {
		role: 'assistant',
		content: isEmpty ? null : asOneText(readContent(content, place), ''),
		...(id !== undefined && { audio: { id } }),
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

/** Text, or a list of parts. Data that an expression gives is sent as its text, and as JSON where it has none. */
function readContent(value: unknown, place: string): string | ContentPart[] {
	if (value === undefined || value === null) throw invalidInput(texts.noContentValue(place));
	if (Array.isArray(value) && value.length === 0) throw invalidInput(texts.emptyContent(place));
	const parts = Array.isArray(value) ? value : [value];
	if (parts.some(isMeantAsPart)) return parts.map((part, i) => readPart(part, `part ${i + 1} of ${place}`));
	const text = dataText(value, place);
	if (text.trim() === '') throw invalidInput(texts.emptyContent(place));
	return text;
}

/** Parts of text joined, as StepFun takes parts from users only; parts with files are left for it to judge. */
function asOneText(content: string | ContentPart[], separator: string): string | ContentPart[] {
	if (typeof content === 'string' || !content.every((part) => part.type === 'text')) return content;
	return content.map(({ text }) => text).join(separator);
}

/** What a tool gave: any data, of which StepFun takes text only. */
function readToolContent(value: unknown, place: string): string {
	if (value === undefined || value === null) return '';
	return blocksText(Array.isArray(value) ? value : [value]) ?? dataText(value, place);
}

function dataText(value: unknown, place: string): string {
	const text = textOf(value);
	if (text === undefined) throw invalidInput(texts.contentNotText(place, describe(value)));
	return text;
}

/** The kind of each part with a file, and where the part keeps its source. */
const MEDIA_PARTS = {
	image_url: { kind: 'image', field: 'url' },
	video_url: { kind: 'video', field: 'url' },
	input_audio: { kind: 'audio', field: 'data' },
} as const satisfies Record<string, { kind: MediaKind; field: string }>;

const isMediaType = (type: unknown): type is keyof typeof MEDIA_PARTS =>
	typeof type === 'string' && Object.hasOwn(MEDIA_PARTS, type);

/** What parts are made of, those of other APIs too, which are refused by their type. */
const PART_FIELDS = [
	...['type', 'text', 'detail', 'url', 'data', 'source', 'file', 'file_id', 'image', 'video', 'audio', 'document'],
	...['mimeType', 'mime_type', 'media_type', 'cache_control', 'annotations', 'index', ...Object.keys(MEDIA_PARTS)],
];

/** Whether data is a part, be it one with a fault, and not a row that happens to have a type or a text. */
function isMeantAsPart(value: unknown): boolean {
	const part = asRecord(value);
	if (!part) return false;
	const type = part['type'];
	if (type === 'text' ? typeof part['text'] === 'string' : isMediaType(type) && part[type] !== undefined) return true;
	const names = Object.keys(part);
	return (
		(typeof type === 'string' || names.some((name) => name === 'text' || isMediaType(name))) &&
		names.every((name) => name === type || PART_FIELDS.includes(name))
	);
}

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
