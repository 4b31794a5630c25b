/**
 * Many items through n8n's own engine, with random faults on the line: each item has to end once, in its place, as its own answer
 * or as a clear error.
 *
 *   npx tsx --expose-gc scripts/soak.ts [items, 5000] [share of faults, 0.1] [seed, 1]
 *
 * Prints items, requests, errors by kind, what was lost or doubled (both must be 0), time and memory. Ends with status 1 otherwise.
 */
import '../test/setup';
import type { IDataObject } from 'n8n-workflow';
import { startEmulator, type Fault } from '../emulator';

const [count = 5_000, share = 0.1, seed = 1] = process.argv.slice(2).map(Number);

const FAULTS: Fault[] = [
	{ status: 500 },
	{ status: 502 },
	{ status: 503, retryAfter: '0.2' },
	{ status: 429, retryAfter: '0.2' },
	{ status: 451 },
	{ status: 400 },
	{ resetBeforeHeaders: true },
	{ resetAfterBytes: 0 },
	{ resetAfterChunks: 2 },
	{ resetAfterChunks: 40 },
	{ stallAfterChunks: 3, pings: 100 },
	{ body: '' },
	{ body: '{"id":"x","choi' },
	{ cutWithoutDone: true },
	{ gzip: true },
	{ respondJson: true },
	{ splitBytes: 7 },
	{ eventEnd: 'single-newline' },
	{ raw: 'data: {"error":{"message":"overloaded","type":"engine_overloaded"}}\n\n' },
];

/** Numbers from 0 to 1 that are the same with the same seed (mulberry32). */
function randomOf(state: number): () => number {
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

const wordOf = (text: string): string | undefined => /word\d+x/.exec(text)?.[0];
const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
const heap = (): number => {
	global.gc?.();
	return process.memoryUsage().heapUsed;
};

async function main(): Promise<void> {
	const { chatNode, customEndpoint, runWorkflow } = await import('../test/engine/harness');
	const api = await startEmulator({ keepRequests: 50 });
	const random = randomOf(seed!);
	let requests = 0;
	let faults = 0;
	let peak = 0;
	api.fault(() => {
		requests += 1;
		if (requests % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss);
		if (random() >= share!) return undefined;
		faults += 1;
		return { ...FAULTS[Math.floor(random() * FAULTS.length)]! };
	});
	const before = heap();
	const start = performance.now();
	const { json, run } = await runWorkflow({
		items: Array.from({ length: count! }, (_, i) => ({ json: { word: `word${i}x` } })),
		credential: customEndpoint(api.url),
		nodes: [
			chatNode(
				{
					messages: { values: [{ role: 'user', content: '=Say {{ $json.word }}' }] },
					options: { maxConcurrentRequests: 25, timeout: 2_000 },
				},
				{ onError: 'continueRegularOutput' },
			),
		],
	});
	const seconds = (performance.now() - start) / 1_000;
	const items = json('StepFun Chat');
	const answers = items.map(({ content }) => (typeof content === 'string' ? wordOf(content) : undefined));
	const errors = new Map<string, number>();
	let tries = 0;
	for (const { error } of items) {
		if (!error) continue;
		const { type, attempts } = error as IDataObject;
		errors.set(String(type), (errors.get(String(type)) ?? 0) + 1);
		tries += Number(attempts);
	}
	const lost =
		items.filter((item, i) => item['error'] === undefined && answers[i] !== `word${i}x`).length +
		Math.max(0, count! - items.length);
	const given = answers.filter((word) => word !== undefined);
	const doubled = given.length - new Set(given).size + Math.max(0, items.length - count!);
	const untold = items.filter(
		({ error, message }) => error !== undefined && (message === '' || (error as IDataObject)['type'] === 'unexpected'),
	).length;
	const bytes = JSON.stringify(items).length;
	console.log({
		items: items.length,
		answered: given.length,
		requests,
		faults,
		errors: Object.fromEntries(errors),
		requestsOfFailedItems: tries,
		lost,
		doubled,
		unclearErrors: untold,
		status: run.status,
		hints: run.data.resultData.runData['StepFun Chat']?.[0]?.hints?.map(({ message }) => message),
		seconds: Number(seconds.toFixed(1)),
		heapGrownMB: megabytes(heap() - before),
		resultsMB: Number((bytes / 2 ** 20).toFixed(1)),
		peakRssMB: megabytes(peak),
	});
	await api.close();
	if (lost > 0 || doubled > 0 || untold > 0 || items.length !== count) process.exitCode = 1;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
