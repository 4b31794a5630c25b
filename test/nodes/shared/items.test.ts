import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runItems, type ItemsOptions } from '../../../nodes/shared/items';
import { FakeClock } from '../../fake-clock';

const clock = new FakeClock();

/** As much of a node's execution as the loop looks at. */
function execution(count: number) {
	const told: string[] = [];
	const context = {
		getInputData: () => Array.from({ length: count }, () => ({ json: {} })),
		getNode: () => ({ name: 'Node' }),
		sendMessageToUI: (text: string) => void told.push(text),
	} as unknown as IExecuteFunctions;
	return { context, told };
}

function options(given: Partial<ItemsOptions> = {}): ItemsOptions {
	const own = new AbortController();
	return { maxConcurrent: 5, continueOnFail: false, signal: own.signal, abort: () => own.abort(), ...given };
}

const item = (i: number): INodeExecutionData => ({ json: { i }, pairedItem: { item: i } });

test('so many items are worked on side by side, and come out in their order', async () => {
	let underWay = 0;
	let most = 0;
	const { result, ms } = await clock.until(
		runItems(
			execution(20).context,
			async (i) => {
				most = Math.max(most, (underWay += 1));
				// The first of each five takes longest.
				await clock.sleep(1_000 - (i % 5));
				underWay -= 1;
				return item(i);
			},
			options(),
		),
	);
	expect(result).toEqual(Array.from({ length: 20 }, (_, i) => item(i)));
	expect(most).toBe(5);
	expect(ms).toBeLessThanOrEqual(4_000);
});

const failing = (began: number[]) => async (i: number) => {
	began.push(i);
	await clock.sleep(10);
	if (i === 1) throw new Error('no luck');
	await clock.sleep(1_000);
	return item(i);
};

test('with Continue On Fail an item that fails becomes an error item', async () => {
	const { result } = await clock.until(runItems(execution(4).context, failing([]), options({ continueOnFail: true })));
	expect(result).toEqual([
		item(0),
		{ json: { message: 'no luck', error: { type: 'unexpected' } }, pairedItem: { item: 1 } },
		item(2),
		item(3),
	]);
});

test('without it the first failure names its item, aborts the others, and no further one begins', async () => {
	const began: number[] = [];
	const given = options({ maxConcurrent: 2 });
	const failed = expect(runItems(execution(9).context, failing(began), given)).rejects.toMatchObject({
		message: 'no luck',
		context: { itemIndex: 1 },
	});
	await clock.advance(5_000);
	await failed;
	expect(given.signal.aborted).toBe(true);
	expect(began).toEqual([0, 1]);
});

test('a stopped execution begins no further item, and makes no error items', async () => {
	const stop = new AbortController();
	const began: number[] = [];
	const stopped = expect(
		runItems(
			execution(9).context,
			failing(began),
			options({ maxConcurrent: 2, continueOnFail: true, signal: stop.signal }),
		),
	).rejects.toThrow('no luck');
	await clock.advance(1);
	stop.abort(new Error('stopped'));
	await clock.advance(5_000);
	await stopped;
	expect(began).toEqual([0, 1]);
});

test.each([
	[19, []],
	[20, Array.from({ length: 10 }, (_, i) => `${(i + 1) * 2} of 20 items done`)],
])('%i items: the console hears of every tenth part when there are many', async (count, lines) => {
	const { context, told } = execution(count);
	await runItems(context, async (i) => item(i), options());
	expect(told).toEqual(lines);
});
