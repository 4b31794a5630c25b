import { Watch, type WatchOptions } from '../../../stepfun/client/watchdog';
import { FakeClock } from '../../fake-clock';

let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
});
const watchOf = (options: Partial<WatchOptions> = {}): Watch =>
	new Watch({ clock, silenceMs: 0, totalMs: 0, ...options });

test('silence counts from the last sign on, and only while it is listened for', async () => {
	const watch = watchOf({ silenceMs: 1_000 });
	await clock.advance(5_000);
	watch.listen();
	await clock.advance(900);
	watch.sign();
	await clock.advance(900);
	watch.pause();
	await clock.advance(5_000);
	expect(watch.signal.aborted).toBe(false);
	watch.listen();
	await clock.advance(1_000);
	expect(watch.reason).toMatchObject({ type: 'timeout', message: 'The server sent nothing for 1 second' });
});

test('a pause holds even when the timer has gone off already', async () => {
	const deaf = { now: clock.now, random: clock.random, sleep: (ms: number) => clock.sleep(ms) };
	const watch = watchOf({ clock: deaf, silenceMs: 1_000 });
	watch.listen();
	watch.pause();
	await clock.advance(5_000);
	expect(watch.signal.aborted).toBe(false);
});

test('the whole time counts from the start, pauses included', async () => {
	const watch = watchOf({ totalMs: 90_000 });
	await clock.advance(89_999);
	expect(watch.signal.aborted).toBe(false);
	await clock.advance(1);
	expect(watch.reason).toMatchObject({
		type: 'timeout',
		message: 'The completion took longer than the 90 seconds of Total Timeout',
	});
});

test('without limits nothing ends', async () => {
	const watch = watchOf();
	watch.listen();
	await clock.advance(10_000_000);
	expect(watch.signal.aborted).toBe(false);
});

test('limits beyond what a timer takes', async () => {
	const watch = watchOf({ totalMs: 2 ** 32 });
	await clock.advance(2 ** 32 - 1);
	expect(watch.signal.aborted).toBe(false);
	await clock.advance(1);
	expect(watch.signal.aborted).toBe(true);
});

test('Stop ends it with its own reason', () => {
	const stop = new AbortController();
	const watch = watchOf({ signal: stop.signal });
	stop.abort(new Error('by the user'));
	expect(watch.signal.aborted).toBe(true);
	expect(watch.reason).toMatchObject({ name: 'StepfunError', type: 'canceled' });
});

test('stopped, it ends nothing any more', async () => {
	const watch = watchOf({ silenceMs: 100, totalMs: 100 });
	watch.listen();
	watch.stop();
	await clock.advance(1_000);
	expect(watch.signal.aborted).toBe(false);
});
