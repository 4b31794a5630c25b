import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import pLimit from 'p-limit';
import { NO_LONGER } from '../../stepfun/client/until-aborted';
import { clock } from './clock';
import { errorItem, toNodeError } from './errors';
import * as texts from './texts';

export interface ItemsOptions {
	/** How many items are worked on side by side at most. */
	maxConcurrent: number;
	/** Whether an item that fails becomes an error item; otherwise it ends the execution. */
	continueOnFail: boolean;
	/** Aborted by n8n's Stop and by `abort`: no further item begins. */
	signal: AbortSignal;
	/** Ends the work on all items. */
	abort: () => void;
}

/**
 * Does the work on each input item, several side by side, and gives the results in the order of the input.
 *
 * @throws NodeApiError or NodeOperationError of the first failure, unless `continueOnFail`: where several items fail at about the
 * same time, of the one that comes first in the input.
 */
export async function runItems(
	context: IExecuteFunctions,
	work: (itemIndex: number) => Promise<INodeExecutionData>,
	{ maxConcurrent, continueOnFail, signal, abort }: ItemsOptions,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const begun: Array<Promise<INodeExecutionData>> = [];
	const failures = new Map<number, unknown>();
	let done = 0;
	return await pLimit(maxConcurrent).map(items, async (_, itemIndex) => {
		signal.throwIfAborted();
		if (failures.size > 0) return NO_RESULT;
		try {
			begun[itemIndex] = work(itemIndex);
			return await begun[itemIndex];
		} catch (error) {
			// A stopped execution is no item's failure.
			if (continueOnFail && !signal.aborted) return errorItem(error, itemIndex);
			failures.set(itemIndex, error);
			if (failures.size > 1) return NO_RESULT;
			if (!signal.aborted) await settled(begun.slice(0, itemIndex));
			abort();
			const first = Math.min(...failures.keys());
			throw toNodeError(context.getNode(), failures.get(first), first);
		} finally {
			done += 1;
			showProgress(context, done, items.length);
		}
	});
}

/** Of an item in an execution that another one ends. */
const NO_RESULT: INodeExecutionData = { json: {} };

/** How long items may take to end after a later one has failed, in ms. */
const GRACE_MS = 500;

/** Resolves when all of the work has ended, or after a moment. */
async function settled(work: Array<Promise<unknown>>): Promise<void> {
	const enough = new AbortController();
	try {
		await Promise.race([Promise.allSettled(work), clock.sleep(GRACE_MS, enough.signal)]);
	} finally {
		enough.abort(NO_LONGER);
	}
}

/** From so many items on, progress is worth a line. */
const MANY_ITEMS = 20;
const LINES = 10;

/** Writes a line in the browser's console now and then, while a manual execution works. n8n puts the node's name before it. */
function showProgress(context: IExecuteFunctions, done: number, total: number): void {
	if (total < MANY_ITEMS || done % Math.ceil(total / LINES) !== 0) return;
	context.sendMessageToUI(texts.itemsDone(done, total).message);
}
