import type { Clock } from './clock';

/** Waits for a limit that names no time, in ms; all together they outlast a minute, jitter included. */
const BACKOFF_MS = [4_000, 8_000, 68_000] as const;
/** Longest time in ms from the first refusal to the end of the last wait, when nothing was let in between. */
export const LONGEST_HOLD_MS = 145_000;
/** How long after giving up others are spared a try of their own, in ms. */
const CLOSED_MS = 5_000;

/** What is known of a hold's length, in ms. */
export interface HoldLength {
	/** What the server asks for. */
	retryAfterMs?: number;
	/** When the limit is lifted for sure, and when at the earliest. */
	latest: number;
	earliest: number;
}

/**
 * What keeps all requests of an account back after a refusal by rate. Holds follow each other, longer each time, until a request
 * is let in; each ends with a single request that finds out.
 */
export class Hold {
	/** Requests refused after a hold was waited out, since one was let in. */
	private rounds = 0;
	private until = -Infinity;
	/** When the hold before this one ended. */
	private lastEnd = -Infinity;
	/** When this hold began, and when the first of its series did. */
	private begunAt = -Infinity;
	private since = -Infinity;
	/** How long this hold would last as the first of a series, in ms. */
	private firstMs = 0;
	private closedUntil = -Infinity;

	constructor(private readonly clock: Clock) {}

	/** When the next request may be sent. */
	get endsAt(): number {
		return this.until;
	}

	/** Whether a request with so many retries need not try now, since others have just found out. */
	isClosed(retries: number): boolean {
		return this.clock.now() < this.closedUntil && this.isUsedUp(Math.max(1, retries));
	}

	/**
	 * Whether a request with so many retries has waited for long enough: its holds are used up, or the next one would take too
	 * long.
	 */
	isUsedUp(retries: number): boolean {
		return this.rounds >= retries || this.until - this.since > LONGEST_HOLD_MS;
	}

	/**
	 * Takes note of a refusal; those of one burst count once. Returns whether a new hold begins with it.
	 *
	 * @param sentAt When the refused request was sent.
	 */
	refused(sentAt: number, length: HoldLength): boolean {
		const now = this.clock.now();
		if (this.since === -Infinity) {
			this.since = now;
			this.rounds = 0;
		} else if (sentAt < this.until) {
			this.until = Math.max(this.until, now + (length.retryAfterMs ?? 0));
			return false;
		} else this.rounds += 1;
		this.lastEnd = this.until;
		this.begunAt = now;
		this.firstMs = this.lengthMs(now, length, 0);
		this.until = now + (this.rounds === 0 ? this.firstMs : this.lengthMs(now, length, this.rounds));
		return true;
	}

	/** Nobody waits any longer; what comes soon fails without a try, what comes later tries once. */
	giveUp(): void {
		this.closedUntil = this.clock.now() + CLOSED_MS;
		this.until = -Infinity;
	}

	/** The same for a limit that no hold outlasts. */
	close(): void {
		this.rounds = Infinity;
		this.giveUp();
	}

	/** A request was let in that was sent at that time. Returns when the holds ended that it has ended, if any. */
	release(sentAt: number): number | undefined {
		if (sentAt >= this.until) {
			const endedAt = this.since === -Infinity ? undefined : Math.max(this.until, this.begunAt);
			this.rounds = 0;
			this.since = this.until = this.closedUntil = -Infinity;
			return endedAt;
		}
		// What was sent before this hold says nothing about its end, but that the one before was long enough.
		if (this.rounds > 0 && sentAt >= this.lastEnd) {
			this.rounds = 0;
			this.since = this.begunAt;
			this.until = this.begunAt + this.firstMs;
		}
		return undefined;
	}

	/** A time that the server names has proved too short when it was waited out in vain: then at least our own is waited. */
	private lengthMs(now: number, { retryAfterMs, earliest, latest }: HoldLength, round: number): number {
		const own = jittered(BACKOFF_MS[Math.min(round, BACKOFF_MS.length - 1)]!, this.clock);
		if (retryAfterMs === undefined) return Math.min(Math.max(own, earliest - now), latest - now);
		const named = retryAfterMs + Math.round(this.clock.random() * Math.min(1_000, retryAfterMs / 10));
		return round === 0 ? named : Math.max(named, own);
	}
}

/** From three quarters of a wait to the whole of it: keeps apart what would come at once. */
export const jittered = (ms: number, clock: Clock): number => Math.round(ms * (0.75 + clock.random() / 4));
