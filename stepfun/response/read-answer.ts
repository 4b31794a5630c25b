import { looksLikeHtml } from '../client/http';
import { excerpt } from '../client/redact';
import { notTheApi, serverError } from '../client/server-error';
import { notAStream, otherApi, webPage } from '../client/texts';
import { asRecord } from '../json';
import { readChunk, type Chunk } from './chunk';
import { EventReader, type StreamEvent } from './event-reader';
import { isEmptyEvent, isOfChatApi, isOfOtherApi } from './other-apis';
import { parseDocument } from './parse-document';
import { errorIn } from './said-error';
import { emptyAnswer, incompleteJson, noChoices, notACompletion } from './texts';
import { malformed, MAX_EVENT_CHARACTERS, tooLarge } from './unreadable';

/** Takes each chunk as it arrives, read, and as the server sent it. */
export type OnChunk = (chunk: Chunk, source: Record<string, unknown>) => void;

/**
 * Reads an answer's bytes and hands on each chunk as it arrives. Whether it is a stream of events or one JSON document is told by
 * its first character and not by what was asked for, since gateways give either. Returns whether the answer named its own end.
 *
 * @throws StepfunError for an error that the server reports inside its answer, for what is not this API's answer, and for an
 * event above {@link MAX_EVENT_CHARACTERS}.
 */
export async function readAnswer(
	body: AsyncIterable<Uint8Array>,
	onChunk: OnChunk,
	requestId?: string,
): Promise<boolean> {
	const texts = decode(body);
	const first = await firstText(texts);
	if (first === undefined) throw malformed(emptyAnswer, requestId);
	if (first.startsWith('{') || first.startsWith('[')) {
		readDocument(first + (await readRest(texts, first.length)), onChunk, requestId);
		return true;
	}
	if (looksLikeHtml(first)) throw notTheApi(webPage, { requestId });
	return await readEvents(first, texts, onChunk, requestId);
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

function readDocument(json: string, onChunk: OnChunk, requestId?: string): void {
	const value = parseDocument(json, requestId);
	if (value === undefined) throw malformed(incompleteJson(excerpt(json)), requestId);
	if (isOfOtherApi(value)) throw notTheApi(otherApi(excerpt(json)), { requestId });
	const [chunk, source] = chunkOf({ name: '', value, text: json }, onChunk, requestId);
	if (chunk.choices.length === 0) throw malformed(noChoices(excerpt(json)), requestId);
	onChunk(chunk, source);
}

async function readEvents(
	first: string,
	texts: AsyncGenerator<string>,
	onChunk: OnChunk,
	requestId?: string,
): Promise<boolean> {
	let hasChunk = false;
	let other: string | undefined;
	const reader = new EventReader((event) => {
		const [chunk, source] = chunkOf(event, onChunk, requestId);
		if (!hasChunk && isOfOtherApi(source, event.name)) throw notTheApi(otherApi(excerpt(event.text)), { requestId });
		if (isOfChatApi(source)) {
			hasChunk = true;
			onChunk(chunk, source);
		} else if (!isEmptyEvent(source)) other ??= event.text;
	}, requestId);
	reader.feed(first);
	while (!reader.done) {
		const next = await texts.next();
		if (next.done) break;
		reader.feed(next.value);
	}
	reader.end();
	if (!reader.sawData) throw notTheApi(notAStream(excerpt(first)), { requestId });
	if (!hasChunk && other !== undefined) throw notTheApi(otherApi(excerpt(other)), { requestId });
	return reader.done;
}

/**
 * The chunk that an event holds, and the object itself.
 *
 * @throws StepfunError what the event says has gone wrong; text that came along is handed on before.
 */
function chunkOf(
	{ name, value, text }: StreamEvent,
	onChunk: OnChunk,
	requestId: string | undefined,
): [Chunk, Record<string, unknown>] {
	const said = errorIn(value, name);
	const chunk = readChunk(value);
	const source = asRecord(value);
	if (said) {
		if (chunk?.choices.some(({ content, reasoning }) => content !== '' || reasoning !== '')) onChunk(chunk, source!);
		throw serverError(said, { requestId });
	}
	if (!chunk || !source) throw malformed(notACompletion(excerpt(text)), requestId);
	return [chunk, source];
}
