import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { tryParseJson } from '../../stepfun/json';
import { Attachment } from '../../stepfun/request/attachment';
import { asksForJson } from '../../stepfun/response/check';
import { functionCalls, searchResults } from '../../stepfun/response/tool-calls';
import type { StructuredExchange } from '../../stepfun/structured';
import type { ChatRequest, Completion, CompletionChoice, ContentPart, Message, ToolCall } from '../../stepfun/types';

/**
 * The item of an answer: flat and simple, or the server's own chat.completion object.
 *
 * @param found What searches of this node have found.
 */
export function outputItem(
	answer: StructuredExchange,
	request: ChatRequest,
	simplify: boolean,
	found: unknown[] = [],
): IDataObject {
	if (!simplify) return { ...answer.completion.raw } as IDataObject;
	return { ...simplified(answer, asksForJson(request)), ...(found.length > 0 && { search_results: found }) };
}

/** What is spoken, as files: of the first choice as `audio`, of further ones as `audio_1` and so on. */
export async function outputSounds(
	{ helpers }: IExecuteFunctions,
	{ choices }: Completion,
	{ audio }: ChatRequest,
): Promise<{ binary?: IBinaryKeyData }> {
	const binary: IBinaryKeyData = {};
	for (const [i, { message }] of choices.entries()) {
		if (!message.sound) continue;
		const name = i === 0 ? 'audio' : `audio_${i}`;
		const { bytes, mimeType, extension } = message.sound.file(audio?.format);
		binary[name] = await helpers.prepareBinaryData(bytes, `${name}.${extension}`, mimeType);
	}
	return Object.keys(binary).length > 0 ? { binary } : {};
}

function simplified({ completion, parsed, corrections }: StructuredExchange, json: boolean): IDataObject {
	const { id, model, usage, choices } = completion;
	const [first, ...others] = choices;
	return {
		...(first && simplifiedChoice(first, parsed)),
		...(others.length > 0 && { choices: choices.map((choice) => simplifiedChoice(choice, parsed)) }),
		...(json && { corrections }),
		usage: usage ?? null,
		model,
		id,
	};
}

function simplifiedChoice(choice: CompletionChoice, parsed: StructuredExchange['parsed']): object {
	const { message, finish_reason } = choice;
	const results = searchResults(message);
	return {
		content: message.content,
		reasoning: message.reasoning,
		tool_calls: functionCalls(message).map(simplifiedCall),
		...(parsed.has(choice) && { parsed: parsed.get(choice) }),
		...(results.length > 0 && { search_results: results }),
		finish_reason,
	};
}

/** Arguments as text, and as data where they are valid JSON. */
function simplifiedCall(call: ToolCall): object {
	const {
		id,
		type,
		function: { name, arguments: args },
	} = call;
	const parsed = readArguments(call);
	return { id, type, function: { name, arguments: args, ...(parsed !== undefined && { parsed_arguments: parsed }) } };
}

/** Undefined for arguments that are not valid JSON; an empty text stands for an empty object. */
export const readArguments = ({ function: { arguments: args } }: ToolCall): unknown =>
	tryParseJson(args === '' ? '{}' : args);

/**
 * A conversation as data that another StepFun Chat accepts as its messages. The bytes of attachments are left out: their type and
 * size stand in their place.
 */
export const messagesOutput = (messages: Message[]): IDataObject[] =>
	messages.map((message) => {
		const { content } = message;
		return { ...message, content: Array.isArray(content) ? content.map(named) : content };
	});

function named(part: ContentPart): ContentPart {
	const source =
		'image_url' in part
			? part.image_url.url
			: 'video_url' in part
				? part.video_url.url
				: 'input_audio' in part
					? part.input_audio.data
					: '';
	return source instanceof Attachment ? { type: 'text', text: `(${source.mimeType}, ${source.size} bytes)` } : part;
}
