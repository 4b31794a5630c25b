import { connectionError } from '../../stepfun/client/connection-error';
import { type HttpResponse, originOf } from '../../stepfun/client/http';
import { longWait, retryAfterMs } from '../../stepfun/client/retry-after';
import { readErrorObject, statusError } from '../../stepfun/client/server-error';
import { invalidInput, StepfunError } from '../../stepfun/errors';

const answer = (status: number, headers: HttpResponse['headers'] = {}): HttpResponse => ({
	status,
	headers,
	body: { async *[Symbol.asyncIterator]() {}, destroy() {} },
});
const URL = 'https://api.stepfun.ai/v1/chat/completions';
const said = (status: number, body: string, headers?: HttpResponse['headers']): StepfunError =>
	statusError(answer(status, headers), body, URL);

describe('statuses', () => {
	test.each([
		[400, 'request_params_invalid', false, /Correct the field/],
		[401, 'invalid_api_key', false, /Region/],
		[402, 'quota_exceeded', false, /Top up the account/],
		[403, 'forbidden', false, /permissions/],
		[404, 'model_invalid', false, /Check Model/],
		[408, 'timeout', true, /Try again later/],
		[413, 'too_large', false, /smaller attachments/],
		[418, 'teapot', false, /Correct/],
		[429, 'rate_limited', true, /Send fewer requests at the same time/],
		[451, 'censorship_blocked', false, /will not help/],
		[500, 'internal_error', true, /Try again later/],
		[502, 'bad', true, /Try again later/],
		[503, 'engine_overloaded', true, /overloaded/],
		[504, 'timeout', true, /shorter answer/],
		[599, 'x', true, /Try again later/],
	])('%i %s', (status, type, retryable, hint) => {
		expect(said(status, JSON.stringify({ error: { message: 'Words', type } }))).toMatchObject({
			message: 'Words',
			type,
			status,
			retryable,
			hint: expect.stringMatching(hint),
			attempts: 1,
		});
	});

	test.each([
		['plain text', 'upstream connect failed', 'The server answered with status 503: upstream connect failed'],
		['a page', '<html>', 'The server answered with status 503 and a web page'],
		['nothing', '', 'The server answered with status 503'],
		['JSON without an error', '{"a":1}', 'The server answered with status 503: {"a":1}'],
		['a message alone', '{"message":"Busy"}', 'Busy'],
		['a detail alone', '{"detail":"Busy"}', 'Busy'],
		['an error text', '{"error":"Busy"}', 'Busy'],
		['an error without a message', '{"error":{}}', 'The server reported an error without a message'],
	])('503 with %s', (_, body, message) => {
		expect(said(503, body)).toMatchObject({ message, status: 503, retryable: true });
	});

	test('two kinds of 404: the model, and the path', () => {
		expect(said(404, '404 page not found')).toMatchObject({
			type: 'not_the_api',
			message: `There is no chat API at ${URL}`,
			retryable: false,
		});
		expect(said(404, '{"error":{"message":"The model \\"x\\" does not exist","type":"model_invalid"}}')).toMatchObject({
			type: 'model_invalid',
		});
	});

	test('no Step Plan', () => {
		expect(
			said(400, '{"error":{"message":"you have no active step plan subscription","type":"request_params_invalid"}}')
				.hint,
		).toMatch(/Choose Standard/);
	});

	test('what a server says is shortened, and shows no key', () => {
		const { message } = said(500, JSON.stringify({ error: { message: `Bearer abc ${'word '.repeat(1_000)}` } }));
		expect(message).toMatch(/^Bearer \[…\] word word .*…$/);
		expect(message).toHaveLength(501);
	});

	test('a redirect names both hosts and nothing else of the addresses', () => {
		expect(said(307, '', { location: 'https://other.example/x?token=1' })).toMatchObject({
			type: 'redirected',
			status: 307,
			retryable: false,
			message: 'The server at https://api.stepfun.ai redirects to https://other.example',
		});
		expect(said(302, '').message).toContain('redirects to an unnamed address');
	});

	test("an error's own type or code decides where no status line does", () => {
		expect(said(200, '{"error":{"message":"a","type":"rate_limited"}}')).toMatchObject({
			status: 429,
			retryable: true,
		});
		expect(said(200, '{"error":{"message":"a","code":451,"type":"rate_limited"}}')).toMatchObject({
			status: 451,
			retryable: false,
		});
		expect(said(500, '{"error":{"message":"a","code":451}}')).toMatchObject({ status: 500, retryable: true });
		expect(said(500, '{"error":{"message":"a","code":7}}')).toMatchObject({ status: 500, retryable: true });
		expect(said(200, '{"error":{"message":"a","type":"constructor"}}').status).toBeUndefined();
	});

	test.each(
		[401, 402, 403, 404, 413, 422, 429, 500, 503].flatMap((status) =>
			[
				'"type":"invalid_request_error"',
				'"type":"request_params_invalid"',
				'"type":"rate_limited"',
				'"type":"x","code":400',
				'"code":"censorship_blocked"',
			].map((fields): [number, string] => [status, fields]),
		),
	)('the status line wins: %i with %s', (status, fields) => {
		const plain = said(status, '{"error":{"message":"Words"}}');
		expect(said(status, `{"error":{"message":"Words",${fields}}}`)).toMatchObject({
			message: 'Words',
			status,
			hint: plain.hint,
			retryable: plain.retryable,
		});
	});

	test.each([
		['You exceeded your current quota, please check your plan and billing details.'],
		['insufficient_quota'],
		['Insufficient balance'],
		['Quota exhausted'],
		['Your quota has been used up'],
		['out of credits'],
		['Not enough credits'],
		['Your credit balance is too low'],
		['Payment Required'],
		['You have reached your usage limit'],
		['Monthly limit reached'],
		['账户余额不足'],
		['您的额度已用完'],
		['配额已耗尽'],
	])('429 says in any shape that the quota is used up: %s', (words) => {
		for (const body of [
			words,
			JSON.stringify({ error: { message: words } }),
			JSON.stringify({ error: { message: 'Too bad', code: 'insufficient_quota' } }),
			JSON.stringify({ code: 4, msg: words }),
			JSON.stringify({ errors: [{ reason: words }] }),
			JSON.stringify({ message: words }),
			JSON.stringify({ message: 'Too bad', code: 'insufficient_quota' }),
			JSON.stringify([words]),
		]) {
			expect(said(429, body)).toMatchObject({
				status: 429,
				retryable: false,
				hint: expect.stringMatching(/^Top up the account/),
			});
			expect(said(402, body)).toMatchObject({ status: 402, retryable: false, hint: expect.stringMatching(/^Top up/) });
		}
	});

	test.each([
		['slow down'],
		['request limited RPM reached, current: 11, limit: 10. Please top up'],
		['Quota exceeded for requests per minute'],
		['load balancer: too many requests'],
		['<html><a href="/billing">Billing</a></html>'],
		['请求过于频繁，请提升额度'],
		['{"code":1,"msg":"too many requests"}'],
	])('429 that a wait ends: %s', (body) => {
		expect(said(429, body)).toMatchObject({ retryable: true, hint: expect.stringMatching(/limit of its tier/) });
	});

	test('a limit by the day or month is waited for only where the server says when it ends', () => {
		expect(said(429, 'daily quota exceeded').retryable).toBe(false);
		expect(said(429, 'daily quota exceeded', { 'retry-after': '60' }).retryable).toBe(true);
		expect(said(429, '{"error":"daily quota exceeded","retry_after_seconds":60}').retryable).toBe(true);
	});

	test.each([
		[{ 'x-trace-id': 'trace-1', 'x-request-id': 'other' }, 'trace-1'],
		[{ 'x-request-id': ['r-1', 'r-2'] }, 'r-1'],
		[{ 'x-trace-id': 'Bearer abc' }, undefined],
		[{}, undefined],
	])('request ID of %j', (headers, requestId) => {
		expect(said(500, '', headers as HttpResponse['headers']).requestId).toBe(requestId);
	});

	test('Retry-After is read', () => {
		expect(said(429, '', { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
	});

	test.each<[object, number | undefined]>([
		[{ error: { message: 'm', metadata: { retry_after_seconds: 12 } } }, 12_000],
		[{ error: { message: 'm', metadata: { retry_after_seconds: '12' } } }, 12_000],
		[{ error: { message: 'm', metadata: { raw: 'busy', retry_after_seconds: 0.5 } } }, 500],
		[{ error: { message: 'm', retry_after_seconds: 3 } }, 3_000],
		[{ error: { message: 'm' }, retry_after_seconds: 3 }, 3_000],
		[{ error: 'm', retry_after: 3 }, 3_000],
		[{ message: 'm', retryAfter: 0 }, 0],
		[{ msg: 'of another shape', retry_after_seconds: 3 }, 3_000],
		[{ error: { message: 'm', metadata: { headers: { 'Retry-After': '4' } } } }, 4_000],
		[{ error: { message: 'm', metadata: { retry_after_seconds: -1 } } }, undefined],
		[{ error: { message: 'm', metadata: { retry_after_seconds: 'soon' } } }, undefined],
		[{ error: { message: 'm', metadata: { retry_after_seconds: null } } }, undefined],
		[{ error: { message: 'm', metadata: 'none' } }, undefined],
	])('the wait that a body asks for: %j', (body, ms) => {
		expect(said(429, JSON.stringify(body)).retryAfterMs).toBe(ms);
		expect(said(429, JSON.stringify(body), { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
	});
});

test.each([
	[undefined, undefined],
	['', undefined],
	[' ', undefined],
	['soon', undefined],
	['0', 0],
	['-5', undefined],
	['0x10', undefined],
	['1e3', undefined],
	['7 apples', undefined],
	['2026', 2_026_000],
	['1.5', 1_500],
	['Thu, 01 Jan 1970 00:00:10 GMT', 4_000],
	['Thu, 01 Jan 1970 00:00:01 GMT', 0],
])('Retry-After %j is %j ms', (value, ms) => {
	expect(retryAfterMs(value, undefined, 6_000)).toBe(ms);
});

test.each([
	['an hour ahead', 'Thu, 01 Jan 1970 01:00:00 GMT', 'Thu, 01 Jan 1970 01:00:30 GMT'],
	['an hour behind', 'Thu, 01 Jan 1970 04:00:00 GMT', 'Thu, 01 Jan 1970 04:00:30 GMT'],
])("a date is held against the server's own clock: %s", (_, date, retryAfter) => {
	expect(retryAfterMs(retryAfter, date, 2 * 3_600_000)).toBe(30_000);
	expect(said(429, '', { 'retry-after': retryAfter, date }).retryAfterMs).toBe(30_000);
});

test.each([
	[200_000, 'for 4 minutes'],
	[7_200_000, 'for 120 minutes'],
	[7_200_001, 'for 3 hours'],
	[90_000_000, 'for more than a day'],
	[Infinity, 'for more than a day'],
])('a wait of %i ms is %s', (ms, text) => {
	expect(longWait(ms)).toBe(text);
});

test.each([
	[{ error: { message: 'm', type: 't' } }, { message: 'm', type: 't' }],
	[{ error: { message: 'm', code: 'c' } }, { message: 'm', type: 'c' }],
	[
		{ error: 'm', type: 't' },
		{ message: 'm', type: 't' },
	],
	[{ error: { message: 'wrapped', metadata: { raw: 'no JSON' } } }, { message: 'wrapped: no JSON' }],
	[{ error: { message: 'wrapped', metadata: { raw: 'wrapped and more' } } }, { message: 'wrapped and more' }],
	[{ error: { message: 'wrapped', metadata: { raw: '<html>' } } }, { message: 'wrapped' }],
	[{ error: { message: 'wrapped', metadata: { raw: ' ' } } }, { message: 'wrapped' }],
	[{ error: { message: 'wrapped', metadata: { raw: null } } }, { message: 'wrapped' }],
	[{ error: { metadata: { raw: 'told' } } }, { message: 'told' }],
	[
		{ error: { message: 'wrapped', type: 'w', metadata: { raw: '{"error":{"message":"m","type":"t"}}' } } },
		{ message: 'm', type: 't' },
	],
	[
		{ error: { message: 'wrapped', type: 'w', metadata: { raw: { error: { message: 'm', code: 'c' } } } } },
		{ message: 'm', type: 'c' },
	],
	[{ error: { message: 'wrapped', type: 'w', metadata: { raw: { message: 'm' } } } }, { message: 'm', type: 'w' }],
	[{ error: { message: 'wrapped', metadata: { raw: '{"detail":"m"}' } } }, { message: 'm' }],
	[{ error: { message: 'wrapped', metadata: { raw: { reason: 7 } } } }, { message: 'wrapped: {"reason":7}' }],
	[{ error: { message: 'wrapped', metadata: { raw: ['a', 1] } } }, { message: 'wrapped: ["a",1]' }],
	[{ error: null }, undefined],
	[{ choices: [] }, undefined],
	['text', undefined],
	[[{ error: 'm' }], undefined],
])('error object of %j', (value, expected) => {
	const found = readErrorObject(value);
	if (expected) expect(found).toMatchObject(expected);
	else expect(found).toBeUndefined();
});

describe('connections', () => {
	test.each([
		['ENOTFOUND', 'The address could not be found (DNS)', true],
		['EAI_AGAIN', 'The address could not be found (DNS)', true],
		['ECONNREFUSED', 'The connection was refused', true],
		['EHOSTUNREACH', 'The address cannot be reached', true],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'No secure connection could be made (TLS)', false],
		['ERR_TLS_CERT_ALTNAME_INVALID', 'No secure connection could be made (TLS)', false],
		['EPROTO', 'No secure connection could be made (TLS)', false],
		['ETIMEDOUT', 'The server did not answer in time', true],
		['UND_ERR_HEADERS_TIMEOUT', 'The server did not answer in time', true],
		['ECONNRESET', 'The connection was closed before an answer came', true],
		['UND_ERR_SOCKET', 'The connection was closed before an answer came', true],
	])('%s, however deep it lies', (code, message, retryable) => {
		const cause = Object.assign(new Error('x'), { cause: Object.assign(new Error('y'), { cause: { code } }) });
		expect(connectionError(cause, URL)).toMatchObject({
			type: 'connection_failed',
			message: `${message}: https://api.stepfun.ai`,
			retryable,
		});
	});

	test.each(['Domain not allowed: …', 'The request was blocked because it resolves to a restricted IP address'])(
		"n8n's own guard: %s",
		(message) => {
			expect(connectionError(new Error(message), URL)).toMatchObject({
				message: 'n8n does not allow requests to this address: https://api.stepfun.ai',
				retryable: false,
			});
		},
	);

	test('what nobody knows is quoted, without what it was about', () => {
		const cause = Object.assign(new Error('Strange with Bearer abcdef'), {
			config: { headers: { Authorization: 'Bearer abcdef' }, data: 'prompt' },
		});
		const error = connectionError(cause, URL);
		expect(error).toMatchObject({
			message: 'The request to https://api.stepfun.ai failed: Strange with Bearer […]',
			retryable: false,
		});
		expect(error.cause).toBeUndefined();
		expect(connectionError('text', 'no url').message).toBe('The request to an address that is not a URL failed: text');
	});

	test('causes that go round in a circle', () => {
		const cause: { message: string; cause?: unknown } = { message: 'round' };
		cause.cause = cause;
		expect(connectionError(cause, URL).message).toContain('round');
	});
});

test('other details leave the rest as it is', () => {
	const error = new StepfunError(
		{ message: 'm', hint: 'h' },
		{ type: 't', status: 500, requestId: 'r', retryable: true, retryAfterMs: 5, attempts: 3 },
	);
	expect(error.with({ hint: 'other' })).toMatchObject({
		name: 'StepfunError',
		message: 'm',
		type: 't',
		status: 500,
		requestId: 'r',
		retryable: true,
		retryAfterMs: 5,
		hint: 'other',
		attempts: 3,
	});
});

test('bad input is never sent', () => {
	expect(invalidInput({ message: 'm', hint: 'h' })).toMatchObject({
		type: 'invalid_input',
		retryable: false,
		message: 'm',
		hint: 'h',
	});
});

test.each([
	['https://a.example:8443/v1?x=1#y', 'https://a.example:8443'],
	['', 'an unnamed address'],
	['nonsense', 'an address that is not a URL'],
])('origin of %j', (url, origin) => {
	expect(originOf(url)).toBe(origin);
});
