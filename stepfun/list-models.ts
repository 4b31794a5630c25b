import { connectionError } from './client/connection-error';
import { isSuccess, looksLikeHtml, readText, type HttpResponse, type Send } from './client/http';
import { excerpt, ownKeyRemover, redacted } from './client/redact';
import { notTheApi, statusError } from './client/server-error';
import * as texts from './client/texts';
import { StepfunError } from './errors';
import { tryParseJson } from './json';
import { chatModels } from './models';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 8 * 2 ** 20;

/**
 * The ids of the models of GET /models that chat.
 *
 * @throws StepfunError
 */
export async function listModels({
	send,
	baseUrl,
	apiKey,
}: {
	send: Send;
	baseUrl: string;
	apiKey?: string;
}): Promise<string[]> {
	const url = `${baseUrl}/models`;
	try {
		const withoutKey = ownKeyRemover(apiKey);
		// A name that holds the key is no model's, and would be saved with a workflow.
		return (await readModels(send, url)).filter((model) => withoutKey(model) === model);
	} catch (error) {
		throw error instanceof StepfunError ? redacted(error, { apiKey }) : error;
	}
}

async function readModels(send: Send, url: string): Promise<string[]> {
	let response: HttpResponse;
	let text: string;
	try {
		response = await send({ method: 'GET', url, headers: { accept: 'application/json' }, timeoutMs: TIMEOUT_MS });
		text = await readText(response.body, MAX_BYTES);
	} catch (cause) {
		throw connectionError(cause, url);
	}
	if (!isSuccess(response)) throw statusError(response, text, url);
	const value = tryParseJson(text);
	if (value !== undefined) return chatModels(value);
	throw notTheApi(texts.notAModelList(looksLikeHtml(text) ? ', a web page' : excerpt(text)));
}
