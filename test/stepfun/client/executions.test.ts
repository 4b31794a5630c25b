import { Limiter } from '../../../stepfun/client/limiter';
import { complete } from '../../../stepfun/complete';
import { FakeClock } from '../../fake-clock';
import { atOnce, inWindow, serverOf, type LimitedServer } from './limited-server';

/** Many executions of one item each, which share the limits of their account. */
async function runExecutions(server: LimitedServer, { count = 300, spreadMs = 0, chance = 0.5 } = {}) {
	const clock = new FakeClock(chance);
	const { send, counts } = serverOf(clock, server);
	const limiter = new Limiter(clock);
	let failed = 0;
	const executions = Array.from({ length: count }, async (_, i) => {
		await clock.sleep((i * spreadMs) / count);
		const options = { send, baseUrl: 'http://a/v1', clock, lane: limiter.lane(), retries: 3, silenceMs: 0, totalMs: 0 };
		await complete({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, options).catch(() => (failed += 1));
	});
	const { ms } = await clock.until(Promise.all(executions));
	return { failed, wasted: counts.refused / counts.sent, seconds: ms / 1_000 };
}

const GENERIC = 'Too many requests';
const arrivals = [
	['at once', 0],
	['within 30 s', 30_000],
] as const;
const windows = [true, false].flatMap((sliding) => [true, false].map((counted) => ({ sliding, counted })));

describe.each(arrivals)('300 executions of one item that begin %s', (_, spreadMs) => {
	test.each<[string, LimitedServer['refuses'], number]>([
		['8 at a time', atOnce(8), 37.5],
		['8 at a time, Retry-After 1', atOnce(8, { retryAfter: '1' }), 37.5],
		['8 at a time, without a word about it', atOnce(8, { message: GENERIC }), 37.5],
		['8 at a time, without a word about it, Retry-After 1', atOnce(8, { message: GENERIC, retryAfter: '1' }), 37.5],
		['2 at a time', atOnce(2), 150],
		['15 at a time', atOnce(15), 31],
	])('%s: all done, few refused, in 1.3 times the ideal time', async (_, refuses, ideal) => {
		const { failed, wasted, seconds } = await runExecutions({ refuses }, { spreadMs });
		expect(failed).toBe(0);
		expect(wasted).toBeLessThan(0.15);
		expect(seconds).toBeLessThan(ideal * 1.3);
	});

	describe.each(windows)('60 in 10 s, %j', (window) => {
		// The 300th is sent 40 s after the 60th, and answered a second later.
		const ideal = 41 + (59 * spreadMs) / 300 / 1_000;

		test.each([undefined, GENERIC])('with Retry-After, "%s"', async (message) => {
			const refuses = inWindow(60, 10_000, { ...window, message, retryAfter: true });
			const { failed, wasted, seconds } = await runExecutions({ refuses }, { spreadMs });
			expect(failed).toBe(0);
			expect(wasted).toBeLessThan(0.15);
			expect(seconds).toBeLessThan(ideal * 1.3);
		});

		test.each([undefined, GENERIC])('without Retry-After, "%s"', async (message) => {
			const refuses = inWindow(60, 10_000, { ...window, message });
			const { failed, wasted, seconds } = await runExecutions({ refuses }, { spreadMs });
			expect(failed).toBe(0);
			expect(wasted).toBeLessThan(0.15);
			expect(seconds).toBeLessThan(ideal * 2);
		});
	});

	test.each([
		['20 in 5 s', 20, 5_000, 71],
		['100 in a minute', 100, 60_000, 121],
		['10 in a second', 10, 1_000, 31],
	])('%s', async (_, limit, windowMs, ideal) => {
		for (const retryAfter of [true, false]) {
			const { failed, wasted, seconds } = await runExecutions(
				{ refuses: inWindow(limit, windowMs, { retryAfter, message: retryAfter ? undefined : GENERIC }) },
				{ spreadMs },
			);
			expect(failed).toBe(0);
			expect(wasted).toBeLessThan(0.15);
			// Retry-After counts whole seconds, which is much beside a window of one.
			expect(seconds).toBeLessThan(ideal * (retryAfter && windowMs > 1_000 ? 1.3 : 2));
		}
	});

	test.each([0, 1])('whatever chance says: %j', async (chance) => {
		for (const refuses of [atOnce(8), inWindow(60, 10_000, { retryAfter: true }), inWindow(60, 10_000)]) {
			const { failed, wasted } = await runExecutions({ refuses }, { spreadMs, chance });
			expect(failed).toBe(0);
			expect(wasted).toBeLessThan(0.15);
		}
	});

	test('a server that limits nothing', async () => {
		const { seconds } = await runExecutions({ refuses: () => undefined }, { spreadMs });
		// Each second, as long as an answer takes, twice as many as before are under way.
		expect(seconds).toBeLessThan(spreadMs / 1_000 + 8);
	});
});
