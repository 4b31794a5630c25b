import { redacted } from './client/redact';
import { abortError } from './client/until-aborted';
import { invalidInput, StepfunError } from './errors';
import { fileText, retrieveFile, type FilesOptions, type StoredFile } from './files';
import { charsetOf, MAX_TEXT_BYTES } from './request/document';
import { decodeText } from './request/plain-text';
import { notText, documentEmpty } from './request/texts';
import * as texts from './texts';
import type { DocumentFile } from './types';

/**
 * The text of a document that is text itself.
 *
 * @throws StepfunError `invalid_input` for one that is not, and for one without any.
 */
export async function readText({ file, label }: DocumentFile): Promise<string> {
	const pieces: Uint8Array[] = [];
	for await (const piece of file.bytes()) pieces.push(piece);
	const text = decodeText(Buffer.concat(pieces), charsetOf(file.mimeType));
	if (text === undefined) throw invalidInput(notText(label));
	if (text.trim() === '') throw invalidInput(documentEmpty(label));
	return text;
}

/** How long StepFun's parser is waited for at most, in ms. */
const PARSING_MS = 600_000;

/** Time between two questions whether the parser is done, in ms: the first, and the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** So many answers without a text, while the status does not say that there is more to come, mean that there is none. */
const EMPTY_ANSWERS = 5;

/**
 * The text that StepFun's parser reads from a file, once it is there.
 *
 * StepFun's pages contradict each other on the status of a file that can be read: `success` (page doc-parser) or `processed` (page
 * files/create, right after the upload). The former is believed; with the latter, and with none, the text is asked for as well.
 *
 * @throws StepfunError `document_failed`, `document_empty`, `timeout`, and what the requests throw.
 */
export async function parsedText(document: DocumentFile, uploaded: StoredFile, options: FilesOptions): Promise<string> {
	const { clock, apiKey, signal } = options;
	const { label } = document;
	const since = clock.now();
	let file = uploaded;
	let empty = 0;
	for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
		const state = stateOf(file.status);
		if (state === 'failed') {
			const failed = texts.documentFailed(label, file.details || file.status);
			throw redacted(new StepfunError(failed, { type: 'document_failed' }), { apiKey });
		}
		if (state !== 'at work') {
			const text = await (state === 'done' ? contentOf(file, label, options) : contentIfAny(file, label, options));
			if (text !== undefined && text.trim() !== '') return text;
			if (text !== undefined) empty += 1;
			if (state === 'done' || empty >= EMPTY_ANSWERS)
				throw new StepfunError(texts.documentScanned(label), { type: 'document_empty' });
		}
		if (clock.now() - since > PARSING_MS) throw notReady(label, PARSING_MS, file.status);
		await clock.sleep(pauseMs, signal).catch(() => Promise.reject(abortError(signal!)));
		file = await retrieveFile(file.id, options);
	}
}

/** A document whose text did not come in time. */
export const notReady = (label: string, ms: number, status: string): StepfunError =>
	new StepfunError(texts.documentNotReady(label, `${ms / 1000} seconds`, status), { type: 'timeout' });

type State = 'done' | 'perhaps' | 'failed' | 'at work';

function stateOf(status: string): State {
	if (/fail|error|invalid|reject|unsupported|cancel|expired/i.test(status)) return 'failed';
	if (/^(?:success|succeeded|completed?|ready|done|parsed)$/i.test(status)) return 'done';
	return /^(?:processed|uploaded)?$/i.test(status) ? 'perhaps' : 'at work';
}

async function contentOf({ id }: StoredFile, label: string, options: FilesOptions): Promise<string> {
	const text = await fileText(id, MAX_TEXT_BYTES, options);
	if (text === undefined)
		throw new StepfunError(texts.documentTextTooLarge(label, `${MAX_TEXT_BYTES / 2 ** 20} MB`), {
			type: 'document_too_large',
		});
	return text;
}

/** Undefined where the server does not give it yet. */
async function contentIfAny(file: StoredFile, label: string, options: FilesOptions): Promise<string | undefined> {
	return await contentOf(file, label, options).catch((error: Error) =>
		error instanceof StepfunError && [400, 404, 409, 422, 425].includes(error.status ?? 0)
			? undefined
			: Promise.reject(error),
	);
}
