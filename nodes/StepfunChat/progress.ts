import type { IExecuteFunctions } from 'n8n-workflow';
import type { Retry } from '../../stepfun/complete';

/** From so many items on, progress is worth a line. */
const MANY_ITEMS = 20;
const LINES = 10;

/**
 * What n8n lets a node show beside its items: lines in the browser's console while a manual execution works, and a hint on the
 * output afterwards when rate limits slowed it down.
 */
export class Progress {
	private done = 0;
	private refusals = 0;
	private readonly slowed = new Set<number>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	itemDone(): void {
		this.done += 1;
		if (this.total < MANY_ITEMS || this.done % Math.ceil(this.total / LINES) !== 0) return;
		this.context.sendMessageToUI(`${this.context.getNode().name}: ${this.done} of ${this.total} items done`);
	}

	retried(itemIndex: number, { error }: Retry): void {
		if (error.status !== 429) return;
		this.refusals += 1;
		this.slowed.add(itemIndex);
	}

	finish(): void {
		if (this.refusals === 0) return;
		const items = `${this.slowed.size} of ${this.total} ${this.total === 1 ? 'item was' : 'items were'}`;
		this.context.addExecutionHints({
			message: `${items} retried after rate limits (${this.refusals} refused ${this.refusals === 1 ? 'request' : 'requests'}). Max Concurrent Requests and Requests per Minute in Options set the pace`,
			type: 'info',
			location: 'outputPane',
		});
	}
}
