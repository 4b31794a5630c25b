import type { IExecuteFunctions } from 'n8n-workflow';

/** From so many items on, progress is worth a line. */
const MANY_ITEMS = 20;
const LINES = 10;

/** Lines in the browser's console while a manual execution works. */
export class Progress {
	private done = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	itemDone(): void {
		this.done += 1;
		if (this.total < MANY_ITEMS || this.done % Math.ceil(this.total / LINES) !== 0) return;
		this.context.sendMessageToUI(`${this.context.getNode().name}: ${this.done} of ${this.total} items done`);
	}
}
