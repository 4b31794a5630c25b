import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRequest } from '../../emulator/types';
import type { N8nProcess } from '../../host/n8n';
import { startWorker } from '../../host/queue';
import { postToWebhook, setStage } from '../e2e/harness';
import { publish } from '../e2e/workflows';
import { begunBy, behindWebhook, chatNode, executionsOf, postJson, queueUnderTest, until } from './queue';

const stage = setStage('Queue: workers');
const { settings } = queueUnderTest();
const started: N8nProcess[] = [];
afterAll(() => Promise.all(started.map((worker) => worker.stop())));

async function another(name: string): Promise<N8nProcess> {
	const worker = await startWorker(settings, name, { env: { N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '60' } });
	started.push(worker);
	return worker;
}

/** Calls a webhook that answers at once so many times. @returns the workflow's id */
async function begin(path: string, count: number): Promise<string> {
	const id = await publish(
		stage.n8n,
		behindWebhook(path, chatNode('={{ $json.body.prompt }}'), [], 'onReceived'),
		stage.credential,
	);
	const url = `${stage.n8n.url}/webhook/${path}`;
	const prompts = promptsOf(count);
	const first = await postToWebhook(url, {
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: prompts[0] }),
	});
	const others = await Promise.all(prompts.slice(1).map((prompt) => postJson(url, { prompt })));
	expect([first, ...others].map(({ status }) => status)).toEqual(prompts.map(() => 200));
	return id;
}

const promptsOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `Question ${i}`);

const promptsSeen = (): string[] =>
	stage.stepfun.requests.map(({ body }) => (body as ChatRequest).messages.at(-1)!.content as string).sort();

const isOver = ({ status }: { status: string }): boolean => !['new', 'running'].includes(status);

async function ended(workflowId: string) {
	await until('all executions have ended', async () => (await executionsOf(stage.n8n, workflowId)).every(isOver));
	return await executionsOf(stage.n8n, workflowId);
}

test('a worker that starts later takes its share, and one that is stopped finishes its requests first', async () => {
	const later = await another('worker-later');
	stage.stepfun.options.delayMs = 3000;
	const id = await begin('later', 30);
	await until('the new worker is at work', () => begunBy(later.logFile).length >= 5);
	const begun = begunBy(later.logFile).length;
	await later.stop(60_000);
	const executions = await ended(id);
	expect(executions.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 'success'));
	expect(begunBy(later.logFile).length).toBeGreaterThanOrEqual(begun);
	expect(promptsSeen()).toEqual(promptsOf(30).sort());
	expect(stage.stepfun.requests.filter(({ finished }) => !finished)).toEqual([]);
});

test('a worker that is killed: its executions end as errors, no request is made twice, and a retry is one request', async () => {
	const victim = await another('worker-victim');
	stage.stepfun.options.delayMs = 6000;
	const id = await begin('killed', 50);
	await until('all of its places are taken', () => begunBy(victim.logFile).length >= 10);
	// A process that knows nothing of an account yet sends its first requests a few at a time.
	await sleep(3000);
	process.kill(victim.pid, 'SIGKILL');
	const lost = begunBy(victim.logFile);
	const executions = await ended(id);
	expect(executions).toHaveLength(50);
	const failed = executions.filter(({ status }) => status !== 'success');
	expect(failed.map((one) => one.id).sort()).toEqual([...lost].sort());
	expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['error']));
	expect(promptsSeen()).toEqual(promptsOf(50).sort());

	const { error } = await stage.n8n.finishedExecution(failed[0]!.id);
	expect(error?.message).toContain('failed to be processed too many times');
	stage.stepfun.reset();
	const { id: retry } = await stage.n8n.call<{ id: string }>('POST', `/rest/executions/${failed[0]!.id}/retry`, {
		loadWorkflow: false,
	});
	expect(retry).toBeDefined();
	await until('the retry has ended', async () => {
		const [newest] = await executionsOf(stage.n8n, id);
		return newest!.retryOf === failed[0]!.id && isOver(newest!);
	});
	expect((await executionsOf(stage.n8n, id))[0]).toMatchObject({ status: 'success' });
	expect(stage.stepfun.requests).toHaveLength(1);
});
