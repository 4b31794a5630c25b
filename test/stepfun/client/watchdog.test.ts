import { Watchdog, type WatchdogOptions } from '../../../stepfun/client/watchdog';
import { FakeClock } from '../../fake-clock';

let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
});
const watchdogOf = (options: Partial<WatchdogOptions> = {}): Watchdog =>
	new Watchdog({ clock, silenceMs: 0, totalMs: 0, ...options });

test('silence counts from the last sign on, and only while it is listened for', async () => {
	const watchdog = watchdogOf({ silenceMs: 1_000 });
	await clock.advance(5_000);
	watchdog.start();
	await clock.advance(900);
	watchdog.touch();
	await clock.advance(900);
	watchdog.stop();
	await clock.advance(5_000);
	expect(watchdog.signal.aborted).toBe(false);
	watchdog.start();
	await clock.advance(1_000);
	expect(watchdog.reason).toMatchObject({ type: 'timeout', message: 'The server sent nothing for 1 second' });
});

test('a pause holds even when the timer has gone off already', async () => {
	const deaf = { now: clock.now, random: clock.random, sleep: (ms: number) => clock.sleep(ms) };
	const watchdog = watchdogOf({ clock: deaf, silenceMs: 1_000 });
	watchdog.start();
	watchdog.stop();
	await clock.advance(5_000);
	expect(watchdog.signal.aborted).toBe(false);
});

test('the whole time counts from the start, pauses included', async () => {
	const watchdog = watchdogOf({ totalMs: 90_000 });
	await clock.advance(89_999);
	expect(watchdog.signal.aborted).toBe(false);
	await clock.advance(1);
	expect(watchdog.reason).toMatchObject({
		type: 'timeout',
		message: 'The completion took longer than Total Timeout (90 seconds)',
	});
});

test('without limits nothing ends', async () => {
	const watchdog = watchdogOf();
	watchdog.start();
	await clock.advance(10_000_000);
	expect(watchdog.signal.aborted).toBe(false);
});

test('limits beyond what a timer takes', async () => {
	const watchdog = watchdogOf({ totalMs: 2 ** 32 });
	await clock.advance(2 ** 32 - 1);
	expect(watchdog.signal.aborted).toBe(false);
	await clock.advance(1);
	expect(watchdog.signal.aborted).toBe(true);
});

test('Stop ends it with its own reason', () => {
	const stop = new AbortController();
	const watchdog = watchdogOf({ signal: stop.signal });
	stop.abort(new Error('by the user'));
	expect(watchdog.signal.aborted).toBe(true);
	expect(watchdog.reason).toMatchObject({ name: 'StepfunError', type: 'canceled' });
});

test('stopped, it ends nothing any more', async () => {
	const watchdog = watchdogOf({ silenceMs: 100, totalMs: 100 });
	watchdog.start();
	watchdog.close();
	await clock.advance(1_000);
	expect(watchdog.signal.aborted).toBe(false);
});
