import { createHash } from 'node:crypto';
import type { ChatRequest, ContentPart, Message } from './types';

const piece = /\s*\S{1,4}|\s+/gu;

/** The emulator's token: up to four characters without a blank, with the blanks before them. Joined they are the text. */
export const tokens = (text: string): string[] => text.match(piece) ?? [];

function countTokens(text: string): number {
	let count = 0;
	for (const _ of text.matchAll(piece)) count++;
	return count;
}

/** A low-detail image counts 400 tokens (page chat-completion-create); the other figures only have a plausible size. */
function partTokens(part: ContentPart): number {
	switch (part.type) {
		case 'text':
			return countTokens(part.text);
		case 'image_url':
			return part.image_url.detail === 'high' ? 1600 : 400;
		case 'video_url':
			return 2000;
		case 'input_audio':
			return 500;
	}
}

function messageTokens(message: Message): number {
	const framing = 4;
	if (typeof message.content !== 'string' && message.content) {
		return framing + message.content.reduce((sum, part) => sum + partTokens(part), 0);
	}
	const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
	const reasoning = message.role === 'assistant' ? (message.reasoning_content ?? message.reasoning ?? '') : '';
	return (
		framing +
		countTokens(message.content ?? '') +
		countTokens(reasoning) +
		calls.reduce((sum, call) => sum + countTokens(call.function.name + call.function.arguments), 0)
	);
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

export const promptTokens = (request: Pick<ChatRequest, 'messages' | 'tools'>): number =>
	sum(request.messages.map(messageTokens)) + (request.tools ? countTokens(JSON.stringify(request.tools)) : 0);

/** Remembers conversations: messages that stood before the last one and were sent before count as cached. */
export class PromptCache {
	private readonly seen = new Set<string>();

	/** Cached prompt tokens of this request; remembers its prefixes for the next ones. */
	look(request: ChatRequest): number {
		const hash = createHash('sha256').update(request.model);
		const last = request.messages.length - 1;
		let tokensSoFar = 0;
		let cached = 0;
		request.messages.forEach((message, index) => {
			hash.update(JSON.stringify(message));
			tokensSoFar += messageTokens(message);
			const prefix = hash.copy().digest('base64');
			if (index < last && this.seen.has(prefix)) cached = tokensSoFar;
			this.seen.add(prefix);
		});
		if (this.seen.size > 10_000) this.seen.clear();
		return cached;
	}
}
