import type { Clock } from '../stepfun/client/clock';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
	private time = 0;
	private sleepers: Array<{ at: number; wake: () => void }> = [];

	constructor(private readonly chance = 0.5) {}

	now = (): number => this.time;

	random = (): number => this.chance;

	sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(signal.reason as Error);
			const stop = (): void => {
				this.sleepers = this.sleepers.filter((other) => other !== sleeper);
				reject(signal!.reason as Error);
			};
			const wake = (): void => {
				signal?.removeEventListener('abort', stop);
				resolve();
			};
			const sleeper = { at: this.time + ms, wake };
			this.sleepers.push(sleeper);
			signal?.addEventListener('abort', stop, { once: true });
		});

	/** ms until the next sleeper is due; Infinity when nobody sleeps. */
	dueIn(): number {
		return Math.min(...this.sleepers.map(({ at }) => Math.max(0, at - this.time)));
	}

	/** Goes on for so many ms; everything that is due on the way happens in its order. */
	async advance(ms: number): Promise<void> {
		const end = this.time + ms;
		for (;;) {
			await settled();
			const [next] = [...this.sleepers].sort((a, b) => a.at - b.at);
			if (!next || next.at > end) break;
			this.sleepers = this.sleepers.filter((other) => other !== next);
			this.time = Math.max(this.time, next.at);
			next.wake();
		}
		this.time = end;
	}

	/** Goes on until the work is done, and returns how long that took. At most a day. */
	async until<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
		const start = this.time;
		let done = false;
		void work.catch(() => {}).then(() => (done = true));
		while (!done && this.time - start < 86_400_000) {
			await settled();
			const [next] = [...this.sleepers].sort((a, b) => a.at - b.at);
			if (!done && next) await this.advance(next.at - this.time);
		}
		return { result: await work, ms: this.time - start };
	}
}

/** Everything that is not waiting for time has happened. */
async function settled(): Promise<void> {
	for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
