import { createParser } from 'eventsource-parser';
import { excerpt } from '../client/redact';
import { Brackets, MAX_JSON_DEPTH } from '../json';
import { DataLines } from './data-lines';
import { parseDocument } from './parse-document';
import * as texts from './texts';
import { malformed, MAX_EVENT_CHARACTERS, tooDeep, tooLarge } from './unreadable';

/** The end mark of a stream. */
const DONE = '[DONE]';

/** Events that only keep the connection open, by their names. */
const KEEPALIVE = /^(?:ping|heart-?beat|keep-?alive)$/i;

/** What an event of a stream holds. */
export interface StreamEvent {
	/** '' for an event without a name. */
	name: string;
	/** The document, parsed; for an event named `error` that holds no JSON, its text. */
	value: unknown;
	/** The document as it came. */
	text: string;
}

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
	/** Lines of a document that is not complete yet, and the name of its event. */
	private pending: string[] = [];
	private pendingName = '';
	private pendingSize = 0;
	private brackets = new Brackets();
	private readonly lines = new DataLines();
	private readonly parser = createParser({
		onEvent: ({ data, event = '' }) => {
			this.readData(data.trim(), event.trim());
		},
		onError: ({ type }) => {
			if (type === 'max-buffer-size-exceeded') throw tooLarge();
		},
		maxBufferSize: MAX_EVENT_CHARACTERS,
	});

	constructor(
		private readonly onEvent: (event: StreamEvent) => void,
		private readonly requestId?: string,
	) {}

	/** Hands on the events that this text completes. */
	feed(text: string): void {
		this.parser.feed(this.lines.ended(text));
	}

	/** @throws StepfunError `malformed_answer` when the stream has ended within a document. */
	end(): void {
		this.parser.feed('\n\n');
		if (this.pending.length > 0) this.giveUp();
	}

	private readData(data: string, name: string): void {
		if (data === '' || this.done) return;
		this.sawData = true;
		if (name !== '' && KEEPALIVE.test(name)) return;
		if (data !== DONE) this.readDocument(data, name);
		else if (this.pending.length === 0) this.done = true;
		else this.giveUp();
	}

	private readDocument(data: string, name: string): void {
		if (this.pending.length === 0) {
			const value = parseDocument(data, this.requestId);
			if (value !== undefined) return this.onEvent({ name, value, text: data });
			this.pendingName = name;
		}
		this.pending.push(data);
		this.pendingSize += data.length;
		this.brackets.add(data);
		this.brackets.endLine();
		if (this.pendingSize > MAX_EVENT_CHARACTERS) throw tooLarge();
		if (this.brackets.deepest > MAX_JSON_DEPTH) throw tooDeep(this.requestId);
		if (this.brackets.open <= 0) this.endDocument();
	}

	private endDocument(): void {
		const text = this.pending.join('\n');
		const value = parseDocument(text, this.requestId) ?? (this.pendingName === 'error' ? text : undefined);
		if (value === undefined) this.giveUp();
		this.pending = [];
		this.pendingSize = 0;
		this.brackets = new Brackets();
		this.onEvent({ name: this.pendingName, value, text });
	}

	private giveUp(): never {
		throw malformed(texts.incompleteEvent(excerpt(this.pending[0] ?? '')), this.requestId);
	}
}
