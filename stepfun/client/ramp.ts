/** Requests that may be sent at once to an account of which nothing is known yet. */
const FIRST = 8;
/** A request that has been under way for so long, in ms, without a refusal is taken for let in; longer while nothing was let in yet. */
const GRACE_MS = 500;
const FIRST_GRACE_MS = 2_000;
/** How many more each request that is let in makes room for. */
const GROWTH = 2;

/**
 * A slow start, so that a burst meets an unknown limit with few requests: how many may be under way of which nobody knows yet
 * whether they are refused. Each that is let in makes room for more.
 */
export class Ramp {
	/** When the requests were sent that are still in doubt, oldest first. */
	private doubtful: number[] = [];
	private allowed = FIRST;
	private graceMs = FIRST_GRACE_MS;
	private lastStart = -Infinity;

	/** When the next request may be sent. */
	nextAt(now: number): number {
		while (this.doubtful.length > 0 && this.doubtful[0]! + this.graceMs <= now) {
			this.doubtful.shift();
			this.allowed += GROWTH;
		}
		if (this.doubtful.length >= this.allowed) return this.doubtful[0]! + this.graceMs;
		// What goes beyond a first handful goes out evenly, so that a refusal is back before all of it is sent.
		return this.doubtful.length < FIRST ? -Infinity : this.lastStart + this.graceMs / this.allowed;
	}

	started(now: number): void {
		this.doubtful.push(now);
		this.lastStart = now;
	}

	/** A request sent at that time was let in. */
	accepted(sentAt: number): void {
		if (!this.settle(sentAt)) return;
		this.graceMs = GRACE_MS;
		this.allowed += GROWTH;
	}

	/** A request sent at that time has ended: refused, failed, or canceled. */
	left(sentAt: number): void {
		this.settle(sentAt);
	}

	/** Begins anew, with so many requests; what is under way by now no longer counts. */
	restart(allowed: number): void {
		this.allowed = Math.min(this.allowed, allowed);
		this.doubtful = [];
		this.graceMs = FIRST_GRACE_MS;
	}

	private settle(sentAt: number): boolean {
		const at = this.doubtful.indexOf(sentAt);
		if (at === -1) return false;
		this.doubtful.splice(at, 1);
		return true;
	}
}
