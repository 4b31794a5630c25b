import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const items = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, i) => ({ json: { word: `word${i}x` } }));
const workflow = (count: number, options: IDataObject = {}) => ({
	items: items(count),
	credential: customEndpoint(api.url),
	nodes: [chatNode({ messages: { values: [{ role: 'user', content: '=Say {{ $json.word }}' }] }, options })],
});

/** Runs `count` items to their end and checks that each was answered, once and in its place. */
async function runAll(count: number, options: IDataObject = {}) {
	const { json, run } = await runWorkflow(workflow(count, options));
	expect(run.data.resultData.error).toBeUndefined();
	expect(json('StepFun Chat').map(({ content }) => /word\d+x/.exec(content as string)?.[0])).toEqual(
		items(count).map((item) => item.json['word']),
	);
	const refused = api.requests.filter(({ status }) => status === 429).length;
	expect(api.requests.length).toBe(count + refused);
	api.requests.length = 0;
	return { wasted: refused / (count + refused), run };
}

test('side by side: as many as Max Concurrent Requests allows, 5 by default; results in the input order', async () => {
	// The first items take longest.
	api.fault(({ body }) => ({ delayMs: JSON.stringify(body).includes('word0x') ? 150 : 30 }));
	await runAll(30);
	expect(api.maxInFlight).toBe(5);
	api.reset();
	Object.assign(api.options, { delayMs: 30 });
	await runAll(30, { maxConcurrentRequests: 12 });
	expect(api.maxInFlight).toBe(12);
});

// How long these take beside the ideal is measured by `npm run bench -- limits`.
test.each([
	[5, false],
	[10, false],
	[16, true],
])(
	'100 items under a limit of 8 at once, %i side by side, Retry-After %s: all done, few refused',
	async (maxConcurrentRequests, retryAfterHeader) => {
		Object.assign(api.options, { delayMs: 100, concurrencyLimit: 8, retryAfterHeader });
		const { wasted } = await runAll(100, { maxConcurrentRequests });
		expect(wasted).toBeLessThan(0.15);
	},
);

test.each([5, 16])(
	'100 items under a limit of 60 in 2 s with Retry-After, %i side by side: all done, few refused, and said',
	async (maxConcurrentRequests) => {
		Object.assign(api.options, { delayMs: 50, rateLimit: { requests: 60, windowMs: 2_000 }, retryAfterHeader: true });
		const { wasted, run } = await runAll(100, { maxConcurrentRequests });
		expect(wasted).toBeLessThan(0.15);
		const [data] = run.data.resultData.runData['StepFun Chat']!;
		expect(data!.hints).toEqual([
			expect.objectContaining({ message: expect.stringContaining('retried after rate limits') }),
		]);
	},
);

test('progress is told to the browser while a manual execution works, and the rest is silence', async () => {
	const told: unknown[] = [];
	await runWorkflow({
		...workflow(50),
		additionalData: { sendDataToUI: (type: string, data: unknown) => void told.push([type, data]) },
	});
	expect(told).toHaveLength(10);
	expect(told[4]).toEqual([
		'sendConsoleMessage',
		{ source: '[Node: "StepFun Chat"]', messages: ['25 of 50 items done'] },
	]);
	told.length = 0;
	await runWorkflow({
		...workflow(5),
		additionalData: { sendDataToUI: (type: string, data: unknown) => void told.push([type, data]) },
	});
	expect(told).toEqual([]);
});
