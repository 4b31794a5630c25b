import { chatNode, customEndpoint, runWorkflow, startWorkflow } from './harness';
import { useStage } from './stage';

// Many executions of one item each, as triggers and webhooks make them, and what they share.

const { api, clock } = useStage();

const execution = (options = {}) => ({
	credential: customEndpoint(api.url),
	nodes: [chatNode({ options }, { onError: 'continueRegularOutput' })],
});

async function runExecutions(count: number): Promise<{ failed: number; wasted: number }> {
	const runs = await Promise.all(Array.from({ length: count }, () => runWorkflow(execution())));
	const failed = runs.filter(({ json }) => typeof json('StepFun Chat')[0]?.['content'] !== 'string').length;
	return { failed, wasted: api.requests.filter(({ status }) => status === 429).length / api.requests.length };
}

test.each([
	['8 at a time, Retry-After 1', { concurrencyLimit: 8, retryAfterHeader: true }],
	['8 at a time', { concurrencyLimit: 8 }],
	['60 in 10 s, Retry-After', { rateLimit: { requests: 60, windowMs: 10_000 }, retryAfterHeader: true }],
	['60 in 10 s', { rateLimit: { requests: 60, windowMs: 10_000 } }],
])('100 executions under a limit of %s: all done, few refused', async (_, limits) => {
	Object.assign(api.options, { delayMs: 1_000, ...limits });
	const { failed, wasted } = await runExecutions(100);
	expect(failed).toBe(0);
	expect(wasted).toBeLessThan(0.15);
});

test('100 executions under a limit that lets nothing in end soon, with few requests', async () => {
	api.fault(() => ({ status: 429 }));
	const start = clock.now();
	const { failed } = await runExecutions(100);
	expect(failed).toBe(100);
	expect(api.requests.length).toBeLessThanOrEqual(20);
	expect(clock.now() - start).toBeLessThan(150_000);
});

test('a stopped execution gives its turn to the others', async () => {
	Object.assign(api.options, { concurrencyLimit: 1, delayMs: 60_000 });
	const stopped = startWorkflow(execution());
	await clock.sleep(1_000);
	const other = runWorkflow(execution());
	await clock.sleep(1_000);
	stopped.cancel();
	api.options.delayMs = 0;
	const { json } = await other;
	expect(json('StepFun Chat')[0]!['content']).toEqual(expect.any(String));
	await stopped.catch(() => {});
});
