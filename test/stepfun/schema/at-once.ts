import type { Sliced } from '../../../stepfun/schema/work';

/** The result of a work without its pauses. */
export function atOnce<Result>(work: Sliced<Result>): Result {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
	}
}
