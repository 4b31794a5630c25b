import type { CallOptions } from './client/call';
import { abortError, NO_LONGER, untilAborted } from './client/until-aborted';
import { StepfunError } from './errors';
import { deleteFile, uploadFile, type FilePurpose, type FilesOptions, type StoredFile } from './files';
import { notReady, parsedText, readText } from './read-document';
import { documentBlock, uploadOf } from './request/document';
import { fingerprint } from './request/fingerprint';
import { STORED_TYPES, storableFile, withAddress } from './request/media';
import { checkFits } from './request/token-estimate';
import type { ChatRequest, ContentPart, DocumentFile, FileSource, Message } from './types';

/** What a request for a file takes from the item that it is for. */
export type Patience = Pick<CallOptions, 'retries' | 'silenceMs' | 'totalMs'>;

/** Media of so many bytes go up at once; smaller ones when they are sent a second time. */
const LARGE_BYTES = 5 * 2 ** 20;
/** Media that are kept on StepFun for a next time, of the 1,000 files that an account may have. */
const MOST_KEPT = 100;
/** Characters of documents that are kept for a next item. */
const MOST_CHARACTERS = 20_000_000;
/** How long, in ms, an upload that has been sent whole is waited for after Stop: its file can be deleted only when its id is known. */
const GRACE_MS = 5_000;
/** How patiently a file is deleted. Nothing waits for it but the end of the execution. */
const DELETION: Patience = { retries: 2, silenceMs: 5_000, totalMs: 10_000 };

/** Refusals of an upload that do not speak against sending the media within the request. */
const isNotStored = ({ type, status }: StepfunError): boolean =>
	type === 'not_the_api' || [400, 403, 404, 413, 415, 422].includes(status ?? 0);

/** A file that was put up for requests to refer to. */
interface Lent {
	stored: Promise<StoredFile>;
	/** Requests that refer to it at the moment. */
	uses: number;
}

/**
 * What one run puts on StepFun: documents to be read, and media to be referred to. Each of them goes up once, whichever items and
 * rounds it is for, and is deleted when it is no longer needed, however the run ends.
 */
export class RunFiles {
	/** The ids of files that could not be deleted. */
	readonly left: string[] = [];
	/** Why media were sent within requests instead. */
	refusal: StepfunError | undefined;
	private readonly options: Omit<FilesOptions, keyof Patience>;
	private readonly ended = new AbortController();
	/** What StepFun has read, in the order of its last use. */
	private readonly texts = new Map<string, Promise<string>>();
	private readonly lengths = new Map<string, number>();
	private readonly fingerprints = new WeakMap<FileSource, Promise<string>>();
	private readonly sent = new Map<string, number>();
	/** In the order of their last use. */
	private readonly lent = new Map<string, Lent>();
	private readonly stored = new Set<string>();
	private readonly uploads = new Set<Promise<unknown>>();
	private readonly deletions = new Set<Promise<void>>();

	constructor(options: Omit<FilesOptions, keyof Patience>) {
		const { signal } = options;
		this.options = { ...options, signal: signal ? AbortSignal.any([signal, this.ended.signal]) : this.ended.signal };
	}

	/**
	 * The request with the text of each document in its place.
	 *
	 * @throws StepfunError for a document that cannot be read, and `invalid_input` for texts that the model does not take.
	 */
	async withDocuments(request: ChatRequest, patience: Patience): Promise<ChatRequest> {
		if (!partsOf(request).some(({ type }) => type === 'document')) return request;
		const read = await withParts(request, async (part) => {
			if (part.type !== 'document') return part;
			const { document } = part;
			const text = await (document.format === 'text' ? readText(document) : this.parse(document, patience));
			return { type: 'text', text: documentBlock(document.name, text) };
		});
		checkFits(read);
		return read;
	}

	/**
	 * Does work with the request in which large and repeated media are references to files on StepFun. They are not deleted while
	 * it goes on.
	 */
	async withUploads<Result>(
		request: ChatRequest,
		patience: Patience,
		work: (request: ChatRequest) => Promise<Result>,
	): Promise<Result> {
		const borrowed: Lent[] = [];
		try {
			const addresses = new Map<FileSource, string>();
			for (const [file, key] of await this.keysOf(request)) {
				const address = await this.address(key, file, patience, borrowed);
				if (address !== undefined) addresses.set(file, address);
			}
			if (addresses.size === 0) return await work(request);
			return await work(
				await withParts(request, (part) => {
					const file = storableFile(part);
					const address = file && addresses.get(file);
					return address === undefined ? part : withAddress(part, address);
				}),
			);
		} finally {
			for (const lent of borrowed) lent.uses -= 1;
		}
	}

	/** Deletes what is left on StepFun, and waits for that a moment. Nothing of the run goes on after it. */
	async close(): Promise<void> {
		this.ended.abort(NO_LONGER);
		await Promise.all(this.uploads);
		for (const id of this.stored) this.delete(id);
		await Promise.all(this.deletions);
	}

	/** The text of a document, which StepFun reads once for all items of the run that have the same. */
	private async parse(document: DocumentFile, patience: Patience): Promise<string> {
		const key = `${document.format} ${await this.fingerprintOf(document.file)}`;
		const extracted = this.texts.get(key) ?? this.extract(document, patience);
		this.texts.delete(key);
		this.texts.set(key, extracted);
		const text = await untilAborted(extracted, this.options.signal).catch((error: Error) => {
			if (!(error instanceof StepfunError)) throw error;
			// What has not to do with the document may be over for the next item.
			if (error.retryable && this.texts.get(key) === extracted) this.texts.delete(key);
			// Each item has an error of its own, which is changed for it.
			throw error.with({});
		});
		this.lengths.set(key, text.length);
		this.forgetTexts();
		return text;
	}

	private forgetTexts(): void {
		let kept = [...this.lengths.values()].reduce((sum, length) => sum + length, 0);
		for (const key of this.texts.keys()) {
			if (kept <= MOST_CHARACTERS) return;
			const length = this.lengths.get(key);
			if (length === undefined) continue;
			kept -= length;
			this.texts.delete(key);
			this.lengths.delete(key);
		}
	}

	private async extract(document: DocumentFile, patience: Patience): Promise<string> {
		const { totalMs } = patience;
		const stop = new AbortController();
		let stored: StoredFile | undefined;
		const late = new AbortController();
		if (totalMs > 0) {
			this.options.clock.sleep(totalMs, stop.signal).then(
				() => late.abort(notReady(document.label, totalMs, stored?.status ?? 'not uploaded yet')),
				() => undefined,
			);
		}
		const signal = AbortSignal.any([this.options.signal!, late.signal]);
		const options = { ...this.options, ...patience, totalMs: 0, signal };
		try {
			stored = await this.upload({ ...uploadOf(document), purpose: 'file-extract' }, options);
			return await parsedText(document, stored, options);
		} finally {
			stop.abort(NO_LONGER);
			if (stored) this.delete(stored.id);
		}
	}

	/** What stands in a request for a media file, where that is worth an upload; undefined for the file itself. */
	private async address(
		key: string,
		file: FileSource,
		patience: Patience,
		borrowed: Lent[],
	): Promise<string | undefined> {
		if (this.refusal || (file.size < LARGE_BYTES && this.sent.get(key)! < 2)) return undefined;
		const lent = this.lent.get(key) ?? this.lend(file, patience);
		this.lent.delete(key);
		this.lent.set(key, lent);
		lent.uses += 1;
		borrowed.push(lent);
		this.forgetIdle();
		try {
			return `stepfile://${(await untilAborted(lent.stored, this.options.signal)).id}`;
		} catch (error) {
			this.lent.delete(key);
			if (!(error instanceof StepfunError) || !isNotStored(error)) throw error;
			this.refusal ??= error;
			return undefined;
		}
	}

	private lend(file: FileSource, patience: Patience): Lent {
		const name = `file.${STORED_TYPES[file.mimeType]!}`;
		return { stored: this.upload({ name, file, purpose: 'storage' }, { ...this.options, ...patience }), uses: 0 };
	}

	private forgetIdle(): void {
		for (const [key, { stored, uses }] of this.lent) {
			if (this.lent.size <= MOST_KEPT) return;
			if (uses > 0) continue;
			this.lent.delete(key);
			stored.then(
				({ id }) => this.delete(id),
				() => undefined,
			);
		}
	}

	/** Counts each media file of a request, and tells files with the same bytes apart from others. */
	private async keysOf(request: ChatRequest): Promise<Map<FileSource, string>> {
		const keys = new Map<FileSource, string>();
		if (this.refusal) return keys;
		for (const file of partsOf(request).map(storableFile)) {
			if (!file) continue;
			const key = `${file.mimeType} ${await this.fingerprintOf(file)}`;
			keys.set(file, key);
			this.sent.set(key, (this.sent.get(key) ?? 0) + 1);
		}
		return keys;
	}

	private async fingerprintOf(file: FileSource): Promise<string> {
		const known = this.fingerprints.get(file) ?? fingerprint(file.bytes());
		this.fingerprints.set(file, known);
		return await known;
	}

	/** Goes on for a moment after an abort where only the answer is missing. */
	private async upload(
		given: { name: string; file: FileSource; purpose: FilePurpose },
		options: FilesOptions,
	): Promise<StoredFile> {
		const { clock } = this.options;
		const signal = options.signal!;
		const cut = new AbortController();
		let isWhole = false;
		const file: FileSource = {
			...given.file,
			async *bytes() {
				isWhole = false;
				yield* given.file.bytes();
				isWhole = true;
			},
		};
		const end = (): void => {
			const pause = isWhole ? clock.sleep(GRACE_MS, cut.signal) : Promise.resolve();
			pause.then(
				() => cut.abort(abortError(signal)),
				() => undefined,
			);
		};
		if (signal.aborted) throw abortError(signal);
		signal.addEventListener('abort', end, { once: true });
		const work = uploadFile({ ...given, file }, { ...options, signal: cut.signal }).then((stored) => {
			this.stored.add(stored.id);
			return stored;
		});
		const done = work
			.catch(() => undefined)
			.finally(() => {
				signal.removeEventListener('abort', end);
				cut.abort(NO_LONGER);
				this.uploads.delete(done);
			});
		this.uploads.add(done);
		return await untilAborted(work, signal);
	}

	/** Goes on when the run has been stopped. */
	private delete(id: string): void {
		if (!this.stored.delete(id)) return;
		const deletion = deleteFile(id, { ...this.options, ...DELETION, signal: undefined })
			.catch(() => void this.left.push(id))
			.finally(() => this.deletions.delete(deletion));
		this.deletions.add(deletion);
	}
}

const partsOf = ({ messages }: ChatRequest): ContentPart[] =>
	messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));

/** The request with another part for each, made side by side. */
async function withParts(
	request: ChatRequest,
	change: (part: ContentPart) => ContentPart | Promise<ContentPart>,
): Promise<ChatRequest> {
	const messages = request.messages.map(async (message): Promise<Message> => {
		if (!Array.isArray(message.content)) return message;
		const content = await Promise.all(message.content.map(async (part) => await change(part)));
		return { ...message, content };
	});
	return { ...request, messages: await Promise.all(messages) };
}
