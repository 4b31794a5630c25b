/** A refusal in StepFun's envelope `{"error":{"message","type"}}`; code and param are normally absent. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly type: string,
		readonly param?: string,
	) {
		super(message);
	}

	body(): string {
		const { message, type, param } = this;
		return JSON.stringify({ error: { message, type, ...(param !== undefined && { param }) } });
	}
}

export const refuse = (message: string) => new ApiError(400, message, 'request_params_invalid');

export const invalid = (param: string, recommended: string) =>
	refuse(`Request param: ${param} is invalid, recommended val is: ${recommended}`);

export const unsupportedContent = (message: string) => new ApiError(400, message, 'unsupported_content_type');

/** What the live API says was not recorded; these are the words of vLLM, which serves StepFun's open weights. */
export const tooLong = (most: number, tokens: number) =>
	refuse(
		`This model's maximum context length is ${most} tokens. However, you requested ${tokens} tokens in the messages. Please reduce the length of the messages.`,
	);

export const badKey = () => new ApiError(401, 'Incorrect API key provided', 'invalid_api_key');

export const unknownModel = (model: string) =>
	new ApiError(404, `The model "${model}" does not exist or you do not have access to it.`, 'model_invalid');

export const rateLimited = (current: number, limit: number) =>
	new ApiError(
		429,
		`request limited RPM reached, current: ${current}, limit: ${limit}. Please top up at https://platform.stepfun.com/top-up.`,
		'rate_limited',
	);

export const concurrencyLimited = (current: number, limit: number) =>
	new ApiError(429, `request limited concurrency reached, current: ${current}, limit: ${limit}`, 'rate_limited');

/** Status -> the body that belongs to it. 401, 404, 429 and 451 are recorded ones; the rest have StepFun's shape only. */
const byStatus: Record<number, ApiError> = {
	400: refuse('you have no active step plan subscription'),
	401: badKey(),
	402: new ApiError(402, 'You exceeded your current quota, please check your balance', 'quota_exceeded'),
	404: unknownModel('step-x'),
	429: rateLimited(11, 10),
	451: new ApiError(451, 'The content you provided or machine outputted is blocked.', 'censorship_blocked'),
	500: new ApiError(500, 'Internal server error', 'internal_error'),
	503: new ApiError(503, 'The engine is currently overloaded, please try again later', 'engine_overloaded'),
	504: new ApiError(504, 'The request timed out', 'timeout'),
};

const badGateway =
	'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** The answer that StepFun, or the proxy before it (502), gives with an error status. */
export function errorAnswer(status: number): { contentType: string; body: string } {
	if (status === 502) return { contentType: 'text/html', body: badGateway };
	return { contentType: 'application/json', body: byStatus[status]?.body() ?? '' };
}
