import { parseDataUrl } from './data-url';
import { ApiError, invalid, refuse, tooLong, unknownModel, unsupportedContent } from './errors';
import type { Files } from './files';
import { findChatModel, type ChatModel, type Media } from './models';
import {
	isObject,
	type ChatRequest,
	type ContentPart,
	type FunctionTool,
	type JsonObject,
	type Message,
} from './types';
import { promptTokens } from './usage';

const MB = 1024 * 1024;
/** Limits from StepFun's guides; sizes in bytes. */
const limits = { images: 60, imageBytes: 20 * MB, videoBytes: 128 * MB, audioClips: 30, tools: 128 };

const text = (value: unknown): value is string => typeof value === 'string';
const nonEmpty = (value: unknown): value is string => text(value) && value !== '';
const absent = (value: unknown): value is undefined | null => value === undefined || value === null;

/**
 * Checks a body as strictly as StepFun's documentation puts it (chat-completion-create, the tool and media guides) and
 * returns it typed. Fields that it does not name are ignored, as the live API does.
 * @throws ApiError with StepFun's status and envelope
 */
export function checkRequest(body: unknown, stepPlan: boolean, files: Files): ChatRequest {
	if (!isObject(body)) throw refuse('request body is not a valid JSON object');
	if (!nonEmpty(body.model)) throw invalid('model', 'not empty');
	const model = findChatModel(body.model, stepPlan);
	if (!model) throw unknownModel(body.model);
	checkMessages(body.messages);
	checkSampling(body);
	checkReasoning(body, model);
	checkTools(body.tools, model);
	checkToolChoice(body.tool_choice, body.tools);
	checkResponseFormat(body.response_format);
	checkSpeech(body, model);
	const request = body as unknown as ChatRequest;
	checkToolRounds(request.messages);
	checkMedia(request.messages, model, files);
	const tokens = promptTokens(request);
	if (tokens > model.maxInput) throw tooLong(model.maxInput, tokens);
	return request;
}

/**
 * POST /v1/token/count: the tokens of the messages of a request (https://platform.stepfun.ai/docs/en/api-reference/token-count).
 * @throws ApiError with StepFun's status and envelope
 */
export function countMessages(body: unknown): number {
	if (!isObject(body)) throw refuse('request body is not a valid JSON object');
	if (!nonEmpty(body.model)) throw invalid('model', 'not empty');
	if (!findChatModel(body.model, false)) throw unknownModel(body.model);
	checkMessages(body.messages);
	return promptTokens({ messages: body.messages as Message[] });
}

function checkMessages(messages: unknown): void {
	if (!Array.isArray(messages) || messages.length === 0) throw invalid('messages', 'not empty');
	messages.forEach((message: unknown, index) => checkMessage(message, `messages[${index}]`));
}

function checkMessage(message: unknown, at: string): void {
	if (!isObject(message)) throw invalid(at, 'an object');
	switch (message.role) {
		case 'system':
			if (!text(message.content)) throw invalid(`${at}.content`, 'a string');
			return;
		case 'user':
			checkUserContent(message.content, `${at}.content`);
			return;
		case 'assistant':
			checkAssistant(message, at);
			return;
		case 'tool':
			if (!text(message.content)) throw invalid(`${at}.content`, 'a string');
			if (!nonEmpty(message.tool_call_id)) throw invalid(`${at}.tool_call_id`, 'not empty');
			return;
		default:
			throw refuse(`invalid msg role: ${String(message.role)}`);
	}
}

function checkAssistant(message: JsonObject, at: string): void {
	const calls = message.tool_calls;
	if (!absent(message.content) && !text(message.content)) throw invalid(`${at}.content`, 'a string or null');
	if (absent(message.content) && absent(calls)) throw invalid(`${at}.content`, 'a string');
	for (const field of ['reasoning', 'reasoning_content']) {
		if (!absent(message[field]) && !text(message[field])) throw invalid(`${at}.${field}`, 'a string');
	}
	if (absent(calls)) return;
	if (!Array.isArray(calls) || calls.length === 0) throw invalid(`${at}.tool_calls`, 'a non-empty array');
	calls.forEach((call: unknown, index) => checkToolCall(call, `${at}.tool_calls[${index}]`));
}

function checkToolCall(call: unknown, at: string): void {
	if (!isObject(call)) throw invalid(at, 'an object');
	if (!nonEmpty(call.id)) throw invalid(`${at}.id`, 'not empty');
	if (call.type !== 'function') throw invalid(`${at}.type`, 'function');
	if (!isObject(call.function)) throw invalid(`${at}.function`, 'an object');
	if (!nonEmpty(call.function.name)) throw invalid(`${at}.function.name`, 'not empty');
	if (!text(call.function.arguments)) throw invalid(`${at}.function.arguments`, 'a JSON string');
}

function checkUserContent(content: unknown, at: string): void {
	if (text(content)) return;
	if (!Array.isArray(content) || content.length === 0) {
		throw invalid(at, 'a string or a non-empty array of content parts');
	}
	content.forEach((part: unknown, index) => checkPart(part, `${at}[${index}]`));
}

function checkPart(part: unknown, at: string): void {
	if (!isObject(part)) throw invalid(at, 'an object');
	switch (part.type) {
		case 'text':
			if (!text(part.text)) throw invalid(`${at}.text`, 'a string');
			return;
		case 'image_url': {
			const image = fieldsOf(part, 'image_url', at);
			if (!absent(image.detail) && image.detail !== 'low' && image.detail !== 'high') {
				throw invalid(`${at}.image_url.detail`, 'low or high');
			}
			checkUrl(image.url, `${at}.image_url.url`, ['jpg', 'jpeg', 'png', 'webp', 'gif'], 'image');
			return;
		}
		case 'video_url':
			checkUrl(fieldsOf(part, 'video_url', at).url, `${at}.video_url.url`, ['mp4', 'quicktime', 'x-matroska'], 'video');
			return;
		case 'input_audio':
			checkDataUrl(
				fieldsOf(part, 'input_audio', at).data,
				`${at}.input_audio.data`,
				['mpeg', 'mp3', 'wav', 'x-wav', 'wave'],
				'audio',
			);
			return;
		default:
			throw invalid(`${at}.type`, 'text, image_url, video_url or input_audio');
	}
}

function fieldsOf(part: JsonObject, name: string, at: string): JsonObject {
	const fields = part[name];
	if (!isObject(fields)) throw invalid(`${at}.${name}`, 'an object');
	return fields;
}

function checkUrl(url: unknown, at: string, formats: string[], kind: Media): void {
	if (!nonEmpty(url)) throw invalid(at, 'not empty');
	if (/^(https?|stepfile):\/\/./.test(url)) return;
	if (!url.startsWith('data:')) throw invalid(at, `a http, https, stepfile or data:${kind}/… URL`);
	checkDataUrl(url, at, formats, kind);
}

function checkDataUrl(url: unknown, at: string, formats: string[], kind: Media): void {
	const recommended = `data:${kind}/{${formats.join('|')}};base64,…`;
	const data = text(url) ? parseDataUrl(url) : undefined;
	if (!data || !formats.some((format) => data.mime === `${kind}/${format}`)) throw invalid(at, recommended);
	if (!data.valid) throw invalid(at, 'valid base64');
}

function checkNumber(body: JsonObject, name: string, low: number, high: number): void {
	const value = body[name];
	if (absent(value)) return;
	if (typeof value !== 'number' || value < low || value > high) throw invalid(name, `[${low}, ${high}]`);
}

function checkPositiveInteger(body: JsonObject, name: string): void {
	const value = body[name];
	if (absent(value)) return;
	if (!Number.isInteger(value) || (value as number) < 1) throw invalid(name, 'an integer of at least 1');
}

function checkSampling(body: JsonObject): void {
	checkNumber(body, 'temperature', 0, 2);
	checkNumber(body, 'top_p', 0, 1);
	// Older versions of the page chat-completion-create say 0 to 1.
	checkNumber(body, 'frequency_penalty', -2, 2);
	checkPositiveInteger(body, 'n');
	checkPositiveInteger(body, 'max_tokens');
	if (!absent(body.stream) && typeof body.stream !== 'boolean') throw invalid('stream', 'true or false');
	if (!absent(body.stream_options) && !isObject(body.stream_options)) throw invalid('stream_options', 'an object');
	const { stop } = body;
	if (!absent(stop) && !text(stop) && !(Array.isArray(stop) && stop.every(text))) {
		throw invalid('stop', 'a string or an array of strings');
	}
}

function checkReasoning(body: JsonObject, model: ChatModel): void {
	const { reasoning_effort: effort, reasoning_format: format } = body;
	if (!absent(effort) && !model.efforts.includes(effort as string)) {
		throw invalid('reasoning_effort', model.efforts.join(' or '));
	}
	if (!absent(format) && format !== 'general' && format !== 'deepseek-style') {
		throw invalid('reasoning_format', 'general or deepseek-style');
	}
}

function checkTools(tools: unknown, model: ChatModel): void {
	if (absent(tools)) return;
	if (!Array.isArray(tools)) throw invalid('tools', 'an array');
	if (tools.length > 0 && !model.tools) throw unsupportedContent(`model ${model.id} does not support tools`);
	if (tools.length > limits.tools) throw invalid('tools', `at most ${limits.tools} tools`);
	tools.forEach((tool: unknown, index) => checkTool(tool, `tools[${index}]`, model));
}

function checkTool(tool: unknown, at: string, model: ChatModel): void {
	if (!isObject(tool)) throw invalid(at, 'an object');
	if (tool.type === 'web_search' && !model.webSearch) {
		throw unsupportedContent(`model ${model.id} does not support web_search`);
	}
	if (tool.type === 'web_search' || tool.type === 'retrieval') return;
	if (tool.type !== 'function') throw invalid(`${at}.type`, 'function, web_search or retrieval');
	if (!isObject(tool.function)) throw invalid(`${at}.function`, 'an object');
	const { name, parameters } = tool.function;
	// The page only recommends at most 64 of them.
	if (!text(name) || !/^[a-zA-Z0-9_-]+$/.test(name)) {
		throw invalid(`${at}.function.name`, 'letters, numbers, _ and -');
	}
	if (!absent(parameters) && !(isObject(parameters) && parameters.type === 'object')) {
		throw invalid(`${at}.function.parameters`, 'an object schema with type object');
	}
}

/** A choice that names a function names one of the tools; its other values are `auto` or not documented. */
function checkToolChoice(choice: unknown, tools: unknown): void {
	if (absent(choice) || text(choice)) return;
	const name = isObject(choice) && isObject(choice.function) ? choice.function.name : undefined;
	const names = Array.isArray(tools) ? tools.map((tool: FunctionTool) => tool.function?.name) : [];
	if (!nonEmpty(name) || !names.includes(name)) throw invalid('tool_choice', 'auto or a function of tools');
}

function checkResponseFormat(format: unknown): void {
	if (absent(format)) return;
	const type = isObject(format) ? format.type : undefined;
	if (type === 'text' || type === 'json_object') return;
	if (!isObject(format) || type !== 'json_schema') {
		throw invalid('response_format', 'must be text or json_object');
	}
	const wrapped = format.json_schema;
	if (!isObject(wrapped) || !nonEmpty(wrapped.name) || !isObject(wrapped.schema)) {
		throw new ApiError(
			400,
			'Invalid response_format: json_schema must be an object with name and schema',
			'invalid_request_error',
			'response_format',
		);
	}
}

/** The page chat-completion-create, on `modalities` and `audio`. */
function checkSpeech({ modalities, audio, stream }: JsonObject, model: ChatModel): void {
	if (absent(modalities)) return;
	if (!Array.isArray(modalities) || !modalities.every((one) => one === 'text' || one === 'audio')) {
		throw invalid('modalities', '["text"] or ["text", "audio"]');
	}
	if (!modalities.includes('audio') || model.speech === 'ignored') return;
	if (model.speech === 'refused') throw invalid('modalities', '["text"]');
	if (!isObject(audio) || !nonEmpty(audio.voice)) throw invalid('audio.voice', 'not empty');
	const format = stream === true ? 'pcm' : 'wav';
	if (audio.format !== format) throw invalid('audio.format', format);
}

/** Every tool result answers a call of the assistant message before it, and every call is answered. */
function checkToolRounds(messages: Message[]): void {
	let open = new Set<string>();
	for (const message of messages) {
		if (message.role === 'tool') {
			if (!open.delete(message.tool_call_id)) {
				throw refuse(
					`tool_call_id ${message.tool_call_id} does not match a tool call of the preceding assistant message`,
				);
			}
			continue;
		}
		requireAnswered(open);
		open = new Set(message.role === 'assistant' ? message.tool_calls?.map((call) => call.id) : []);
	}
	requireAnswered(open);
}

function requireAnswered(open: Set<string>): void {
	if (open.size === 0) return;
	throw refuse(`an assistant message with tool_calls must be followed by tool messages for: ${[...open].join(', ')}`);
}

function checkMedia(messages: Message[], model: ChatModel, files: Files): void {
	const parts = messages.flatMap((message) => (Array.isArray(message.content) ? message.content : []));
	const images = parts.filter((part) => part.type === 'image_url');
	const videos = parts.filter((part) => part.type === 'video_url');
	const clips = parts.filter((part) => part.type === 'input_audio');
	for (const part of [...images, ...videos])
		requireStored(part.type === 'image_url' ? part.image_url.url : part.video_url.url, files);
	requireMedia(model, 'image', images);
	requireMedia(model, 'video', videos);
	requireMedia(model, 'audio', clips);
	if (images.length > limits.images) {
		throw refuse(`Input images too many. model: ${model.id}, max: ${limits.images}, input: ${images.length}`);
	}
	const imageBytes = images.reduce((sum, part) => sum + bytesOf(part.image_url.url), 0);
	if (imageBytes > limits.imageBytes) throw invalid('messages', 'images of at most 20 MB in total');
	if (videos.some((part) => bytesOf(part.video_url.url) > limits.videoBytes)) {
		throw invalid('messages', 'a video of at most 128 MB');
	}
	if (clips.length > limits.audioClips) throw invalid('messages', `at most ${limits.audioClips} audio clips`);
}

function requireMedia(model: ChatModel, media: Media, parts: ContentPart[]): void {
	if (parts.length > 0 && !model.media.includes(media)) {
		throw unsupportedContent(`model ${model.id} does not support ${media} input`);
	}
}

/** A reference is good as long as its file is there. */
function requireStored(url: string, files: Files): void {
	const id = /^stepfile:\/\/(.*)$/.exec(url)?.[1];
	if (id !== undefined && files.find(id)?.purpose !== 'storage') throw refuse(`file ${id} not found`);
}

const bytesOf = (url: string): number => parseDataUrl(url)?.bytes ?? 0;
