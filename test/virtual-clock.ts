import { performance } from 'node:perf_hooks';
import type { Clock } from '../stepfun/client/clock';
import { FakeClock } from './fake-clock';

/**
 * A clock for tests with real sockets. Its time stands still while the process has anything to do, and otherwise
 * jumps to the next sleeper, by a second at most. What a test sees of it does not depend on how fast the machine is:
 * a minute of waiting takes a moment, and work takes no time at all. `now` is in ms since 1970.
 */
export function virtualClock(): Clock {
	const clock = new FakeClock();
	const start = Date.now();
	let running = false;
	const run = async (): Promise<void> => {
		running = true;
		while (clock.dueIn() < Infinity) {
			await idle();
			// Those who slept may be gone.
			const dueIn = clock.dueIn();
			if (dueIn < Infinity) await clock.advance(Math.min(dueIn, LONGEST_STEP_MS));
		}
		running = false;
	};
	return {
		now: () => start + clock.now(),
		random: Math.random,
		sleep(ms, signal) {
			const slept = clock.sleep(ms, signal);
			if (!running) void run();
			return slept;
		},
	};
}

/** Keeps limits of minutes out of reach of a pause that only looks idle. */
const LONGEST_STEP_MS = 1_000;
/** So many turns of the event loop and so long, in ms, without an event are idleness. */
const IDLE_TURNS = 20;
const IDLE_MS = 1;

/** Resolves when nothing comes from sockets and files, and nothing is expected from the system's threads. */
async function idle(): Promise<void> {
	let seen = events();
	let since = performance.now();
	for (let turns = 0; turns < IDLE_TURNS || performance.now() - since < IDLE_MS; turns += 1) {
		await new Promise((resolve) => setImmediate(resolve));
		if (seen === events() && !process.getActiveResourcesInfo().some((name) => name.includes('Req'))) continue;
		seen = events();
		since = performance.now();
		turns = -1;
	}
}

/** What the event loop has been told by the system so far. */
const events = (): number => performance.nodeTiming.uvMetricsInfo.events;
