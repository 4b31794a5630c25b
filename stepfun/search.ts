import { call, type CallOptions } from './client/call';
import { standardUrl } from './client/endpoint';
import { originOf, readText } from './client/http';
import { notTheApi, requestIdOf } from './client/server-error';
import { StepfunError } from './errors';
import { asRecord, asText, tryParseJson } from './json';
import { factsOf } from './models';
import * as texts from './texts';
import type { RunnableTool } from './tool-loop';
import type { ChatRequest, Tool, WebSearchTool } from './types';

export interface SearchOptions extends CallOptions {
	/** Of the chat API, without a trailing slash. */
	baseUrl: string;
}

/** Most of an answer that is read, in bytes: up to 20 results come with the whole text of their pages. */
const MAX_BYTES = 16 * 2 ** 20;
/** Characters of a page that the model gets where there is no summary of it. */
const EXCERPT = 1_000;

/**
 * Searches the web by POST /v1/search, which costs 0.04 CNY a call (https://platform.stepfun.com/docs/zh/api-reference/search/search).
 * The Step Plan has no search of its own; the key is the same.
 *
 * @returns The results as StepFun sends them: url, position, title, time, snippet and content.
 * @throws StepfunError
 */
async function search(query: string, { baseUrl, ...options }: SearchOptions): Promise<unknown[]> {
	const url = `${standardUrl(baseUrl)}/search`;
	const text = JSON.stringify({ query });
	const body = { text, length: Buffer.byteLength(text), chunks: async function* () {} };
	return await call(
		async (attempt) => {
			const headers = { 'content-type': 'application/json', accept: 'application/json' };
			const response = await attempt.send({ method: 'POST', url, headers, body });
			attempt.accepted();
			const results = asRecord(tryParseJson(await readText(response.body, MAX_BYTES)))?.['results'];
			if (Array.isArray(results)) return results as unknown[];
			if (results === null) return [];
			throw notTheApi(texts.noSearchApi(originOf(url)), { requestId: requestIdOf(response) });
		},
		{ ...options, sent: () => [query] },
	).catch((error: Error) => {
		const isMissing = error instanceof StepfunError && (error.status === 404 || error.status === 405);
		return Promise.reject(isMissing ? error.with(texts.noSearchApi(originOf(url))) : error);
	});
}

/** A search that the node runs itself, and what it has found so far. */
export interface OwnSearch {
	request: ChatRequest;
	tools: RunnableTool[];
	/** The results of all its calls. */
	results: unknown[];
}

/** The request with a function in the place of StepFun's own search, where its model is known to have none. */
export function withOwnSearch(request: ChatRequest, options: SearchOptions): OwnSearch {
	const [first] = request.tools?.filter(isWebSearch) ?? [];
	if (!first || factsOf(request.model).webSearch !== false) return { request, tools: [], results: [] };
	const { tools = [], ...others } = request;
	const kept = tools.filter((tool) => !isWebSearch(tool));
	const results: unknown[] = [];
	return {
		request: { ...others, ...(kept.length > 0 && { tools: kept }) },
		tools: [searchTool(asText(first.function.description), results, options)],
		results,
	};
}

const isWebSearch = (tool: Tool): tool is WebSearchTool => tool.type === 'web_search';

const searchTool = (description = '', results: unknown[], options: SearchOptions): RunnableTool => ({
	definition: {
		type: 'function',
		function: {
			name: 'web_search',
			description: description || 'Searches the web',
			parameters: {
				type: 'object',
				properties: { query: { type: 'string', description: 'What to search for, in a few words' } },
				required: ['query'],
			},
		},
	},
	async run({ query }) {
		const words = asText(query)?.trim();
		if (!words) throw new Error('query is not a text');
		const found = await search(words, options).catch((error: Error) => Promise.reject(aboutQuery(error) ?? error));
		results.push(...found);
		return found.map(forModel);
	},
});

/** A refusal of what was searched for, which is the model's to mend; anything else ends the item. */
const aboutQuery = (error: Error): Error | undefined =>
	error instanceof StepfunError && (error.status === 400 || error.status === 451)
		? new Error(error.message)
		: undefined;

/** A result as far as the model needs it: the whole text of ten pages would cost more than the answer. */
function forModel(result: unknown): unknown {
	const fields = asRecord(result);
	if (!fields) return result;
	const { title, url, time, snippet, content } = fields;
	return { title, url, time, text: asText(snippet) ?? asText(content)?.slice(0, EXCERPT) };
}
