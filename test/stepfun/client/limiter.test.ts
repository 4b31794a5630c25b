import type { HttpResponse, Send } from '../../../stepfun/client/http';
import { Limiter, type LimiterOptions } from '../../../stepfun/client/limiter';
import pLimit from 'p-limit';
import { complete } from '../../../stepfun/complete';
import { FakeClock } from '../../fake-clock';
import { delta } from '../response/completion-of';

let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
});

const limiterOf = (options: Partial<LimiterOptions> = {}): Limiter =>
	new Limiter({ maxConcurrent: 5, requestsPerMinute: 0, clock, ...options });

interface Server {
	/** How long an answer takes, in ms. */
	answerMs?: number;
	/** Refuses a request by giving its 429's message and headers. */
	refuses(state: {
		now: number;
		underWay: number;
		starts: number[];
	}): { message: string; retryAfter?: string } | undefined;
}

/** A server on the fake clock that limits in some way; counts what it refused. */
function serverOf({ answerMs = 1_000, refuses }: Server) {
	const starts: number[] = [];
	let underWay = 0;
	const counts = { sent: 0, refused: 0, most: 0 };
	const response = (
		status: number,
		text: string,
		headers: HttpResponse['headers'] = {},
		afterMs = 0,
	): HttpResponse => ({
		status,
		headers,
		body: {
			async *[Symbol.asyncIterator]() {
				await clock.sleep(afterMs);
				if (status === 200) underWay -= 1;
				yield Buffer.from(text);
			},
			destroy() {},
		},
	});
	const send: Send = async () => {
		counts.sent += 1;
		starts.push(clock.now());
		const refusal = refuses({ now: clock.now(), underWay, starts });
		if (!refusal) counts.most = Math.max(counts.most, (underWay += 1));
		await clock.sleep(20);
		if (refusal) {
			counts.refused += 1;
			return response(
				429,
				JSON.stringify({ error: { message: refusal.message, type: 'rate_limited' } }),
				refusal.retryAfter === undefined ? {} : { 'retry-after': refusal.retryAfter },
			);
		}
		return response(200, delta({ content: 'a' }, 'stop'), {}, answerMs);
	};
	return { send, counts };
}

async function runItems(count: number, limiter: Limiter, send: Send, sideBySide = 5): Promise<number> {
	const window = pLimit(sideBySide);
	const options = { send, baseUrl: 'http://a/v1', clock, limiter, retries: 3, silenceMs: 0, totalMs: 0 };
	const items = Array.from({ length: count }, () =>
		window(() => complete({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, options)),
	);
	return (await clock.until(Promise.all(items))).ms;
}

const noLimit: Server = { refuses: () => undefined };

describe('the window', () => {
	test('holds so many tasks, and goes on as soon as one is done', async () => {
		const { send, counts } = serverOf(noLimit);
		expect(await runItems(20, limiterOf(), send)).toBe(4 * 1_020);
		expect(counts).toEqual({ sent: 20, refused: 0, most: 5 });
	});
});

describe('requests per minute', () => {
	test('no more than so many start within any minute', async () => {
		const { send, counts } = serverOf({
			answerMs: 100,
			refuses: ({ now, starts }) =>
				starts.filter((start) => start > now - 60_000).length > 10
					? { message: 'request limited RPM reached' }
					: undefined,
		});
		const ms = await runItems(25, limiterOf({ requestsPerMinute: 10 }), send);
		expect(counts.refused).toBe(0);
		expect(ms).toBeGreaterThanOrEqual(120_000);
		expect(ms).toBeLessThan(125_000);
	});

	test('a hold ends at once when the signal is aborted', async () => {
		const limiter = limiterOf({ requestsPerMinute: 1 });
		const stop = new AbortController();
		await limiter.turn();
		const second = limiter.turn(stop.signal);
		await clock.advance(1_000);
		stop.abort(new Error('stopped'));
		await expect(second).rejects.toThrow('stopped');
	});
});

describe('a limit of requests at a time', () => {
	const atOnce = (limit: number, message: (limit: number) => string, retryAfter?: string): Server => ({
		refuses: ({ underWay }) => (underWay >= limit ? { message: message(limit), retryAfter } : undefined),
	});
	const named = (limit: number): string =>
		`request limited concurrency reached, current: ${limit + 1}, limit: ${limit}`;
	const unnamed = (): string => 'Too many requests';

	test.each([
		['named', named, undefined, 9],
		['named, with Retry-After', named, '1', 9],
		['unnamed', unnamed, undefined, 17],
	])('%s: 100 items, 16 side by side, 8 allowed', async (_, message, retryAfter, mostRefused) => {
		const { send, counts } = serverOf(atOnce(8, message, retryAfter));
		const ms = await runItems(100, limiterOf({ maxConcurrent: 16 }), send, 16);
		expect(counts.sent).toBe(100 + counts.refused);
		expect(counts.refused).toBeLessThanOrEqual(mostRefused);
		expect(ms).toBeLessThan(Math.ceil(100 / 8) * 1_020 * 1.3);
	});

	test("places come back when the limit was another's for a while", async () => {
		const { send, counts } = serverOf({
			refuses: ({ now, underWay }) =>
				underWay >= (now < 5_000 ? 2 : 8) ? { message: 'concurrency reached' } : undefined,
		});
		await runItems(150, limiterOf({ maxConcurrent: 8 }), send, 8);
		expect(counts.most).toBe(8);
		expect(counts.refused / counts.sent).toBeLessThan(0.15);
	});

	test('a refusal alone on the line is waited for longer, and ends in its error', async () => {
		const { send, counts } = serverOf(atOnce(0, unnamed));
		const start = clock.now();
		await expect(runItems(1, limiterOf(), send)).rejects.toMatchObject({ status: 429, attempts: 4 });
		expect(counts.sent).toBe(4);
		expect(clock.now() - start).toBeGreaterThan(60_000);
	});
});

describe('a limit of requests in a time', () => {
	const message = (current: number, limit: number): string =>
		`request limited RPM reached, current: ${current}, limit: ${limit}. Please top up`;

	test.each([5, 10, 16])('60 in 10 s with Retry-After: 100 items, %i side by side', async (maxConcurrent) => {
		const windowMs = 10_000;
		const { send, counts } = serverOf({
			answerMs: 300,
			refuses({ now, starts }) {
				const inWindow = starts.filter((start) => Math.floor(start / windowMs) === Math.floor(now / windowMs)).length;
				return inWindow > 60
					? { message: message(inWindow, 60), retryAfter: String(Math.ceil((windowMs - (now % windowMs)) / 1_000)) }
					: undefined;
			},
		});
		const ms = await runItems(100, limiterOf({ maxConcurrent }), send, maxConcurrent);
		expect(counts.refused / counts.sent).toBeLessThan(0.15);
		expect(ms).toBeLessThan((windowMs + Math.ceil(40 / maxConcurrent) * 320) * 1.3);
	});

	test.each(['fixed', 'sliding'])(
		"StepFun's 10 in a minute (%s) without Retry-After, refused ones counted: 25 items, none lost, hardly one refused",
		async (kind) => {
			const { send, counts } = serverOf({
				refuses({ now, starts }) {
					const inWindow = starts.filter((start) =>
						kind === 'fixed' ? Math.floor(start / 60_000) === Math.floor(now / 60_000) : start > now - 60_000,
					).length;
					return inWindow > 10 ? { message: message(inWindow, 10) } : undefined;
				},
			});
			const ms = await runItems(25, limiterOf(), send);
			expect(counts.sent).toBe(25 + counts.refused);
			expect(counts.refused).toBeLessThanOrEqual(5);
			expect(ms).toBeLessThan(3 * 61_000 + 5_000);
		},
	);

	test('a minute that others have used up is outlasted', async () => {
		const { send, counts } = serverOf({
			refuses: ({ now }) =>
				now < 59_000 ? { message: 'request limited TPM reached, current: 5100000, limit: 5000000' } : undefined,
		});
		await runItems(5, limiterOf(), send);
		expect(counts.refused).toBeLessThanOrEqual(5 * 3);
	});

	test('a refusal of tokens teaches no number of requests', async () => {
		const { send } = serverOf({
			answerMs: 100,
			refuses: ({ starts }) =>
				starts.length === 3 ? { message: 'request limited TPM reached, current: 3, limit: 2' } : undefined,
		});
		expect(await runItems(20, limiterOf(), send)).toBeLessThan(10_000);
	});
});

test('a refused request uses up no try as long as others get through', async () => {
	const limiter = limiterOf();
	const other = await limiter.turn();
	let refusals = 0;
	const { send, counts } = serverOf({
		refuses() {
			if (refusals++ >= 10) return undefined;
			// Another one of the execution got through meanwhile.
			other.accepted();
			return { message: 'request limited RPM reached', retryAfter: '1' };
		},
	});
	await runItems(1, limiter, send);
	expect(counts).toMatchObject({ sent: 11, refused: 10 });
});
