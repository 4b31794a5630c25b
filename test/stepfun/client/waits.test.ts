import fc from 'fast-check';
import pLimit from 'p-limit';
import type { HttpResponse, Send } from '../../../stepfun/client/http';
import { Limiter, type Lane } from '../../../stepfun/client/limiter';
import { complete, type CompleteOptions } from '../../../stepfun/complete';
import type { StepfunError } from '../../../stepfun/errors';
import { FakeClock } from '../../fake-clock';
import { delta } from '../response/completion-of';
import { atOnce, inWindow, serverOf } from './limited-server';

// Every wait has an end, and what one request has found out is not found out again by the others.

let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
});

interface Answer {
	status: number;
	body: string;
	headers?: HttpResponse['headers'];
	/** Cuts the connection after the body. */
	cut?: boolean;
}

/** Answers each request with what is next, after 20 ms; counts them. */
function answering(next: (i: number) => Answer) {
	const counts = { sent: 0 };
	const send: Send = async () => {
		const { status, body, headers = {}, cut } = next(counts.sent++);
		await clock.sleep(20);
		return {
			status,
			headers,
			body: {
				async *[Symbol.asyncIterator]() {
					yield Buffer.from(body);
					if (cut) throw new Error('socket hang up');
				},
				destroy() {},
			},
		};
	};
	return { send, counts };
}

const ask = (send: Send, lane: Lane, options: Partial<CompleteOptions> = {}) =>
	complete(
		{ model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
		{ send, baseUrl: 'http://a/v1', clock, lane, retries: 3, silenceMs: 0, totalMs: 0, ...options },
	);

const refused = (message: string, headers: HttpResponse['headers'] = {}, type = 'rate_limited'): Answer => ({
	status: 429,
	body: JSON.stringify({ error: { message, type } }),
	headers,
});
const frame = (error: object): Answer => ({ status: 200, body: `data: ${JSON.stringify({ error })}\n\n` });
const document = (error: object): Answer => ({ status: 200, body: JSON.stringify({ error }) });

const CONSTANT: Array<[string, Answer]> = [
	['a rate', refused('request limited RPM reached, current: 11, limit: 10')],
	['a rate, Retry-After 0', refused('request limited RPM reached', { 'retry-after': '0' })],
	['a rate, Retry-After 1', refused('request limited RPM reached', { 'retry-after': '1' })],
	['a rate, Retry-After 60', refused('request limited RPM reached', { 'retry-after': '60' })],
	['a rate, Retry-After 140', refused('request limited RPM reached', { 'retry-after': '140' })],
	['a rate, Retry-After of hours', refused('request limited RPM reached', { 'retry-after': '7200' })],
	['tokens', refused('request limited TPM reached, current: 5100000, limit: 5000000')],
	['requests at a time, limit 0', refused('request limited concurrency reached, current: 1, limit: 0')],
	['requests at a time, with Retry-After', refused('concurrency reached, limit: 8', { 'retry-after': '1' })],
	['no word about it', refused('Too many requests')],
	['no word about it, Retry-After 2', refused('Too many requests', { 'retry-after': '2' })],
	['no body', { status: 429, body: '' }],
	['requests a day', refused('request limited RPD reached, current: 101, limit: 100')],
	['a quota', refused('You exceeded your current quota', {}, 'insufficient_quota')],
	['the balance', { status: 402, body: JSON.stringify({ error: { message: 'No balance', type: 'quota_exceeded' } }) }],
	['a refusal in the first event', frame({ message: 'slow down', type: 'rate_limited' })],
	['a refusal in the first event, by code', frame({ message: 'slow down', code: 429 })],
	['a refusal in a document', document({ message: 'slow down', code: 429 })],
];

describe.each(CONSTANT)('a server that always refuses: %s', (_, answer) => {
	const words = /"message":"([^"]+)"/.exec(answer.body)?.[1] ?? 'The server answered with status 429';

	test.each([
		['100 items, 5 side by side', 5],
		['100 executions of one item', Infinity],
	])("%s: within 2.5 minutes and 20 requests, each item with the server's words", async (_, sideBySide) => {
		const { send, counts } = answering(() => answer);
		const limiter = new Limiter(clock);
		const lane = limiter.lane();
		const window = pLimit(sideBySide === Infinity ? 100 : sideBySide);
		const errors = Array.from({ length: 100 }, () =>
			window(() =>
				ask(send, sideBySide === Infinity ? limiter.lane() : lane).then(
					() => undefined,
					(error: StepfunError) => error.message,
				),
			),
		);
		const { result, ms } = await clock.until(Promise.all(errors));
		expect(result.filter((message) => message?.startsWith(words))).toHaveLength(100);
		expect(counts.sent).toBeLessThanOrEqual(20);
		expect(ms).toBeLessThan(150_000);
	});

	test('what comes later tries once, and what comes after the limit is lifted goes through', async () => {
		let lifted = false;
		const { send, counts } = answering(() =>
			lifted ? { status: 200, body: delta({ content: 'a' }, 'stop') } : answer,
		);
		const lane = new Limiter(clock).lane();
		await clock.until(ask(send, lane).catch(() => {}));
		await clock.advance(30_000);
		counts.sent = 0;
		const { ms } = await clock.until(ask(send, lane).catch(() => {}));
		expect(counts.sent).toBeLessThanOrEqual(1);
		expect(ms).toBeLessThan(150_000);
		lifted = true;
		await clock.advance(200_000);
		const { result } = await clock.until(ask(send, lane));
		expect(result.choices[0]!.message.content).toBe('a');
	});
});

test('a quota that is used up is not asked for again, and says what to do', async () => {
	for (const message of [
		'insufficient balance',
		'You exceeded your current quota, please check your plan',
		'RPD reached',
	]) {
		const { send, counts } = answering(() => refused(message));
		const { result } = await clock.until(ask(send, new Limiter(clock).lane()).catch((error: StepfunError) => error));
		expect(result).toMatchObject({
			status: 429,
			retryable: false,
			attempts: 1,
			hint: expect.stringMatching(/quota/),
		});
		expect(counts.sent).toBe(1);
	}
});

test('a limit by the day that says when it ends is waited for', async () => {
	const { send } = answering((i) =>
		i === 0 ? refused('RPD reached', { 'retry-after': '20' }) : { status: 200, body: delta({ content: 'a' }, 'stop') },
	);
	const { ms } = await clock.until(ask(send, new Limiter(clock).lane()));
	expect(ms).toBeGreaterThan(20_000);
});

test.each(['0', '1'])('a Retry-After of %s against a window of 10 s loses no item', async (retryAfter) => {
	const rule = inWindow(10, 10_000);
	const { send } = serverOf(clock, { refuses: (state) => rule(state) && { message: 'Too many requests', retryAfter } });
	const lane = new Limiter(clock).lane();
	const window = pLimit(5);
	const { result } = await clock.until(Promise.all(Array.from({ length: 40 }, () => window(() => ask(send, lane)))));
	expect(result).toHaveLength(40);
});

test('those who wait for the same Retry-After do not come back in step', async () => {
	const starts: number[] = [];
	const send: Send = async () => {
		starts.push(clock.now());
		await clock.sleep(20);
		const {
			status,
			body,
			headers = {},
		} = starts.length <= 8
			? refused('RPM reached', { 'retry-after': '5' })
			: { status: 200, body: delta({ content: 'a' }, 'stop') };
		return {
			status,
			headers,
			body: {
				async *[Symbol.asyncIterator]() {
					yield Buffer.from(body);
				},
				destroy() {},
			},
		};
	};
	const limiter = new Limiter(clock);
	await clock.until(Promise.all(Array.from({ length: 8 }, () => ask(send, limiter.lane()))));
	expect(starts[8]).toBeGreaterThan(5_020);
	expect(starts.filter((at) => at === starts[8])).toHaveLength(1);
});

test('a learned limit is tried a little higher after some minutes, so that a lifted one holds nobody back', async () => {
	const { send } = serverOf(clock, {
		answerMs: 100,
		refuses: ({ starts }) =>
			starts.length === 11 ? { message: 'request limited RPM reached, current: 11, limit: 10' } : undefined,
	});
	const lane = new Limiter(clock).lane();
	const window = pLimit(5);
	const { ms } = await clock.until(Promise.all(Array.from({ length: 1_000 }, () => window(() => ask(send, lane)))));
	// At 10 a minute it would take 100 minutes.
	expect(ms).toBeLessThan(25 * 60_000);
});

test('a clock that stands still or goes on evenly is all that is asked of: no wait depends on the date', async () => {
	jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'], now: 0 });
	try {
		const { send } = answering((i) => {
			jest.setSystemTime(new Date(2020, 0, 1 + i));
			return i === 0 ? refused('RPM', { 'retry-after': '3' }) : { status: 200, body: delta({ content: 'a' }, 'stop') };
		});
		const { ms } = await clock.until(ask(send, new Limiter(clock).lane()));
		expect(ms).toBeGreaterThan(3_000);
		expect(ms).toBeLessThan(4_000);
	} finally {
		jest.useRealTimers();
	}
});

describe('lanes take turns', () => {
	test('a single item does not wait behind a run of 500', async () => {
		const { send } = serverOf(clock, { refuses: atOnce(4) });
		const limiter = new Limiter(clock);
		const run = limiter.lane();
		const window = pLimit(16);
		const long = Promise.all(Array.from({ length: 500 }, () => window(() => ask(send, run))));
		const waits: number[] = [];
		const single = Array.from({ length: 20 }, async (_, i) => {
			await clock.sleep(5_000 + i * 3_000);
			const start = clock.now();
			await ask(send, limiter.lane());
			waits.push(clock.now() - start - 1_020);
		});
		await clock.until(Promise.all(single));
		waits.sort((a, b) => a - b);
		expect(waits[10]).toBeLessThan(1_020);
		await clock.until(long);
	});

	test('the lowest Requests per Minute of those at work holds for the account, and ends with its lane', async () => {
		const { send } = serverOf(clock, { answerMs: 100, refuses: () => undefined });
		const limiter = new Limiter(clock);
		const slow = limiter.lane({ requestsPerMinute: 6 });
		const work = Promise.all([...Array(8)].map((_, i) => ask(send, i % 2 === 0 ? slow : limiter.lane())));
		const { ms } = await clock.until(work);
		expect(ms).toBeGreaterThan(60_000);
		const { ms: after } = await clock.until(Promise.all([...Array(8)].map(() => ask(send, limiter.lane()))));
		expect(after).toBeLessThan(1_000);
	});

	test('Stop frees the place and the waiting of its execution at once', async () => {
		const { send } = serverOf(clock, { refuses: atOnce(1) });
		const limiter = new Limiter(clock);
		const stop = new AbortController();
		const stopped = [1, 2, 3].map(() =>
			ask(send, limiter.lane(), { signal: stop.signal }).catch((error: StepfunError) => error.type),
		);
		await clock.advance(500);
		stop.abort();
		await clock.advance(1);
		expect(await Promise.all(stopped)).toEqual(['canceled', 'canceled', 'canceled']);
		expect(limiter.idleMs).toBeGreaterThan(0);
		await clock.advance(2_000);
		const { ms } = await clock.until(ask(send, limiter.lane()));
		expect(ms).toBeLessThan(1_100);
	});
});

describe('whatever a server answers', () => {
	const retryAfter = fc.option(
		fc.oneof(
			fc.integer({ min: 0, max: 400 }).map(String),
			fc.constantFrom('0x10', '1e3', '-1', 'soon', 'Sat, 21 Nov 2026 00:00:30 GMT', '', '1.5', '9'.repeat(30)),
		),
		{ nil: undefined },
	);
	const message = fc.constantFrom(
		'request limited RPM reached, current: 11, limit: 10',
		'concurrency reached, limit: 0',
		'request limited concurrency reached, current: 3, limit: 2',
		'TPM reached',
		'RPD reached',
		'Too many requests',
		'You exceeded your current quota',
	);
	const answer: fc.Arbitrary<Answer> = fc.oneof(
		fc
			.record({ message, retryAfter })
			.map(({ message, retryAfter }) =>
				refused(
					message,
					retryAfter === undefined ? {} : { 'retry-after': retryAfter, date: 'Sat, 21 Nov 2026 00:00:00 GMT' },
				),
			),
		message.map((text) => frame({ message: text, code: 429 })),
		message.map((text) => document({ message: text, type: 'rate_limited' })),
		fc.constantFrom(500, 502, 503, 408).map((status) => ({ status, body: 'busy' })),
		retryAfter.map((value) => ({
			status: 503,
			body: '',
			...(value !== undefined && { headers: { 'retry-after': value } }),
		})),
		fc.constant<Answer>({ status: 200, body: 'data: {"choices":[]}\n\n', cut: true }),
		fc.constant<Answer>({ status: 200, body: '' }),
		fc.constant<Answer>({ status: 200, body: delta({ content: 'a' }, 'stop') }),
		fc.constant<Answer>({ status: 400, body: '{"error":{"message":"no"}}' }),
	);

	test('a request is sent a bounded number of times, and ends', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(answer, { minLength: 1, maxLength: 30 }),
				fc.integer({ min: 0, max: 10 }),
				fc.integer({ min: 1, max: 8 }),
				fc.double({ min: 0, max: 0.999, noNaN: true }),
				async (answers, retries, count, chance) => {
					clock = new FakeClock(chance);
					const { send, counts } = answering((i) => answers[i % answers.length]!);
					const limiter = new Limiter(clock);
					const calls = Array.from({ length: count }, () =>
						ask(send, limiter.lane(), { retries }).then(
							() => 1,
							(error: StepfunError) => error.attempts,
						),
					);
					const { result, ms } = await clock.until(Promise.all(calls));
					// Faults, holds, and refusals while others get through: see `call`.
					const mostSends = retries === 0 ? 1 : 2 * retries + 1 + 16;
					for (const attempts of result) expect(attempts).toBeLessThanOrEqual(mostSends);
					expect(counts.sent).toBeLessThanOrEqual(count * mostSends);
					// No wait is longer than 145 s, and each send is followed by one at most; a wait for others is theirs.
					expect(ms).toBeLessThanOrEqual(count * mostSends * 146_000);
				},
			),
			{ numRuns: 300 },
		);
	}, 60_000);
});
