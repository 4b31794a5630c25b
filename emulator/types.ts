import type { IncomingHttpHeaders } from 'node:http';
import type { Upload } from './multipart';

/** One part of a user message (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create). */
export type ContentPart =
	| { type: 'text'; text: string }
	| { type: 'image_url'; image_url: { url: string; detail?: 'low' | 'high' } }
	| { type: 'video_url'; video_url: { url: string } }
	| { type: 'input_audio'; input_audio: { data: string } };

/** A tool call as it stands in an assistant message; `arguments` is JSON text. */
export interface ToolCall {
	id: string;
	type: 'function';
	function: { name: string; arguments: string };
}

/** A search the server has already carried out; it is shown beside the answer and never called again. */
export interface SearchCall {
	id: string;
	type: 'web_search';
	function: {
		name: string;
		arguments: string;
		results: Array<{ index: number; url: string; title: string; summary: string }>;
	};
}

export type Message =
	| { role: 'system'; content: string }
	| { role: 'user'; content: string | ContentPart[] }
	| {
			role: 'assistant';
			content?: string | null;
			tool_calls?: ToolCall[];
			reasoning?: string;
			reasoning_content?: string;
	  }
	| { role: 'tool'; content: string; tool_call_id: string };

export interface FunctionTool {
	type: 'function';
	function: { name: string; description?: string; parameters?: Record<string, unknown> };
}

export type Tool = FunctionTool | { type: 'web_search' | 'retrieval'; function?: Record<string, unknown> };

type ResponseFormat =
	| { type: 'text' | 'json_object' }
	| { type: 'json_schema'; json_schema: { name: string; strict?: boolean; schema: Record<string, unknown> } };

/** `auto` as the documents use it, or the one function to call; other words are ignored. */
export type ToolChoice = string | { type: 'function'; function: { name: string } };

/** The body of POST /chat/completions after the checks (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create). */
export interface ChatRequest {
	model: string;
	messages: Message[];
	tools?: Tool[];
	tool_choice?: ToolChoice | null;
	max_tokens?: number;
	temperature?: number;
	top_p?: number;
	n?: number;
	stream?: boolean;
	stream_options?: { include_usage?: boolean } | null;
	stop?: string | string[];
	frequency_penalty?: number;
	response_format?: ResponseFormat;
	reasoning_format?: 'general' | 'deepseek-style';
	reasoning_effort?: 'low' | 'medium' | 'high';
	modalities?: string[] | null;
	audio?: { voice: string; format: 'wav' | 'pcm' } | null;
}

/** What a request looked like to the server. Times are milliseconds since 1970. */
export interface RecordedRequest {
	method: string;
	/** Path and query as they stood in the request line. */
	url: string;
	headers: IncomingHttpHeaders;
	/** The first megabyte of the body, as received. */
	rawBody: Buffer;
	/** Length of the whole body in bytes, and its SHA-256 in hex. */
	bodyBytes: number;
	bodySha256: string;
	/**
	 * The body as parsed JSON; undefined when it is absent or no JSON. The base64 of a data URL that is longer
	 * than 64 KiB is replaced: `data:image/png;base64,{bytes:123,sha256:…}` (bytes and hash after decoding).
	 */
	body: unknown;
	/** What a multipart form held. */
	upload?: Upload;
	/** The `X-Trace-Id` of the answer. */
	traceId: string;
	startedAt: number;
	/** When the client closed the connection before the answer had ended. */
	socketClosedAt?: number;
	/** HTTP status, known when the answer or the connection has ended; undefined if no headers were sent. */
	status?: number;
	/** The whole answer was handed to the network. */
	finished: boolean;
	/** Whether every assistant message with tool_calls came back with its reasoning; undefined where there is none. */
	reasoningReplayed?: boolean;
}

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
