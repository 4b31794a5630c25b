/**
 * What is done in slices, so that it never blocks whatever else runs in the process: a generator that yields where a slice ends, and
 * returns the result.
 */
export type Sliced<Result> = Generator<void, Result>;

/** Steps of a slice: a few ms. */
const SLICE = 50_000;
/** Steps after which the work is given up: half a minute or so. */
const MOST = 200_000_000;

/** Counts the steps of a work that is done in slices. */
export class Steps {
	private left = SLICE;
	private total = 0;

	/** Counts steps where the slice cannot end. */
	spend(steps: number): void {
		this.left -= steps;
	}

	/** Whether the slice ends here. */
	take(steps: number): boolean {
		this.left -= steps;
		if (this.left > 0) return false;
		this.total += SLICE - this.left;
		this.left = SLICE;
		if (this.total > MOST) throw new TooMuchWork();
		return true;
	}
}

/** A work that has no end within any reasonable time. */
export class TooMuchWork extends Error {}

/** Does a work, with a pause after each slice. */
export async function inSlices<Result>(work: Sliced<Result>, pause: () => Promise<void>): Promise<Result> {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		await pause();
	}
}
