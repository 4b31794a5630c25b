/** A minute, and a second for clocks and networks that are not even. */
const MINUTE_MS = 61_000;
/** How long a learned rate is kept to before one request more is tried, in ms; twice as long each time that this is refused. */
const TRIED_AFTER_MS = 150_000;
const MOST_PATIENCE_MS = 1_200_000;
/** The same after a trial that was let in: the limit has been lifted, or was never as low. */
const TRIED_AGAIN_AFTER_MS = 30_000;
const GROWTH = 1.25;

interface LearnedRate {
	requests: number;
	inMs: number;
	/** Whether the server names it, or a trial has been refused; one refusal alone may be a passing one. */
	isConfirmed: boolean;
}

/** A request that was sent. */
export interface Start {
	at: number;
	/** Counted from the account's first one. */
	position: number;
	/** Whether it is one more than the learned rate allows. */
	isTrial: boolean;
}

/** What a refusal says about a rate: how many requests, and since when they were counted. */
interface Lesson {
	named: number | undefined;
	since: number;
}

/**
 * How many requests may start within a time: what users have set for the account, and what refusals have taught. A refusal ends a
 * cycle; the first request that is let in after its hold tells how long the cycle was, and begins the next.
 */
export class Rate {
	/** When requests were sent, oldest first, as far back as a limit may ask. Refused ones count, as they do with StepFun. */
	private starts: number[] = [];
	private count = 0;
	private learned: LearnedRate | undefined;
	private lesson: Lesson | undefined;
	private cycle = { start: -Infinity, sent: 0, refused: 0, fitting: Infinity };
	private patienceMs = TRIED_AFTER_MS;
	private triedAt = -Infinity;
	private isTrying = false;

	/**
	 * When the next request may be sent.
	 *
	 * @param perMinute The lowest limit that someone has set; Infinity for none.
	 */
	nextAt(now: number, perMinute: number): number {
		this.forget(now);
		return Math.max(this.freeAt(perMinute, MINUTE_MS), this.isTrialDue(now) ? -Infinity : this.learnedAt());
	}

	/** Notes that a request is sent. */
	started(at: number): Start {
		const isTrial = this.learnedAt() > at;
		if (isTrial) {
			this.isTrying = true;
			this.triedAt = at;
		}
		this.starts.push(at);
		this.count += 1;
		// A cycle that has lasted for as long as the limit's time without a refusal is over.
		if (at >= this.cycle.start + (this.learned?.inMs ?? Infinity)) this.beginCycle(at);
		if (this.cycle.start === -Infinity) this.cycle.start = at;
		this.cycle.sent += 1;
		return { at, position: this.count, isTrial };
	}

	accepted({ isTrial }: Start): void {
		if (!isTrial || !this.learned) return;
		const { requests, isConfirmed } = this.learned;
		this.learned = isConfirmed ? { ...this.learned, requests: Math.ceil(requests * GROWTH) } : undefined;
		this.patienceMs = TRIED_AGAIN_AFTER_MS;
	}

	/** A request has ended. */
	left({ isTrial }: Start): void {
		if (isTrial) this.isTrying = false;
	}

	/** Counts a refusal, whatever it is about. */
	refused(): void {
		this.cycle.refused += 1;
		this.cycle.fitting = Math.min(this.cycle.fitting, this.cycle.sent - this.cycle.refused);
	}

	/**
	 * A refusal by rate has begun a hold.
	 *
	 * @param named How many requests the server says are its limit.
	 */
	met(now: number, { isTrial, position }: Start, named: number | undefined): void {
		this.triedAt = now;
		if (isTrial && this.learned) {
			const patienceMs = this.learned.isConfirmed ? Math.max(this.patienceMs, TRIED_AFTER_MS) * 2 : TRIED_AFTER_MS;
			this.patienceMs = Math.min(patienceMs, MOST_PATIENCE_MS);
			this.learned = { ...this.learned, isConfirmed: true };
			return;
		}
		// What was kept to and refused all the same is not the limit.
		this.learned = undefined;
		const first = this.starts[this.starts.length - 1 - (this.count - position) - (named ?? Infinity)];
		const since = first ?? this.cycle.start;
		if (now - since <= MINUTE_MS) this.lesson = { named, since };
	}

	/** A request was let in that was sent after a hold, and the hold had ended at that time. */
	resumed(sentAt: number, endedAt: number): void {
		const { lesson, cycle } = this;
		this.lesson = undefined;
		this.beginCycle(sentAt);
		this.cycle.sent = 1;
		const requests = lesson?.named ?? cycle.fitting;
		if (!lesson || requests < 1 || requests === Infinity) return;
		const inMs = Math.min(endedAt - lesson.since, MINUTE_MS);
		this.learned = { requests, inMs, isConfirmed: lesson.named !== undefined };
	}

	/** When a limit of so many requests per minute lets the next one in, as far as it is ours; Infinity when it should already. */
	minuteEndsAt(now: number, requests: number): number {
		const end = Math.max(this.cycle.start + MINUTE_MS, this.freeAt(requests, MINUTE_MS));
		return end > now ? end : Infinity;
	}

	private beginCycle(start: number): void {
		this.cycle = { start, sent: 0, refused: 0, fitting: Infinity };
	}

	private learnedAt(): number {
		return this.learned ? this.freeAt(this.learned.requests, this.learned.inMs) : -Infinity;
	}

	private isTrialDue(now: number): boolean {
		if (this.isTrying || !this.learned) return false;
		if (this.learned.isConfirmed) return now - this.triedAt >= this.patienceMs;
		return this.cycle.sent >= this.learned.requests;
	}

	private freeAt(requests: number, inMs: number): number {
		const oldest = this.starts[this.starts.length - requests];
		return oldest === undefined ? -Infinity : oldest + inMs;
	}

	private forget(now: number): void {
		const since = now - Math.max(MINUTE_MS, this.learned?.inMs ?? 0);
		if (this.starts.length === 0 || this.starts[0]! > since) return;
		const kept = this.starts.findIndex((start) => start > since);
		this.starts = kept === -1 ? [] : this.starts.slice(kept);
	}
}
