import type { ChatRequest } from '../../emulator/types';
import type { Workflow } from '../../host/client';
import { postToWebhook, setStage } from '../e2e/harness';
import { node, publish } from '../e2e/workflows';
import { begunBy, behindWebhook, chatNode, executionsOf, postJson, queueUnderTest, until } from './queue';

const stage = setStage('Queue: triggers');
const { webhookUrl, workerLogs } = queueUnderTest();

const promptsSeen = (): unknown[] =>
	stage.stepfun.requests.map(({ body }) => (body as ChatRequest).messages.at(-1)!.content);

test('200 webhooks: each answered right, none twice, both workers at work', async () => {
	const workflow = behindWebhook('two-hundred', chatNode('={{ $json.body.prompt }}'));
	const id = await publish(stage.n8n, workflow, stage.credential);
	const addresses = [stage.n8n.url, webhookUrl].map((url) => `${url}/webhook/two-hundred`);
	for (const address of addresses) await (await postToWebhook(address, jsonBody({ prompt: 'Warm up' }))).text();
	stage.stepfun.reset();
	stage.stepfun.options.delayMs = 200;

	const prompts = Array.from({ length: 200 }, (_, i) => `Question ${i}`);
	const answers = await Promise.all(
		prompts.map(async (prompt, i) => {
			const response = await postJson(addresses[i % 2]!, { prompt });
			return { status: response.status, item: (await response.json()) as { content?: string } };
		}),
	);
	expect(answers).toEqual(
		prompts.map((prompt) => ({
			status: 200,
			item: expect.objectContaining({ content: expect.stringContaining(`You asked: "${prompt}"`) }),
		})),
	);
	expect(promptsSeen().sort()).toEqual([...prompts].sort());
	expect(stage.stepfun.requests.filter(({ status }) => status !== 200)).toEqual([]);

	const succeeded = async () => (await executionsOf(stage.n8n, id)).filter(({ status }) => status === 'success');
	await until('all executions are stored', async () => (await succeeded()).length >= 202);
	const ids = (await succeeded()).map((execution) => execution.id);
	expect(ids).toHaveLength(202);
	const shares = workerLogs.map((log) => begunBy(log).filter((begun) => ids.includes(begun)));
	expect(shares.flat().sort()).toEqual([...ids].sort());
	for (const share of shares) expect(share.length).toBeGreaterThan(40);
});

test('a schedule runs in the workers, each time once', async () => {
	const every = node('Every second', 'n8n-nodes-base.scheduleTrigger', 1.2, {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	});
	const scheduled: Workflow = {
		name: 'Scheduled',
		nodes: [every, chatNode('={{ $json.timestamp }}')],
		connections: { 'Every second': { main: [[{ node: 'StepFun Chat', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
	const id = await publish(stage.n8n, scheduled, stage.credential);
	await until('three runs', () => stage.stepfun.requests.length >= 3);
	await stage.n8n.call('POST', `/rest/workflows/${id}/deactivate`, {});
	await until('its last run has ended', async () =>
		(await executionsOf(stage.n8n, id)).every(({ status }) => status === 'success'),
	);
	const executions = await executionsOf(stage.n8n, id);
	const prompts = promptsSeen();
	expect(prompts).toHaveLength(executions.length);
	expect(new Set(prompts).size).toBe(prompts.length);
	const begun = workerLogs.flatMap(begunBy);
	for (const execution of executions) expect(begun.filter((one) => one === execution.id)).toHaveLength(1);
});

const jsonBody = (body: unknown): RequestInit => ({
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});
