import { call, type CallOptions } from './client/call';
import { standardUrl } from './client/endpoint';
import { readText } from './client/http';
import type { StepfunError } from './errors';
import { asRecord, tryParseJson } from './json';
import { factsOf } from './models';
import { requestBody } from './request/body';
import * as texts from './request/texts';
import type { ChatRequest } from './types';

/** Longest wait for a count, in ms: it only makes an error say more. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** How servers say that an input is too long, OpenAI's, vLLM's and those of gateways, also in Chinese. */
const TOO_LONG: readonly RegExp[] = [
	/context[_ -]?(?:length|window|size|limit|overflow)|maximum context/i,
	/(?:input|prompt|messages?|contents?)\b[\w ]{0,20}too (?:long|large)/i,
	/too many (?:input |prompt |context )?tokens/i,
	/(?:input|prompt|messages?|tokens?)\b[\w ,()]{0,40}exceed/i,
	/exceed\w*[\w ']{0,40}(?:input|prompt|context)/i,
	/(?:上下文|输入|消息|内容|token).{0,12}(?:过长|太长|超长|超过|超出)/i,
];

/**
 * A refusal for the length of the input whose hint says how long it is, by POST /v1/token/count
 * (https://platform.stepfun.ai/docs/en/api-reference/token-count). Any other error, and one whose count fails, stays as it is.
 */
export async function withTokenCount(
	error: StepfunError,
	{ model, messages }: ChatRequest,
	{ baseUrl, ...options }: CallOptions & { baseUrl: string },
): Promise<StepfunError> {
	const body = isAboutLength(error) ? requestBody({ model, messages }) : undefined;
	// Files are not sent again for the sake of a hint.
	if (body?.text === undefined) return error;
	try {
		const tokens = await call(
			async (attempt) => {
				const headers = { 'content-type': 'application/json', accept: 'application/json' };
				const response = await attempt.send({
					method: 'POST',
					url: `${standardUrl(baseUrl)}/token/count`,
					headers,
					body,
				});
				attempt.accepted();
				return asRecord(asRecord(tryParseJson(await readText(response.body, MAX_BYTES)))?.['data'])?.['total_tokens'];
			},
			{ ...options, retries: 0, silenceMs: 0, totalMs: TIMEOUT_MS },
		);
		if (typeof tokens !== 'number') return error;
		const { contextTokens: limit } = factsOf(model);
		const hint =
			limit === undefined
				? texts.countedTokens(tokens, error.hint)
				: texts.countedTokensOf(tokens, model, limit, error.hint);
		return error.with({ hint });
	} catch {
		return error;
	}
}

const isAboutLength = ({ status, type, message }: StepfunError): boolean =>
	(status === 400 || status === 413 || status === 422) &&
	TOO_LONG.some((words) => words.test(message) || words.test(type));
