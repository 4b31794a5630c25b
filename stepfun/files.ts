import { call, type Attempt, type CallOptions } from './client/call';
import { readBytes, type HttpRequest } from './client/http';
import { excerpt, redact } from './client/redact';
import { notTheApi } from './client/server-error';
import { hintsByStatus } from './client/texts';
import { StepfunError } from './errors';
import { asRecord, asText, tryParseJson } from './json';
import { multipartBody } from './request/multipart';
import * as texts from './texts';
import type { FileSource } from './types';

/** How files are asked for: like any request, with the base URL of the API. */
export interface FilesOptions extends CallOptions {
	/** Without a trailing slash, such as `https://api.stepfun.com/v1`. */
	baseUrl: string;
}

/** What a file is for: to be read by StepFun's parser, or to stand in requests as `stepfile://` and its id. */
export type FilePurpose = 'file-extract' | 'storage';

/** A file on StepFun. */
export interface StoredFile {
	id: string;
	/** The server's own word; '' where it gave none. */
	status: string;
	/** What the server says beside its status; '' for nothing. */
	details: string;
}

/**
 * POST /files.
 *
 * @throws StepfunError `not_the_api` where there is no such route.
 */
export async function uploadFile(
	{ name, file, purpose }: { name: string; file: FileSource; purpose: FilePurpose },
	options: FilesOptions,
): Promise<StoredFile> {
	if (!hasFiles(options.baseUrl)) throw noFilesApi(options.baseUrl);
	const { contentType, body } = multipartBody({ purpose }, name, file);
	const request = { method: 'POST', headers: { 'content-type': contentType }, body } as const;
	return await ask(request, '/files', options, storedFile).catch((error: Error) =>
		Promise.reject(NO_ROUTE.includes(statusOf(error)) ? noFilesApi(options.baseUrl) : error),
	);
}

/** GET /files/{id}. */
export async function retrieveFile(id: string, options: FilesOptions): Promise<StoredFile> {
	return await ask({ method: 'GET' }, pathOf(id), options, storedFile);
}

/** GET /files/{id}/content: the text that StepFun's parser has read. Undefined for more than `maxBytes` of it. */
export async function fileText(id: string, maxBytes: number, options: FilesOptions): Promise<string | undefined> {
	const read = (text: string): string | undefined => (Buffer.byteLength(text) > maxBytes ? undefined : text);
	return await ask({ method: 'GET' }, `${pathOf(id)}/content`, options, read, maxBytes + 1);
}

/** DELETE /files/{id}. A file that is gone already is no error. */
export async function deleteFile(id: string, options: FilesOptions): Promise<void> {
	const answer = await ask({ method: 'DELETE' }, pathOf(id), options, tryParseJson).catch((error: Error) =>
		statusOf(error) === 404 ? undefined : Promise.reject(error),
	);
	if (asRecord(answer)?.['deleted'] === false) throw notTheApi(texts.notAFile(''));
}

/** Whether an API has files, as far as its address tells: the Step Plan has none. */
const hasFiles = (baseUrl: string): boolean => !/\/step_plan(?:\/|$)/i.test(baseUrl);

const NO_ROUTE: readonly unknown[] = [404, 405];

const noFilesApi = (baseUrl: string): StepfunError => notTheApi(texts.noFilesApi(`${baseUrl}/files`));

const statusOf = (error: unknown): number | undefined => (error instanceof StepfunError ? error.status : undefined);

const pathOf = (id: string): string => `/files/${encodeURIComponent(id)}`;

/** What a server says of a file is short. */
const MOST_BYTES = 2 ** 20;

async function ask<Result>(
	request: Pick<HttpRequest, 'method' | 'body'> & { headers?: Record<string, string> },
	path: string,
	options: FilesOptions,
	read: (text: string) => Result,
	maxBytes = MOST_BYTES,
): Promise<Result> {
	return await call(async (attempt) => {
		const response = await attempt.send({
			...request,
			url: `${options.baseUrl}${path}`,
			headers: { accept: 'application/json, text/plain', ...request.headers },
		});
		attempt.accepted();
		// The file is there: a second try would leave two of them.
		if (request.method === 'POST') attempt.commit();
		return read((await readBytes(watched(response.body, attempt), maxBytes)).toString());
	}, options).catch((error: Error) => Promise.reject(error instanceof StepfunError ? withAdvice(error) : error));
}

/** A long text that keeps arriving is no silence. */
async function* watched(body: AsyncIterable<Uint8Array>, attempt: Attempt): AsyncGenerator<Uint8Array> {
	for await (const bytes of body) {
		attempt.touch();
		yield bytes;
	}
}

/** The advice for a completion would be about its model. */
function withAdvice(error: StepfunError): StepfunError {
	const { status = 0 } = error;
	if ([400, 413, 415, 422].includes(status)) return error.with({ hint: texts.fileRefused });
	if (status === 404) return error.with({ hint: texts.fileVanished });
	return status >= 500 ? error.with({ hint: hintsByStatus[500] }) : error;
}

function storedFile(text: string): StoredFile {
	const file = asRecord(tryParseJson(text));
	const id = asText(file?.['id']);
	if (!file || id === undefined || !/^[\w.-]{1,256}$/.test(id)) throw notTheApi(texts.notAFile(excerpt(text)));
	const details = [file['status_details'], asRecord(file['error'])?.['message'], file['error'], file['message']];
	return {
		id,
		status: redact(asText(file['status']) ?? '', 60),
		details: redact(details.map(asText).find((words) => words !== undefined) ?? '', 300),
	};
}
