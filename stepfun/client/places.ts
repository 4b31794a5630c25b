/** So many successes for each place give one place more; twice as many after each time that this was refused. */
const SUCCESSES_TO_WIDEN = 2;
const MOST_PATIENCE = 64;
/** How long a limit that the server has named is kept to, in ms; then one place more is tried. */
const NAMED_FOR_MS = 300_000;

/**
 * How many requests may be under way at a time. Unlimited until a refusal; then as many as were not refused. Places come back one
 * by one, more slowly after each refusal, and not beyond a limit that the server has named in the last minutes.
 */
export class Places {
	private count = Infinity;
	private named: { limit: number; at: number } | undefined;
	private successes = 0;
	private patience = SUCCESSES_TO_WIDEN;
	/** Whether a place was given since the last refusal. */
	private widened = false;

	get areLimited(): boolean {
		return this.count < Infinity;
	}

	/** Whether so many others left few places, if any: how many there are is known only roughly. */
	areTaken(others: number): boolean {
		return others >= this.count / 2;
	}

	/** Whether there is a place beside so many others. */
	has(underWay: number): boolean {
		return underWay < this.count;
	}

	/** @param others Requests that were under way beside the refused one. */
	narrow(others: number, named: number | undefined, now: number): void {
		if (named !== undefined) this.named = { limit: named, at: now };
		const count = Math.max(1, Math.min(others, named ?? Infinity));
		if (count >= this.count) return;
		this.count = count;
		// A burst is one sign, however many of its requests are refused; only one that was provoked by a new place asks for patience.
		if (this.widened) this.patience = Math.min(this.patience * 2, MOST_PATIENCE);
		this.widened = false;
		this.successes = 0;
	}

	accepted(now: number): void {
		if (this.count >= this.ceiling(now)) return;
		this.successes += 1;
		if (this.successes < this.patience * this.count) return;
		this.successes = 0;
		this.count += 1;
		this.widened = true;
	}

	private ceiling(now: number): number {
		return this.named && now - this.named.at < NAMED_FOR_MS ? this.named.limit : Infinity;
	}
}
