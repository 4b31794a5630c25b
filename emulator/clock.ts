import { setTimeout as wait } from 'node:timers/promises';

/** The time that an emulator lives in. */
export interface Clock {
	/** ms since 1970. */
	now(): number;
	/** Resolves after `ms`; rejects as soon as the signal is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) => wait(ms, undefined, { signal }),
};
