import { looksLikeHtml } from '../client/http';
import { excerpt } from '../client/redact';
import { notTheApi, readErrorObject, serverError } from '../client/server-error';
import { notAStream, webPage } from '../client/texts';
import { tryParseJson } from '../json';
import { readChunk, type Chunk } from './chunk';
import { EventReader } from './event-reader';
import { emptyAnswer, incompleteJson, noChoices, notACompletion } from './texts';
import { malformed, MAX_EVENT_CHARACTERS, tooLarge } from './unreadable';

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
	if (first === undefined) throw malformed(emptyAnswer, requestId);
	if (first.startsWith('{')) {
		onChunk(readDocument(first + (await readRest(texts, first.length)), requestId));
		return true;
	}
	if (looksLikeHtml(first)) throw notTheApi(webPage, { requestId });
	return await readEvents(
		first,
		texts,
		new EventReader((value, json) => onChunk(chunkOf(value, json, requestId)), requestId),
		requestId,
	);
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
	if (value === undefined) throw malformed(incompleteJson(excerpt(json)), requestId);
	const chunk = chunkOf(value, json, requestId);
	if (chunk.choices.length === 0) throw malformed(noChoices(excerpt(json)), requestId);
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
	if (!reader.sawData) throw notTheApi(notAStream(excerpt(first)), { requestId });
	return reader.done;
}

function chunkOf(value: unknown, raw: string, requestId: string | undefined): Chunk {
	const said = readErrorObject(value);
	if (said) throw serverError(said, { requestId });
	const chunk = readChunk(value);
	if (!chunk) throw malformed(notACompletion(excerpt(raw)), requestId);
	return chunk;
}
