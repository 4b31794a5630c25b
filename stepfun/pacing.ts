import pLimit from 'p-limit';

/** Time and chance, handed in: n8n forbids timers of one's own, and tests want to decide. */
export interface Clock {
	/** ms; only differences count. */
	now(): number;
	/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** From 0 to 1, for jitter. */
	random(): number;
}

export interface PacerOptions {
	/** How many tasks run side by side at most. */
	maxConcurrent: number;
	/** How many requests may start within any minute; 0 for no limit. */
	requestsPerMinute: number;
	clock: Clock;
	signal?: AbortSignal;
}

const MINUTE_MS = 60_000;
/** A burst of refusals leaves this share of the window; so many successes for each task in it widen it by one again. */
const NARROW_BY = 0.7;
const SUCCESSES_TO_WIDEN = 2;

/**
 * Paces the requests of one execution: a window of tasks side by side, and one memory of what the server has refused.
 *
 * A refusal of parallelism narrows the window, once per burst, while the refused request waits in its slot. A refusal by rate
 * (requests or tokens per minute) holds every new request until the wait is over.
 */
export class Pacer {
	private readonly limit: ReturnType<typeof pLimit>;
	private readonly starts: number[] = [];
	private heldUntil = -Infinity;
	private narrowedUntil = -Infinity;
	private successes = 0;

	constructor(private readonly options: PacerOptions) {
		this.limit = pLimit(options.maxConcurrent);
	}

	/** Runs a task as soon as the window has room; one that has not begun when the signal is aborted never does. */
	run<Result>(task: () => Promise<Result>): Promise<Result> {
		return this.limit(async () => {
			this.options.signal?.throwIfAborted();
			return await task();
		});
	}

	/** Resolves when the next request may be sent; awaited before each, retries included. */
	async admit(): Promise<void> {
		const { clock, signal } = this.options;
		for (let wait = this.waitMs(); wait > 0; wait = this.waitMs()) await clock.sleep(wait, signal);
		signal?.throwIfAborted();
		if (this.options.requestsPerMinute > 0) this.starts.push(clock.now());
	}

	/** Takes note of a request that was not refused. */
	accepted(): void {
		if (this.limit.concurrency >= this.options.maxConcurrent) return;
		this.successes += 1;
		if (this.successes < SUCCESSES_TO_WIDEN * this.limit.concurrency) return;
		this.successes = 0;
		this.limit.concurrency += 1;
	}

	/** Takes note of a 429 whose sender waits for `waitMs`. */
	refused(byRate: boolean, waitMs: number): void {
		const now = this.options.clock.now();
		this.successes = 0;
		if (byRate) this.heldUntil = Math.max(this.heldUntil, now + waitMs);
		else if (now >= this.narrowedUntil) {
			// The others of the same burst are refused while this one waits, and are the same sign.
			this.narrowedUntil = now + waitMs;
			this.limit.concurrency = Math.max(1, Math.floor(this.limit.concurrency * NARROW_BY));
		}
	}

	/** How long, in ms, the next request still has to wait. */
	private waitMs(): number {
		const { clock, requestsPerMinute } = this.options;
		const now = clock.now();
		while (this.starts.length > 0 && this.starts[0]! <= now - MINUTE_MS) this.starts.shift();
		const oldest = requestsPerMinute > 0 ? this.starts[this.starts.length - requestsPerMinute] : undefined;
		return Math.max(this.heldUntil - now, oldest === undefined ? 0 : oldest + MINUTE_MS - now);
	}
}

/** Whether a 429 speaks of a rate and not of how many requests run side by side (recorded: "request limited RPM reached"). */
export const isRateRefusal = (message: string): boolean => /\b(?:RPM|RPD|TPM|TPD|per (?:second|minute|hour|day))\b/i.test(message);
