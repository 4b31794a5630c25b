import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import pLimit from 'p-limit';
import { errorItem, toNodeError } from './errors';

export interface ItemsOptions {
	/** How many items are worked on side by side at most. */
	maxConcurrent: number;
	/** Whether an item that fails becomes an error item; otherwise it ends the execution. */
	continueOnFail: boolean;
	/** Aborted by n8n's Stop and by `abort`: no further item begins. */
	signal: AbortSignal;
	/** Ends the work on all items. */
	abort(): void;
}

/**
 * Does the work on each input item, several side by side, and gives the results in the order of the input.
 *
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless `continueOnFail`.
 */
export async function runItems(
	context: IExecuteFunctions,
	work: (itemIndex: number) => Promise<INodeExecutionData>,
	{ maxConcurrent, continueOnFail, signal, abort }: ItemsOptions,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	let done = 0;
	return await pLimit(maxConcurrent).map(items, async (_, itemIndex) => {
		signal.throwIfAborted();
		try {
			return await work(itemIndex);
		} catch (error) {
			// A stopped execution is no item's failure.
			if (continueOnFail && !signal.aborted) return errorItem(error, itemIndex);
			abort();
			throw toNodeError(context.getNode(), error, itemIndex);
		} finally {
			done += 1;
			showProgress(context, done, items.length);
		}
	});
}

/** From so many items on, progress is worth a line. */
const MANY_ITEMS = 20;
const LINES = 10;

/** Writes a line in the browser's console now and then, while a manual execution works. */
function showProgress(context: IExecuteFunctions, done: number, total: number): void {
	if (total < MANY_ITEMS || done % Math.ceil(total / LINES) !== 0) return;
	context.sendMessageToUI(`${context.getNode().name}: ${done} of ${total} items done`);
}
