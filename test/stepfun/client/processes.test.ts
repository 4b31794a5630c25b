import { Limiter } from '../../../stepfun/client/limiter';
import { complete } from '../../../stepfun/complete';
import { FakeClock } from '../../fake-clock';
import { atOnce, inWindow, serverOf, type LimitedServer } from './limited-server';

interface Fleet {
	workers: number;
	/** Executions at a time in each. */
	concurrency?: number;
	/** Requests per Minute in each. */
	requestsPerMinute?: number;
}

/** Chance that is the same in each run, and not the same for all who ask. */
function chanceFrom(seed: number): () => number {
	let state = seed;
	return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** 300 executions of one item that processes share, each of which has to find out the account's limits for itself. */
async function runFleet(server: LimitedServer, { workers, concurrency = 10, requestsPerMinute = 0 }: Fleet, seed = 1) {
	const clock = new FakeClock();
	clock.random = chanceFrom(seed);
	const { send, counts } = serverOf(clock, server);
	let left = 300;
	let failed = 0;
	const work = async (limiter: Limiter): Promise<void> => {
		while (left > 0) {
			left -= 1;
			const lane = limiter.lane({ requestsPerMinute });
			const options = { send, baseUrl: 'http://a/v1', clock, lane, retries: 3, silenceMs: 0, totalMs: 0 };
			await complete({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, options).catch(() => (failed += 1));
		}
	};
	const fleet = Array.from({ length: workers }, () => {
		const limiter = new Limiter(clock);
		return Promise.all(Array.from({ length: concurrency }, () => work(limiter)));
	});
	const { ms } = await clock.until(Promise.all(fleet));
	return { failed, wasted: counts.refused / counts.sent, seconds: ms / 1_000 };
}

describe.each([1, 2, 4])('300 executions over %d workers', (workers) => {
	test.each<[string, () => LimitedServer['refuses']]>([
		['8 at a time', () => atOnce(8)],
		['8 at a time, without a word about it', () => atOnce(8, { message: 'Too many requests' })],
		['60 in 10 s', () => inWindow(60, 10_000)],
		['60 in 10 s, sliding', () => inWindow(60, 10_000, { sliding: true })],
		['60 in 10 s, with Retry-After', () => inWindow(60, 10_000, { retryAfter: true })],
	])('%s, without settings: all done, at most a quarter refused', async (_, refusals) => {
		for (const seed of [1, 2, 3]) {
			const { failed, wasted } = await runFleet({ refuses: refusals() }, { workers }, seed);
			expect(failed).toBe(0);
			expect(wasted).toBeLessThan(0.25);
		}
	});

	test("8 at a time, workers' concurrencies that add up to it: none refused, in the ideal time", async () => {
		const { failed, wasted, seconds } = await runFleet({ refuses: atOnce(8) }, { workers, concurrency: 8 / workers });
		expect({ failed, wasted }).toEqual({ failed: 0, wasted: 0 });
		expect(seconds).toBeLessThan(37.5 * 1.1);
	});

	test.each([true, false])(
		'60 in a minute, Requests per Minute divided by workers: none refused (%j)',
		async (sliding) => {
			const { failed, wasted, seconds } = await runFleet(
				{ refuses: inWindow(60, 60_000, { sliding }) },
				{ workers, requestsPerMinute: 60 / workers },
			);
			expect({ failed, wasted }).toEqual({ failed: 0, wasted: 0 });
			// The last places of one may stand open while the next minute of another is waited for.
			expect(seconds).toBeLessThan(240 + 70);
		},
	);
});
