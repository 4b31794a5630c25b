import { connectionError, excerpt, looksLikeHtml, statusError, StepfunError } from './errors';
import { tryParseJson } from './json';
import { readText, type HttpResponse, type Send } from './client/http';
import { chatModels, type Model } from './models';
import { withoutKey } from './client/redact';

const TIMEOUT_MS = 30_000;

/**
 * GET /models, chat models only.
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
}): Promise<Model[]> {
	const url = `${baseUrl}/models`;
	let response: HttpResponse;
	let text: string;
	try {
		response = await send({ method: 'GET', url, headers: { accept: 'application/json' }, timeoutMs: TIMEOUT_MS });
		text = await readText(response.body, MAX_BYTES);
	} catch (cause) {
		throw connectionError(cause, url);
	}
	if (response.status < 200 || response.status > 299) throw statusError(response, withoutKey(text, apiKey), url);
	const value = tryParseJson(text);
	if (value === undefined) {
		throw new StepfunError(
			`The server answered with something else than a list of models${looksLikeHtml(text) ? ', a web page' : excerpt(text)}`,
			{
				type: 'not_the_api',
				hint: 'Check the region, the plan and the base URL in the credential; a base URL usually ends in /v1',
			},
		);
	}
	return chatModels(value);
}

const MAX_BYTES = 8 * 2 ** 20;
