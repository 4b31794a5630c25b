import { createParser } from 'eventsource-parser';
import { excerpt } from '../client/redact';
import { tryParseJson } from '../json';
import * as texts from './texts';
import { malformed, MAX_EVENT_CHARACTERS, tooLarge } from './unreadable';

/** The end mark of a stream. */
const DONE = '[DONE]';

/**
 * Server-sent events, one `data:` line at a time. In the examples of StepFun's documentation
 * (https://platform.stepfun.ai/docs/en/api-reference/chat/streaming) the data lines follow each other without the blank line that
 * ends an event; by the letter of the standard they would all be one event, readable only at the end. So each line is ended like
 * an event of its own, and a document that is spread over several lines is put together again.
 */
export class EventReader {
	sawData = false;
	/** Whether the end mark has come; what follows it does not count. */
	done = false;
	/** Lines of a document that is not complete yet, and how many of its brackets are open. */
	private pending: string[] = [];
	private pendingSize = 0;
	private depth = 0;
	private readonly parser = createParser({
		onEvent: ({ data }) => this.readLine(data.trim()),
		onError: (error) => {
			if (error.type === 'max-buffer-size-exceeded') throw tooLarge();
		},
		maxBufferSize: MAX_EVENT_CHARACTERS,
	});

	/** @param onDocument Called with each document, parsed, and with its text. */
	constructor(
		private readonly onDocument: (value: unknown, json: string) => void,
		private readonly requestId?: string,
	) {}

	/** Hands on the documents that this text completes. */
	feed(text: string): void {
		this.parser.feed(text.replace(/\r\n?|\n/g, '\n\n'));
	}

	/** @throws StepfunError `malformed_answer` when the stream has ended within a document. */
	end(): void {
		this.feed('\n');
		if (this.pending.length > 0) this.giveUp();
	}

	private readLine(data: string): void {
		if (data === '' || this.done) return;
		this.sawData = true;
		if (data !== DONE) this.readDocument(data);
		else if (this.pending.length === 0) this.done = true;
		else this.giveUp();
	}

	private readDocument(data: string): void {
		if (this.pending.length === 0) {
			const value = tryParseJson(data);
			if (value !== undefined) return this.onDocument(value, data);
		}
		this.pending.push(data);
		this.pendingSize += data.length;
		this.depth += openBrackets(data);
		if (this.pendingSize > MAX_EVENT_CHARACTERS) throw tooLarge();
		if (this.depth > 0) return;
		const document = this.pending.join('\n');
		const value = tryParseJson(document);
		if (value === undefined) this.giveUp();
		this.pending = [];
		this.pendingSize = this.depth = 0;
		this.onDocument(value, document);
	}

	private giveUp(): never {
		throw malformed(texts.incompleteEvent(excerpt(this.pending[0] ?? '')), this.requestId);
	}
}

/** How many brackets a line of JSON opens and does not close; strings, which never go beyond their line, do not count. */
function openBrackets(line: string): number {
	let depth = 0;
	let quoted = false;
	for (let i = 0; i < line.length; i += 1) {
		const character = line[i];
		if (quoted && character === '\\') i += 1;
		else if (character === '"') quoted = !quoted;
		else if (quoted) continue;
		else if (character === '{' || character === '[') depth += 1;
		else if (character === '}' || character === ']') depth -= 1;
	}
	return depth;
}
