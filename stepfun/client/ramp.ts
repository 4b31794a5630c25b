/** Requests that may be sent at once to an account of which nothing is known yet. */
const FIRST = 8;
/** How many more each request that is let in makes room for: at first, and once a limit has been met and its size is known. */
const FIRST_GROWTH = 1;
const GROWTH = 2;
/** A request that has been under way for longer than an answer's beginning takes, and at least so long, in ms, was let in. */
const LEAST_GRACE_MS = 500;
const FIRST_GRACE_MS = 2_000;
/** Times differ from request to request. */
const SPREAD = 1.2;

/**
 * A slow start, so that a burst meets an unknown limit with few requests: how many may be under way of which nobody knows yet
 * whether they are refused. Each that is let in makes room for more.
 */
export class Ramp {
	/** When the requests were sent that are still in doubt, oldest first. */
	private doubtful: number[] = [];
	private allowed = FIRST;
	private growth = FIRST_GROWTH;
	/** How long it took until the server said something: refusals where there were some, else answers. */
	private responseMs: number | undefined;
	private lastStart = -Infinity;

	/** When the next request may be sent. */
	nextAt(now: number): number {
		const { graceMs } = this;
		while (this.doubtful.length > 0 && this.doubtful[0]! + graceMs <= now) {
			this.doubtful.shift();
			this.allowed += this.growth;
		}
		const allowed = Math.floor(this.allowed);
		if (this.doubtful.length >= allowed) return this.doubtful[0]! + graceMs;
		// What goes beyond a first handful goes out evenly, so that a refusal is back before all of it is sent.
		return this.doubtful.length < FIRST ? -Infinity : this.lastStart + LEAST_GRACE_MS / allowed;
	}

	started(now: number): void {
		this.doubtful.push(now);
		this.lastStart = now;
	}

	/** A request sent at that time was let in. */
	accepted(sentAt: number, now: number): void {
		if (!this.settle(sentAt)) return;
		this.responseMs = Math.max(this.responseMs ?? 0, now - sentAt);
		this.allowed += this.growth;
	}

	/** A request sent at that time was refused. */
	refused(sentAt: number, now: number): void {
		this.responseMs = now - sentAt;
	}

	/** A request sent at that time has ended, whatever came of it. */
	left(sentAt: number): void {
		this.settle(sentAt);
	}

	/** Begins anew, with so many requests; what is under way by now no longer counts. */
	restart(allowed: number): void {
		this.allowed = Math.min(this.allowed, allowed);
		this.doubtful = [];
		this.growth = GROWTH;
	}

	private get graceMs(): number {
		return this.responseMs === undefined ? FIRST_GRACE_MS : Math.max(LEAST_GRACE_MS, this.responseMs * SPREAD);
	}

	private settle(sentAt: number): boolean {
		const at = this.doubtful.indexOf(sentAt);
		if (at === -1) return false;
		this.doubtful.splice(at, 1);
		return true;
	}
}
