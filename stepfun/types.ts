/**
 * The wire of POST /chat/completions, as StepFun documents it (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create, /object and
 * /streaming) and as it is seen.
 * Requests keep the API's own snake_case names. What comes back is unknown until `chunk.ts` has read it.
 */

/** A file that is read only while it is being sent. */
export interface FileSource {
	/** Such as `image/png`. */
	readonly mimeType: string;
	/** Exact size in bytes, before base64. */
	readonly size: number;
	/** The file as base64 from its first byte, in pieces of any length. */
	readonly base64: () => Iterable<string> | AsyncIterable<string>;
	/** The file itself from its first byte, in pieces of any length. */
	readonly bytes: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What a document is: text that is read here, or a format that StepFun's parser reads. */
export type DocumentFormat = 'text' | 'pdf' | 'doc' | 'docx' | 'xls' | 'xlsx' | 'ppt' | 'pptx';

/** A document whose text is put in its place before the request is sent. */
export interface DocumentFile {
	/** The name of the file, without a path. */
	readonly name: string;
	readonly format: DocumentFormat;
	readonly file: FileSource;
	/** What the document is to its reader, such as `The file "data" of attachment 1`. */
	readonly label: string;
}

export type MediaKind = 'image' | 'video' | 'audio';

/** A URL that StepFun fetches itself (http, https, `stepfile://`), a data URL, or bytes that are encoded on their way out. */
export type MediaSource = string | FileSource;

interface TextPart {
	type: 'text';
	text: string;
}

/** jpg, png, webp or static gif; `low` costs about 400 tokens and is the API's default. */
interface ImagePart {
	type: 'image_url';
	image_url: { url: MediaSource; detail?: 'low' | 'high' };
}

/** mp4, below 128 MB, recommended below 5 minutes. */
interface VideoPart {
	type: 'video_url';
	video_url: { url: MediaSource };
}

/** mp3 or wav. `data` is a whole data URL and there is no `format`, unlike OpenAI's part of the same name. */
interface AudioPart {
	type: 'input_audio';
	input_audio: { data: MediaSource };
}

/** Never sent: `RunFiles.withDocuments` makes text of it. */
interface DocumentPart {
	type: 'document';
	document: DocumentFile;
}

export type ContentPart = TextPart | ImagePart | VideoPart | AudioPart | DocumentPart;

/** A call of a function tool as the API takes and gives it: `arguments` is JSON in a string. */
export interface ToolCall {
	id: string;
	/** `function`, or the type of a tool that StepFun has already run itself, such as `web_search`. */
	type: string;
	function: ToolCallFunction;
}

interface ToolCallFunction {
	name: string;
	arguments: string;
	/** What a tool that StepFun ran itself has found. */
	results?: unknown[];
}

interface SystemMessage {
	role: 'system';
	content: string | ContentPart[];
}

interface UserMessage {
	role: 'user';
	content: string | ContentPart[];
}

export interface AssistantMessage {
	role: 'assistant';
	content: string | ContentPart[] | null;
	tool_calls?: ToolCall[];
	/** Handed back with the tool calls it led to, so that the model goes on where it was. */
	reasoning_content?: string;
	/** What it said earlier, by its id; StepFun itself asks for the text in its place. */
	audio?: { id: string };
}

export interface ToolMessage {
	role: 'tool';
	tool_call_id: string;
	content: string | ContentPart[];
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A JSON Schema object; StepFun asks for a root of type `object` in tools. */
export type JsonSchema = Record<string, unknown>;

export interface FunctionTool {
	type: 'function';
	function: { name: string; description?: string; parameters?: JsonSchema };
}

/** StepFun's own search, run on its servers. */
export interface WebSearchTool {
	type: 'web_search';
	function: { description: string };
}

export type Tool = FunctionTool | WebSearchTool | { type: string; function: Record<string, unknown> };

export type ResponseFormat =
	| { type: 'text' }
	| { type: 'json_object' }
	| { type: 'json_schema'; json_schema: { name: string; strict?: boolean; schema: JsonSchema } };

export type ReasoningEffort = 'low' | 'medium' | 'high';
export type ReasoningFormat = 'general' | 'deepseek-style';

export type Modality = 'text' | 'audio';

/** How an answer is to sound. */
export interface AudioSettings {
	/** The id of a voice, such as `wenrounansheng`. */
	voice: string;
	/** The API has `wav`, and `pcm` (24 kHz, one channel, 16 bit) in a stream; whichever fits is sent where this is absent. */
	format?: string;
}

/** Fields of the request that the API has and this package does not know, by their wire names. */
type ExtraFields = Readonly<Record<string, unknown>>;

/** The body of a chat request. What is absent is not sent, and the API's default holds. */
export interface ChatRequest {
	model: string;
	messages: Message[];
	tools?: Tool[];
	/** Tokens, reasoning included. */
	max_tokens?: number;
	/** 0 to 2, the API's default is 0.5. */
	temperature?: number;
	/** 0 to 1, the API's default is 0.9. */
	top_p?: number;
	/** How many choices; the API's default is 1. */
	n?: number;
	stream?: boolean;
	stop?: string | string[];
	frequency_penalty?: number;
	response_format?: ResponseFormat;
	reasoning_format?: ReasoningFormat;
	reasoning_effort?: ReasoningEffort;
	/** What the answer consists of; models that speak ask for it. */
	modalities?: Modality[];
	audio?: AudioSettings;
	/** Fields of the body that this type does not name: see `withExtraBody`. */
	extra?: ExtraFields;
}

/** Tokens; null for what the server did not report. `prompt_tokens` includes the cached ones, `completion_tokens` the reasoning. */
export interface Usage {
	prompt_tokens: number | null;
	cached_tokens: number | null;
	completion_tokens: number | null;
	reasoning_tokens: number | null;
	total_tokens: number | null;
}

/** Sound as a file. */
export interface SoundFile {
	bytes: Buffer;
	mimeType: string;
	/** Of its name, such as `wav`. */
	extension: string;
}

/** The sound of an answer; as JSON only its size. */
export interface SpokenAnswer {
	/** In bytes. */
	readonly size: number;
	/** @param format The one that was asked for. */
	file(format?: string): SoundFile;
}

export interface CompletionMessage {
	role: 'assistant';
	/** The text, or what was said where there is nothing but sound. */
	content: string;
	/** Present where the answer has sound. */
	sound?: SpokenAnswer;
	/** Whichever field carried it, once; '' when there is none. */
	reasoning: string;
	tool_calls?: ToolCall[];
}

export interface CompletionChoice {
	index: number;
	message: CompletionMessage;
	/** '' when the server gave none. */
	finish_reason: string;
}

/** One whole answer, whether it came as a stream or as JSON. */
export interface Completion {
	id: string;
	object: 'chat.completion';
	/** Seconds since 1970. */
	created: number;
	model: string;
	choices: CompletionChoice[];
	/** Absent when the server reported none. */
	usage?: Usage;
	/** The server's own object with all that it sent, where that was asked for. */
	raw?: Record<string, unknown>;
}

/** What is wrong with an answer, in words for whoever wrote it. */
export interface Violation {
	/** A JSON pointer to the place; '' for the whole. */
	path: string;
	/** Such as `a number`. */
	expected: string;
	/** The value or what is seen of it, such as `"12"` or `an object`. */
	got: string;
}
