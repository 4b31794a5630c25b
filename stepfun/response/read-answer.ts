import { createParser } from 'eventsource-parser';
import { readChunk, type Chunk } from './chunk';
import { tryParseJson } from '../json';
import { excerpt, looksLikeHtml, readErrorObject, serverError, StepfunError } from '../errors';

/** Longest single event of a stream, and longest JSON answer, in characters. */
export const MAX_EVENT_CHARACTERS = 32 * 2 ** 20;

/** The end mark of a stream. */
const DONE = '[DONE]';

/**
 * Reads an answer's bytes and hands on each chunk as it arrives. Whether it is a stream of events or one JSON document is told by
 * its first character and not by what was asked for, since gateways give either. Returns whether the answer named its own end.
 *
 * @throws StepfunError for an error that the server reports inside its answer, for what is not this API's answer, and for an
 * event above {@link MAX_EVENT_CHARACTERS}.
 */
export async function readAnswer(
	body: AsyncIterable<Uint8Array>,
	onChunk: (chunk: Chunk) => void,
	requestId?: string,
): Promise<boolean> {
	const texts = decode(body);
	const first = await firstText(texts);
	if (first === undefined) throw malformed('The server sent an empty answer', '', requestId);
	if (first.startsWith('{')) {
		onChunk(readDocument(first + (await readRest(texts, first.length)), requestId));
		return true;
	}
	if (looksLikeHtml(first)) throw notTheApi('The server answered with a web page instead of a completion', requestId);
	return await readEvents(first, texts, new EventReader(onChunk, requestId), requestId);
}

/** UTF-8 wherever it is split; a byte order mark is dropped. */
async function* decode(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	for await (const bytes of body) {
		const text = decoder.decode(bytes, { stream: true });
		if (text !== '') yield text;
	}
	const rest = decoder.decode();
	if (rest !== '') yield rest;
}

/** The first text that is not blank, without the blanks before it. */
async function firstText(texts: AsyncGenerator<string>): Promise<string | undefined> {
	for (let next = await texts.next(); !next.done; next = await texts.next()) {
		const text = next.value.trimStart();
		if (text !== '') return text;
	}
	return undefined;
}

async function readRest(texts: AsyncGenerator<string>, already: number): Promise<string> {
	const parts: string[] = [];
	let size = already;
	for await (const text of texts) {
		parts.push(text);
		size += text.length;
		if (size > MAX_EVENT_CHARACTERS) throw tooLarge();
	}
	return parts.join('');
}

function readDocument(json: string, requestId?: string): Chunk {
	const value = tryParseJson(json);
	if (value === undefined) throw malformed('The answer is no complete JSON', json, requestId);
	const chunk = chunkOf(value, json, requestId);
	if (chunk.choices.length === 0) throw malformed('The answer holds no completion', json, requestId);
	return chunk;
}

async function readEvents(
	first: string,
	texts: AsyncGenerator<string>,
	reader: EventReader,
	requestId?: string,
): Promise<boolean> {
	reader.feed(first);
	while (!reader.done) {
		const next = await texts.next();
		if (next.done) break;
		reader.feed(next.value);
	}
	reader.end();
	if (!reader.sawData) throw notTheApi(`The answer is no stream of events${excerpt(first)}`, requestId);
	return reader.done;
}

/**
 * Server-sent events, one `data:` line at a time. In the API's own pages (seeds 000, 001, 004) the data lines follow each other
 * without the blank line that ends an event; by the letter of the standard they would all be one event, readable only at the
 * end. So each line is ended like an event of its own, and a document that is spread over several lines is put together again.
 */
class EventReader {
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

	constructor(
		private readonly onChunk: (chunk: Chunk) => void,
		private readonly requestId: string | undefined,
	) {}

	/** Hands on the chunks that this text completes. */
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
			if (value !== undefined) return this.onChunk(chunkOf(value, data, this.requestId));
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
		this.onChunk(chunkOf(value, document, this.requestId));
	}

	private giveUp(): never {
		throw malformed('An event of the stream is no complete JSON', this.pending[0] ?? '', this.requestId);
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

function chunkOf(value: unknown, raw: string, requestId: string | undefined): Chunk {
	const said = readErrorObject(value);
	if (said) throw serverError(said, { requestId });
	const chunk = readChunk(value);
	if (!chunk) throw malformed('The answer is no completion', raw, requestId);
	return chunk;
}

const malformed = (message: string, raw: string, requestId?: string): StepfunError =>
	new StepfunError(`${message}${excerpt(raw)}`, {
		type: 'malformed_answer',
		retryable: true,
		requestId,
		hint: 'The server, or a gateway on the way, sent something else than the chat API sends. Try again, and check the base URL in the credential',
	});

const notTheApi = (message: string, requestId?: string): StepfunError =>
	new StepfunError(message, {
		type: 'not_the_api',
		requestId,
		hint: 'Check the region, the plan and the base URL in the credential; a base URL usually ends in /v1',
	});

const tooLarge = (): StepfunError =>
	new StepfunError(
		`A part of the answer is larger than ${MAX_EVENT_CHARACTERS / 2 ** 20} million characters and was not read`,
		{
			type: 'answer_too_large',
			hint: 'Check the base URL in the credential: no completion is this large',
		},
	);
