import type { Clock } from './clock';
import { concurrencyLimited, rateLimited, type ApiError } from './errors';

export interface LimitOptions {
	/** At most so many chat requests in a window of so many milliseconds. Refused ones count too, as on the live API. */
	rateLimit?: { requests: number; windowMs: number };
	/** At most so many chat requests at a time; a place is held until the answer has ended. */
	concurrencyLimit?: number;
}

export interface Refusal {
	error: ApiError;
	/** Whole seconds after which a retry can succeed. */
	retryAfter: number;
}

/** The API's two limits: requests in a fixed window and answers under way. */
export class Limits {
	private windowStart = 0;
	private requests = 0;
	private running = 0;

	constructor(private readonly clock: Clock) {}

	/** Counts a request that arrives now; a refusal, or undefined and a place that `leave` gives back. */
	enter(options: LimitOptions): Refusal | undefined {
		const refusal = this.overRate(options) ?? this.overConcurrency(options);
		if (!refusal) this.running++;
		return refusal;
	}

	leave(): void {
		this.running--;
	}

	private overRate({ rateLimit }: LimitOptions): Refusal | undefined {
		if (!rateLimit) return undefined;
		const now = this.clock.now();
		if (this.requests === 0 || now - this.windowStart >= rateLimit.windowMs) {
			this.windowStart = now;
			this.requests = 0;
		}
		this.requests++;
		if (this.requests <= rateLimit.requests) return undefined;
		const left = this.windowStart + rateLimit.windowMs - now;
		return {
			error: rateLimited(this.requests, rateLimit.requests),
			retryAfter: Math.max(1, Math.ceil(left / 1000)),
		};
	}

	private overConcurrency({ concurrencyLimit }: LimitOptions): Refusal | undefined {
		if (concurrencyLimit === undefined || this.running < concurrencyLimit) return undefined;
		return { error: concurrencyLimited(this.running + 1, concurrencyLimit), retryAfter: 1 };
	}
}
