import type { IDataObject, INode } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow, startWorkflow } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();

const workflow = (count: number, node: Partial<INode> = {}, options: IDataObject = {}) => ({
	items: Array.from({ length: count }, (_, i) => ({ json: { i } })),
	credential: customEndpoint(api.url),
	nodes: [chatNode({ messages: { values: [{ role: 'user', content: '=Item {{ $json.i }}.' }] }, options }, node)],
});

/** Without a Stop each of these would take 20 s and more. */
const AT_ONCE_MS = 2_000;

describe.each([undefined, 'continueRegularOutput', 'continueErrorOutput'] as const)('Stop, On Error %s', (onError) => {
	test.each<[string, Fault]>([
		['before the headers', { stallBeforeHeaders: true }],
		['within the answer', { stallAfterChunks: 3, pings: 20 }],
		['while a refused request waits', { status: 429, retryAfter: '20' }],
		['while a failed request waits', { status: 503, retryAfter: '20' }],
	])('%s: everything ends at once, nothing more is sent, and no item is made of it', async (_, fault) => {
		api.fault(() => ({ ...fault }));
		const execution = startWorkflow(workflow(40, { ...(onError && { onError }) }));
		while (api.requests.length < 5) await clock.sleep(10);
		await clock.sleep(100);
		const sent = api.requests.length;
		expect(sent).toBe(5);
		const stopped = Date.now();
		execution.cancel();
		const run = await execution;
		const ms = Date.now() - stopped;
		await clock.sleep(100);
		expect(run.status).toBe('canceled');
		expect(ms).toBeLessThan(AT_ONCE_MS);
		expect(api.requests).toHaveLength(sent);
		const open = api.requests.filter(({ finished }) => !finished);
		for (const { socketClosedAt } of open) expect(socketClosedAt! - stopped).toBeLessThan(AT_ONCE_MS);
		const outputs = run.data.resultData.runData['StepFun Chat']?.[0]?.data?.['main'] ?? [];
		expect(outputs.flat().filter((item) => item?.json['error'] !== undefined)).toEqual([]);
	});
});

test('an item that fails ends the others at once, and is the one that is named', async () => {
	api.fault(({ body }) =>
		JSON.stringify(body).includes('Item 3.') ? { delayMs: 100, status: 451 } : { stallAfterChunks: 3 },
	);
	const { run } = await runWorkflow(workflow(40));
	await clock.sleep(100);
	expect(run.status).toBe('error');
	expect(run.data.resultData.error).toMatchObject({
		message: 'The content you provided or machine outputted is blocked.',
		context: { itemIndex: 3 },
	});
	expect(api.requests).toHaveLength(5);
	expect(api.requests.filter(({ finished, socketClosedAt }) => !finished && socketClosedAt !== undefined)).toHaveLength(
		4,
	);
});

test('an item that fails ends the others while those still wait for their headers', async () => {
	api.fault(({ body }) =>
		JSON.stringify(body).includes('Item 3.') ? { delayMs: 100, status: 401 } : { stallBeforeHeaders: true },
	);
	const { run } = await runWorkflow(workflow(40));
	await clock.sleep(100);
	expect(run.data.resultData.error).toMatchObject({ context: { itemIndex: 3 } });
	expect(api.requests.filter(({ finished, socketClosedAt }) => !finished && socketClosedAt !== undefined)).toHaveLength(
		4,
	);
});
