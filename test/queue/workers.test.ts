import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRequest, ContentPart } from '../../emulator/types';
import type { N8nProcess } from '../../host/n8n';
import { startWorker } from '../../host/queue';
import { mp4 } from '../media-files';
import { postToWebhook, setStage } from '../e2e/harness';
import { publish } from '../e2e/workflows';
import {
	begunBy,
	behindWebhook,
	chatNode,
	executionsOf,
	finishedBy,
	formWith,
	postJson,
	queueUnderTest,
	until,
	videos,
} from './queue';

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
	const workflow = behindWebhook(path, chatNode('={{ $json.body.prompt }}'), [], 'onReceived');
	const id = await publish(stage.n8n, workflow, stage.credential);
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

/** The same with a video each, which is sent by upload. */
async function beginUploads(path: string, count: number): Promise<string> {
	const chat = chatNode('={{ $json.body.prompt }}', { ...videos, options: { uploadLargeFiles: true } });
	const id = await publish(stage.n8n, behindWebhook(path, chat, [], 'onReceived'), stage.credential);
	const post = (prompt: string) =>
		postToWebhook(`${stage.n8n.url}/webhook/${path}`, { body: formWith(mp4(5_300_000), { prompt }) });
	const prompts = promptsOf(count).map((prompt) => `${prompt} about a video`);
	const answers = await Promise.all(prompts.map(post));
	expect(answers.map(({ status }) => status)).toEqual(prompts.map(() => 200));
	return id;
}

const promptsOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `Question ${i}`);

/** The texts that StepFun was asked, in order of the alphabet. */
const promptsSeen = (): string[] =>
	stage.stepfun.requests
		.filter(({ url }) => url.endsWith('/chat/completions'))
		.map(({ body }) => (body as ChatRequest).messages.at(-1)!.content)
		.map((content) => (typeof content === 'string' ? content : textIn(content as ContentPart[])))
		.sort();

const textIn = (parts: ContentPart[]): string =>
	parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join();

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

test('a worker that is killed: its executions end as errors, no request is made twice, and what was lost can be called again', async () => {
	const victim = await another('worker-victim');
	stage.stepfun.options.delayMs = 8000;
	const withUploads = await beginUploads('killed-uploads', 12);
	const id = await begin('killed', 38);
	await until('its places are taken', () => begunBy(victim.logFile).length >= 10);
	// A process that knows nothing of an account yet sends its first requests a few at a time.
	await sleep(3000);
	process.kill(victim.pid, 'SIGKILL');
	const done = finishedBy(victim.logFile);
	const killed = begunBy(victim.logFile).filter((begun) => !done.includes(begun));
	expect(killed.length).toBeGreaterThanOrEqual(5);
	const uploading = (await ended(withUploads)).filter(({ status }) => status !== 'success');
	const failed = (await ended(id)).filter(({ status }) => status !== 'success');
	expect([...uploading, ...failed].map((one) => one.id).sort()).toEqual([...killed].sort());
	for (const { status } of [...uploading, ...failed]) expect(status).toBe('error');
	const { error } = await stage.n8n.finishedExecution(failed[0]!.id);
	expect(error?.message).toContain(LOST);
	// Some may have been killed before their request was sent.
	const seen = promptsSeen();
	expect(new Set(seen).size).toBe(seen.length);
	expect(seen.length).toBeGreaterThanOrEqual(50 - killed.length);
	// Nobody is left to delete what the killed worker had stored; the others have deleted theirs.
	expect(stage.stepfun.files.length).toBeGreaterThan(0);
	expect(stage.stepfun.files.length).toBeLessThanOrEqual(uploading.length);
	for (const file of stage.stepfun.files) expect(file).toMatchObject({ name: 'file.mp4', purpose: 'storage' });

	// n8n's Retry throws the old error at the first node; whoever called has to call again.
	stage.stepfun.reset();
	await stage.n8n.call('POST', `/rest/executions/${failed[0]!.id}/retry`, { loadWorkflow: false });
	const newest = async () => (await executionsOf(stage.n8n, id))[0]!;
	await until('the retry has ended', async () => (await newest()).retryOf === failed[0]!.id && isOver(await newest()));
	const retried = await stage.n8n.finishedExecution((await newest()).id);
	expect(retried).toMatchObject({ status: 'error', error: { message: expect.stringContaining(LOST) } });
	expect(stage.stepfun.requests).toHaveLength(0);
	expect((await postJson(`${stage.n8n.url}/webhook/killed`, { prompt: 'Again' })).status).toBe(200);
	await until('it is answered', async () => (await newest()).status === 'success');
	expect(stage.stepfun.requests).toHaveLength(1);
});

const LOST = 'failed to be processed too many times';
