/** Time and chance, handed in: n8n forbids timers of one's own, and tests want to decide. */
export interface Clock {
	/** ms; only differences count. */
	now(): number;
	/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** From 0 to 1, for jitter. */
	random(): number;
}
