import type { ContentPart, Message } from './types';

/** A conversation as the answer needs it; "since" means after the last user message. */
export interface Dialogue {
	system: string;
	/** Text of the last user message. */
	question: string;
	/** Image, video and audio parts of the last user message. */
	media: ContentPart[];
	/** Texts of the user messages before the last one. */
	earlier: string[];
	/** Tool results since, with the name of the function that was called. */
	results: Array<{ name: string; content: string }>;
	/** Assistant messages with tool calls since. */
	rounds: number;
}

const isUser = (message: Message) => message.role === 'user';

const textOf = ({ content }: Message): string =>
	typeof content === 'string'
		? content
		: (content ?? [])
				.map((part) => (part.type === 'text' ? part.text : ''))
				.filter((text) => text !== '')
				.join('\n');

export function readDialogue(messages: Message[]): Dialogue {
	const asked = messages.findLastIndex(isUser);
	const last = messages[asked];
	const since = messages.slice(asked + 1);
	const calls = since.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []));
	const nameOf = (id: string) => calls.find((call) => call.id === id)?.function.name ?? id;
	return {
		system: messages
			.filter((message) => message.role === 'system')
			.map(textOf)
			.join('\n'),
		question: last ? textOf(last) : '',
		media: Array.isArray(last?.content) ? last.content.filter((part) => part.type !== 'text') : [],
		earlier: messages.slice(0, Math.max(asked, 0)).filter(isUser).map(textOf),
		results: since.flatMap((message) =>
			message.role === 'tool' ? [{ name: nameOf(message.tool_call_id), content: message.content }] : [],
		),
		rounds: since.filter((message) => message.role === 'assistant' && message.tool_calls?.length).length,
	};
}

/** Whether the reasoning came back with every assistant message that called tools; undefined where none did. */
export function reasoningReplayed(messages: Message[]): boolean | undefined {
	const callers = messages.flatMap((message) =>
		message.role === 'assistant' && message.tool_calls?.length ? [message] : [],
	);
	if (callers.length === 0) return undefined;
	return callers.every((message) => Boolean(message.reasoning_content || message.reasoning));
}
