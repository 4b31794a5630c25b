import type { Fault } from '../../emulator';
import type { Retry } from '../../stepfun/client/call';
import { Limiter } from '../../stepfun/client/limiter';
import { complete, type CompleteOptions } from '../../stepfun/complete';
import { StepfunError } from '../../stepfun/errors';
import { listModels } from '../../stepfun/list-models';
import type { ChatRequest } from '../../stepfun/types';
import { undiciSend } from '../send';
import { useEmulator } from '../use-emulator';
import { virtualClock } from '../virtual-clock';
import { delta, event } from './response/completion-of';

const KEY = 'sk-emulator';
const send = undiciSend(KEY);
const clock = virtualClock();
const api = useEmulator({ clock });
afterAll(() => send.close());

const ask = (fields: Partial<ChatRequest> = {}, options: Partial<CompleteOptions> = {}) =>
	complete(
		{ model: 'step-3.5-flash', messages: [{ role: 'user', content: 'Tell me about tea' }], ...fields },
		{
			send,
			baseUrl: api.url,
			clock,
			lane: new Limiter(clock).lane(),
			retries: 3,
			silenceMs: 100_000,
			totalMs: 0,
			...options,
		},
	);
const always = (fault: Fault): void => api.fault(() => ({ ...fault }));
const stream = (...events: string[]): Fault => ({ raw: events.join('') });

test('asks for a stream, unless the request says otherwise', async () => {
	const streamed = await ask();
	const whole = await ask({ stream: false });
	expect(whole).toEqual({
		...streamed,
		id: whole.id,
		created: whole.created,
		usage: expect.objectContaining({ total_tokens: streamed.usage!.total_tokens }),
	});
	expect(api.requests.map(({ body }) => (body as ChatRequest).stream)).toEqual([true, false]);
	expect(api.requests[0]!.headers).toMatchObject({
		'content-type': 'application/json',
		accept: 'text/event-stream, application/json',
	});
});

describe('an answer without an answer is none', () => {
	const finished = (reason: string): string => delta({}, reason);
	test.each<[string, Fault, Partial<ChatRequest>, object]>([
		[
			'reasoning used up Maximum Number of Tokens',
			stream(delta({ reasoning: 'Hm' }), finished('length')),
			{ max_tokens: 7 },
			{
				type: 'empty_answer',
				message: expect.stringContaining('Maximum Number of Tokens (7)'),
				partial: { choices: [{ message: { reasoning: 'Hm' } }] },
			},
		],
		[
			'reasoning used up the model',
			stream(delta({ reasoning: 'Hm' }), finished('length')),
			{},
			{ type: 'empty_answer', message: expect.stringContaining('its own token limit') },
		],
		[
			'moderated to nothing',
			stream(finished('content_filter')),
			{},
			{ type: 'content_filter', retryable: false, message: "StepFun's content filter blocked the answer" },
		],
		[
			'moderated in the middle',
			stream(delta({ content: 'The' }), finished('content_filter')),
			{},
			{ type: 'content_filter', partial: { choices: [{ message: { content: 'The' } }] } },
		],
		[
			'nothing but an end',
			stream(finished('stop')),
			{},
			{ type: 'empty_answer', retryable: false, message: 'The model ended without an answer' },
		],
		[
			'nothing but reasoning',
			stream(delta({ reasoning: 'Hm' }, 'stop')),
			{},
			{
				type: 'empty_answer',
				retryable: false,
				message: 'The model ended after its reasoning, without an answer',
				partial: { choices: [{ message: { reasoning: 'Hm' } }] },
			},
		],
		[
			'nothing but reasoning about the results of tools',
			stream(delta({ reasoning_content: 'Sunny' }, 'stop')),
			{
				messages: [
					{ role: 'user', content: 'How is the weather?' },
					{
						role: 'assistant',
						content: null,
						tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
					},
					{ role: 'tool', tool_call_id: 'a', content: 'sunny' },
				],
			},
			{
				type: 'empty_answer',
				retryable: false,
				message: 'The model ended after its reasoning about the tool results, without an answer',
				hint: expect.stringContaining('system message'),
				partial: { choices: [{ message: { reasoning: 'Sunny' } }] },
			},
		],
		[
			'a search and no text',
			stream(
				delta(
					{ tool_calls: [{ index: 0, id: 's', type: 'web_search', function: { name: 'web_search', arguments: '' } }] },
					'stop',
				),
			),
			{},
			{ type: 'empty_answer' },
		],
		[
			'a stop sequence, and no end',
			stream(delta({ role: 'assistant' }), 'data: [DONE]\n\n'),
			{ stop: '#' },
			{ type: 'empty_answer' },
		],
	])('%s', async (_, fault, fields, error) => {
		always(fault);
		await expect(ask(fields, { retries: 0 })).rejects.toMatchObject(error);
	});

	test.each<[string, Fault, Partial<ChatRequest>]>([
		[
			'a call without a text',
			stream(
				delta(
					{ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
					'stop',
				),
			),
			{},
		],
		['a text that is cut', stream(delta({ content: 'a' }, 'length')), {}],
		['nothing before a stop sequence', stream(delta({}, 'stop')), { stop: '#' }],
		[
			'one of two choices',
			stream(
				event({
					choices: [
						{ index: 0, delta: {}, finish_reason: 'content_filter' },
						{ index: 1, delta: { content: 'a' }, finish_reason: 'stop' },
					],
				}),
			),
			{},
		],
	])('but %s is one', async (_, fault, fields) => {
		always(fault);
		expect((await ask(fields)).choices.length).toBeGreaterThan(0);
	});
});

describe('another try', () => {
	test('is reported with its reason and its wait', async () => {
		const retries: Retry[] = [];
		api.fault([{ status: 503 }, { status: 429, retryAfter: '0.1' }]);
		await ask({}, { onRetry: (retry) => retries.push(retry) });
		expect(retries.map(({ error: { status, attempts } }) => [status, attempts])).toEqual([
			[503, 1],
			[429, 2],
		]);
		expect(retries[1]!.waitedMs).toBeGreaterThanOrEqual(100);
		expect(api.requests).toHaveLength(3);
	});

	test.each([
		[0, 1],
		[2, 3],
	])('with %i retries it is sent %i times', async (retries, sent) => {
		always({ resetBeforeHeaders: true });
		await expect(ask({}, { retries })).rejects.toMatchObject({
			type: 'connection_failed',
			attempts: sent,
			message: `The connection was closed before an answer came: ${api.origin}`,
		});
		expect(api.requests).toHaveLength(sent);
	});

	test('waits twice as long each time, and not all the same', async () => {
		const waits: number[] = [];
		const noting = { ...clock, random: () => 0.5, sleep: async (ms: number) => void waits.push(ms) };
		always({ status: 500 });
		await expect(ask({}, { clock: noting, silenceMs: 0 })).rejects.toMatchObject({ attempts: 4 });
		expect(waits).toEqual([750, 1_500, 3_000]);
	});

	test('is not made once something was shown', async () => {
		const reasoning = stream(delta({ reasoning: 'Hm' }));
		always(reasoning);
		await expect(ask({}, { onDelta: () => false, retries: 1 })).rejects.toMatchObject({ attempts: 2 });
		await expect(ask({}, { onDelta: () => true, retries: 1 })).rejects.toMatchObject({ attempts: 1 });
	});

	test.each([
		['content', { content: 'a' }],
		['a call', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }],
	])('is not made after %s', async (_, fields) => {
		always(stream(delta(fields)));
		await expect(ask()).rejects.toMatchObject({
			type: 'connection_cut',
			retryable: true,
			attempts: 1,
			partial: { choices: [expect.anything()] },
		});
	});
});

describe('an error inside an answer', () => {
	test.each<[string, string]>([
		['by the name of its event', 'event: error\ndata: {"message":"Broken","code":"provider_error"}\n\n'],
		['bare', event({ object: 'error', message: 'Broken', code: 500 })],
		['in its choice', event({ choices: [{ index: 0, delta: {}, error: { message: 'Broken', code: 502 } }] })],
		[
			'in a choice with the last words',
			event({ choices: [{ index: 0, delta: { content: '!' }, finish_reason: 'error', error: { message: 'Broken' } }] }),
		],
	])('%s keeps what had arrived, and is not paid for twice', async (name, error) => {
		always(stream(delta({ content: 'Hello' }), error));
		await expect(ask()).rejects.toMatchObject({
			message: 'Broken',
			attempts: 1,
			partial: {
				choices: [{ message: { content: expect.stringMatching(name.includes('last') ? /^Hello!$/ : /^Hello$/) } }],
			},
		});
		expect(api.requests).toHaveLength(1);
	});

	test('is tried again when nothing had arrived', async () => {
		api.fault([
			stream(
				delta({ role: 'assistant' }),
				event({ choices: [{ index: 0, delta: {}, error: { message: 'Broken', code: 502 } }] }),
			),
			stream(event({ choices: [{ index: 0, delta: {}, finish_reason: 'abort' }] })),
		]);
		expect((await ask()).choices).toHaveLength(1);
		expect(api.requests).toHaveLength(3);
	});
});

describe('what is no answer of this API', () => {
	const garbage: Array<[string, Fault]> = [
		['text', stream('upstream timed out')],
		['a web page', { body: '<html>Bad gateway</html>' }],
		['comments only', stream(': keepalive\n\n')],
		['events of another API', stream('data: {"type":"response.created"}\n\n')],
	];
	test.each(garbage)('is not asked for again: %s', async (_, fault) => {
		always(fault);
		await expect(ask()).rejects.toMatchObject({ type: 'not_the_api', retryable: false, attempts: 1 });
	});

	test.each(garbage)('is asked for again where the API has answered before: %s', async (_, fault) => {
		const limiter = new Limiter(clock);
		await ask({}, { lane: limiter.lane() });
		api.fault(fault);
		expect((await ask({}, { lane: limiter.lane() })).choices).toHaveLength(1);
		expect(api.requests).toHaveLength(3);
		always(fault);
		await expect(ask({}, { lane: limiter.lane(), retries: 1 })).rejects.toMatchObject({
			type: 'not_the_api',
			attempts: 2,
			retryable: true,
		});
	});

	test('is not asked for again where its status says so', async () => {
		const lane = new Limiter(clock).lane();
		await ask({}, { lane });
		always({ status: 404, body: '404 page not found' });
		await expect(ask({}, { lane })).rejects.toMatchObject({ type: 'not_the_api', status: 404, attempts: 1 });
	});
});

test('empty chunks are no answer yet: whether the account has let the request in shows with the first that says something', async () => {
	const limiter = new Limiter(clock);
	const accepted: string[] = [];
	const lane = limiter.lane();
	const noting = {
		turn: async (request: Parameters<typeof lane.turn>[0]) => {
			const turn = await lane.turn(request);
			return { ...turn, accepted: () => void accepted.push('accepted') };
		},
	};
	always(stream(event({ choices: [] }), event({}), ': ping\n\n', event({ error: { message: 'RPM', code: 429 } })));
	await expect(ask({}, { lane: noting, retries: 0 })).rejects.toMatchObject({ status: 429 });
	expect(accepted).toEqual([]);
	always(stream(delta({ role: 'assistant' }), delta({ content: 'a' }, 'stop')));
	await ask({}, { lane: noting });
	expect(accepted).not.toEqual([]);
});

test("the server's own object is kept where it is asked for", async () => {
	always(
		stream(
			event({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }], system_fingerprint: 'fp' }),
		),
	);
	expect(await ask()).not.toHaveProperty('raw');
	expect((await ask({}, { raw: true })).raw).toEqual({
		choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }],
		system_fingerprint: 'fp',
	});
});

describe('time and Stop', () => {
	test('comments are silence', async () => {
		always({ stallAfterChunks: 2, pings: 20 });
		await expect(ask({}, { silenceMs: 150 })).rejects.toMatchObject({
			type: 'timeout',
			message: 'The server sent nothing for 0.15 seconds',
			attempts: 1,
		});
	});

	test('chunks are none', async () => {
		always({
			raw: [
				delta({ content: 'a' }),
				{ waitMs: 100 },
				delta({ content: 'b' }),
				{ waitMs: 100 },
				delta({ content: 'c' }),
				{ waitMs: 100 },
				delta({}, 'stop'),
			],
		});
		expect((await ask({}, { silenceMs: 180 })).choices[0]!.message.content).toBe('abc');
	});

	test('waiting for a place is none', async () => {
		const lane = new Limiter(clock).lane();
		const turn = await lane.turn({ retries: 3 });
		turn.refused(
			new StepfunError({ message: 'RPM', hint: '' }, { type: 'rate_limited', status: 429, retryAfterMs: 250 }),
		);
		turn.leave();
		expect((await ask({}, { silenceMs: 150, lane })).choices).toHaveLength(1);
	});

	test('the whole may be limited, and keeps what had arrived', async () => {
		always({ raw: [delta({ content: 'a' }), { waitMs: 5_000 }] });
		await expect(ask({}, { totalMs: 1_500 })).rejects.toMatchObject({
			type: 'timeout',
			message: 'The completion took longer than Total Timeout (1.5 seconds)',
			partial: { choices: [{ message: { content: 'a' } }] },
		});
	});

	test.each<[string, Fault]>([
		['before the headers', { stallBeforeHeaders: true }],
		['within the answer', { stallAfterChunks: 2 }],
	])('Stop %s closes the connection', async (_, fault) => {
		always(fault);
		const stop = new AbortController();
		const answer = ask({}, { signal: stop.signal });
		await clock.sleep(60);
		stop.abort(new Error('by the user'));
		await expect(answer).rejects.toMatchObject({
			name: 'StepfunError',
			type: 'canceled',
			message: 'The execution was canceled',
		});
		await clock.sleep(30);
		expect(api.requests.map(({ finished, socketClosedAt }) => !finished && socketClosedAt !== undefined)).toEqual([
			true,
		]);
	});

	test.each<[string, Fault]>([
		['after its end mark', { raw: [delta({ content: 'a' }, 'stop'), 'data: [DONE]\n\n', { waitMs: 60_000 }] }],
		['after what cannot be read', { raw: ['data: hello\n\n', { waitMs: 60_000 }] }],
		['after its error', { status: 400, raw: ['{"error":'.padEnd(70_000), { waitMs: 60_000 }] }],
	])('a connection that stays open %s is closed', async (_, fault) => {
		always(fault);
		await ask({}, { retries: 0 }).catch(() => {});
		await clock.sleep(30);
		expect(api.requests.map(({ socketClosedAt }) => typeof socketClosedAt)).toEqual(['number']);
	});

	test('a signal that is aborted already sends nothing', async () => {
		await expect(ask({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ type: 'canceled' });
		expect(api.requests).toEqual([]);
	});

	test('leaves no timer behind', async () => {
		const pending = new Set<number>();
		let count = 0;
		const counting = {
			...clock,
			sleep(ms: number, signal?: AbortSignal) {
				const id = (count += 1);
				pending.add(id);
				return clock.sleep(ms, signal).finally(() => pending.delete(id));
			},
		};
		always(stream(delta({ content: 'a' }, 'stop'), 'data: [DONE]\n\n'));
		await ask({}, { clock: counting, totalMs: 100_000 });
		await clock.sleep(5);
		expect(count).toBe(3);
		always({ raw: [delta({ content: 'a' }, 'stop'), { waitMs: 50 }, 'data: [DONE]\n\n'] });
		await ask({}, { clock: counting, totalMs: 100_000 });
		await clock.sleep(5);
		expect(count).toBe(7);
		expect(pending.size).toBe(0);
	});
});

describe('what may not be shown', () => {
	const secret = 'The merger with Globex will be announced on Friday';
	test("a server's words do not repeat the prompt or the key", async () => {
		api.fault(({ body, headers }) => ({
			status: 400,
			body: JSON.stringify({
				error: { message: `Bad: ${JSON.stringify(body)} ${headers.authorization} plainkey`, type: 'x y z' },
			}),
		}));
		const error = await ask({ messages: [{ role: 'user', content: secret }] }, { apiKey: 'plainkey' }).catch(
			(cause: StepfunError) => cause,
		);
		expect(error).toMatchObject({ type: 'http_400', message: expect.stringContaining('"content":"[…]"') });
		expect(JSON.stringify([(error as StepfunError).message, error])).not.toMatch(/Globex|sk-emulator|plainkey/);
	});
});

describe('the models', () => {
	test('are asked for with the key, and only those that chat are listed', async () => {
		const models = await listModels({ send, baseUrl: api.url });
		expect(models).toContain('step-3.5-flash');
		expect(models.filter((id) => /tts|asr|image/.test(id))).toEqual([]);
	});

	test.each<[string, Fault, object]>([
		['a refused key', { status: 401 }, { status: 401, type: 'invalid_api_key' }],
		[
			'a web page',
			{ body: '<html>' },
			{ type: 'not_the_api', message: 'The server answered with something other than a list of models, a web page' },
		],
		['a reset', { resetBeforeHeaders: true }, { type: 'connection_failed' }],
	])('%s', async (_, fault, error) => {
		always(fault);
		await expect(listModels({ send, baseUrl: api.url })).rejects.toMatchObject({ name: 'StepfunError', ...error });
	});
});
