import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import * as files from '../media-files';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();

const long = 'word '.repeat(40_000);
const model = (id: string): IDataObject => ({ model: { __rl: true, mode: 'id', value: id } });
const small = model('step-1o-turbo-vision');

async function ask(parameters: IDataObject, content = long, url = api.url) {
	const { run } = await runWorkflow({
		credential: customEndpoint(url),
		nodes: [chatNode({ messages: { values: [{ role: 'user', content }] }, ...parameters })],
	});
	return run.data.resultData.error!;
}

const paths = (): string[] => api.requests.map(({ url }) => url);
const refuse = (message: string, { type = 'x', status = 400, count = {} as Fault } = {}): void =>
	api.fault(({ url }) =>
		url.endsWith('/token/count') ? count : { status, body: JSON.stringify({ error: { message, type } }) },
	);

test('an input that is too long is counted, and the hint has both figures', async () => {
	const { message, description } = await ask(small);
	expect(paths()).toEqual(['/v1/chat/completions', '/v1/token/count']);
	expect(api.requests[1]!.body).toEqual({
		model: 'step-1o-turbo-vision',
		messages: [{ role: 'user', content: long }],
	});
	expect(message).toContain("This model's maximum context length is 32768 tokens");
	expect(description).toMatch(
		/they are 4000\d tokens, and step-1o-turbo-vision takes 32768 in all, with its answer\. Correct the field/,
	);
});

test.each([
	["This model's maximum context length is 4096 tokens. However, you requested 4116 tokens", 'x'],
	['input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000', 'x'],
	['The prompt is too long', 'invalid_request_error'],
	['Bad request', 'context_length_exceeded'],
	['Your messages are too long for this model', 'x'],
	['The number of input tokens exceeds the limit of 262144', 'x'],
	['Too many tokens in the request: 300000', 'x'],
	['Request exceeds the maximum context of the model', 'x'],
	['输入过长，请缩短消息', 'x'],
	['请求的 token 数超过模型上限', 'x'],
	['上下文长度超出限制', 'x'],
])('words of a server that say so: %s (%s)', async (message, type) => {
	refuse(message, { type });
	const { description } = await ask(model('step-3.5-flash'), 'Hello');
	expect(paths()).toEqual(['/v1/chat/completions', '/v1/token/count']);
	expect(description).toMatch(/they are \d+ tokens, and step-3\.5-flash takes 262144 in all/);
});

test.each<[string, string, number]>([
	['another refusal', 'Request param: max_tokens is invalid, recommended val is: an integer of at least 1', 400],
	['a tool name', 'tool name too long, at most 64 characters', 400],
	['a rate limit of tokens', 'request limited TPM reached: too many tokens, limit: 500000', 429],
	['a fault', 'context length service is down', 500],
	['a key', 'context length', 401],
])('nothing is counted for %s', async (_, message, status) => {
	refuse(message, { status });
	await ask({ ...model('step-3.5-flash'), options: { retries: 0 } }, 'Hello');
	expect(new Set(paths())).toEqual(new Set(['/v1/chat/completions']));
});

test('nothing is counted where all is well', async () => {
	expect(await ask(model('step-3.5-flash'), 'Hello')).toBeUndefined();
	expect(paths()).toEqual(['/v1/chat/completions']);
});

describe("the error stays the server's where the count", () => {
	test.each<[string, Fault]>([
		['is not to be had', { status: 404, body: '404 page not found' }],
		['fails', { status: 500 }],
		['is refused', { status: 429 }],
		['is no JSON', { body: 'Hello' }],
		['has another shape', { body: '{"data":{"total_tokens":"many"}}' }],
		['is a web page', { body: '<!doctype html>' }],
		['is cut off', { resetBeforeHeaders: true }],
		['never comes', { stallBeforeHeaders: true }],
		['never ends', { body: '{"data":', stallAfterBytes: 4 }],
	])('%s, after one call', async (_, count) => {
		refuse('The prompt is too long', { count });
		const before = clock.now();
		const { message, description } = await ask(model('step-3.5-flash'), 'Hello');
		expect(message).toBe('The prompt is too long');
		expect(description).toMatch(/^Correct the field/);
		expect(paths()).toEqual(['/v1/chat/completions', '/v1/token/count']);
		expect(clock.now() - before).toBeLessThan(15_000);
	});
});

test('a file is not sent again for the sake of a hint', async () => {
	refuse('The prompt is too long');
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json: {}, binary: { data: { data: files.png().toString('base64'), mimeType: 'image/png' } } }],
		nodes: [chatNode({ ...model('step-3.7-flash'), attachments: { values: [{}] } })],
	});
	expect(run.data.resultData.error?.message).toBe('The prompt is too long');
	expect(paths()).toEqual(['/v1/chat/completions']);
});

test('a Step Plan is counted at the standard address', async () => {
	await ask(small, long, `${api.origin}/step_plan/v1`);
	expect(paths()).toEqual(['/step_plan/v1/chat/completions', '/v1/token/count']);
});
