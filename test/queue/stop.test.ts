import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workflow } from '../../host/client';
import { mp4 } from '../media-files';
import { postToWebhook, setStage, stopAndWatch } from '../e2e/harness';
import { node, publish } from '../e2e/workflows';
import { behindWebhook, chatNode, executionsOf, formWith, queueUnderTest, until, videos } from './queue';

const stage = setStage('Queue: Stop');
const { webhookUrl } = queueUnderTest();

/** Starts a workflow by its webhook. @returns the id of its execution once StepFun has been asked */
async function start(workflow: Workflow, url = stage.n8n.url, body?: FormData): Promise<string> {
	const id = await publish(stage.n8n, workflow, stage.credential);
	const response = await postToWebhook(`${url}/webhook/${workflow.name}`, { ...(body && { body }) });
	expect(response.status).toBe(200);
	await until('StepFun is asked', () => stage.stepfun.requests.some(({ url }) => url.endsWith('/chat/completions')));
	const [execution] = await executionsOf(stage.n8n, id);
	return execution!.id;
}

const behind = (path: string, ...rest: [Parameters<typeof behindWebhook>[1], Parameters<typeof behindWebhook>[2]?]) =>
	behindWebhook(path, rest[0], rest[1], 'onReceived');

/** Answers its first request when it is told to. */
async function startSlowServer() {
	let answer = () => {};
	let tell = () => {};
	const asked = new Promise<void>((resolve) => (tell = resolve));
	const server = createServer((_, response) => {
		answer = () => response.end('340 cups');
		tell();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		asked,
		answer: () => answer(),
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

const statusOf = async (id: string): Promise<string> =>
	(await stage.n8n.call<{ status: string }>('GET', `/rest/executions/${id}`)).status;

describe('from main', () => {
	test('before the answer: the connection is closed', async () => {
		stage.stepfun.options.delayMs = 60_000;
		const id = await start(behind('stop-before', chatNode('Hello')));
		expect(await stopAndWatch(stage, id)).toBeLessThan(2000);
		expect(await statusOf(id)).toBe('canceled');
	});

	test('within the answer: the connection is closed', async () => {
		stage.stepfun.options.chunkDelayMs = 500;
		const id = await start(behind('stop-within', chatNode('Hello')));
		await sleep(1500);
		expect(await stopAndWatch(stage, id)).toBeLessThan(2000);
		expect(stage.stepfun.requests).toMatchObject([{ status: 200, finished: false }]);
		expect(await statusOf(id)).toBe('canceled');
	});

	test('within an answer about a file that was uploaded: the worker deletes it', async () => {
		stage.stepfun.options.delayMs = 60_000;
		const id = await start(
			behind('stop-upload', chatNode('What is this?', { ...videos, options: { uploadLargeFiles: true } })),
			stage.n8n.url,
			formWith(mp4(6_000_000)),
		);
		expect(stage.stepfun.files).toHaveLength(1);
		await stage.n8n.call('POST', `/rest/executions/${id}/stop`);
		await until('the file is deleted', () => stage.stepfun.files.length === 0, 10_000);
		expect(stage.stepfun.requests[1]!.socketClosedAt).toBeDefined();
	});

	test('while it waits for a retry: nothing is sent again', async () => {
		stage.stepfun.fault([{ status: 503, retryAfter: '3' }]);
		const id = await start(behind('stop-retry', chatNode('Hello')));
		await until('the refusal is sent', () => stage.stepfun.requests[0]?.status === 503);
		await stage.n8n.call('POST', `/rest/executions/${id}/stop`);
		await sleep(5000);
		expect(stage.stepfun.requests).toHaveLength(1);
		expect(await statusOf(id)).toBe('canceled');
	});

	test('while a tool runs: the model is not asked again with its result', async () => {
		const server = await startSlowServer();
		try {
			const tool = node('get_stock', 'n8n-nodes-base.httpRequestTool', 4.2, {
				toolDescription: 'Tells what is in stock',
				url: server.url,
				options: {},
			});
			const id = await start(behind('stop-tool', chatNode('Use get_stock for Cups'), [['ai_tool', tool]]));
			await server.asked;
			await stage.n8n.call('POST', `/rest/executions/${id}/stop`);
			await sleep(500);
			server.answer();
			await sleep(2000);
			expect(stage.stepfun.requests).toHaveLength(1);
			expect(await statusOf(id)).toBe('canceled');
		} finally {
			server.close();
		}
	});
});

// n8n tells a worker of Stop in the process that has received the execution, and in no other.
describe("n8n's gap: an execution that a webhook process has received", () => {
	const TOKENS_MS = 100;

	test('is marked as stopped and goes on in the worker, to the end of its request', async () => {
		stage.stepfun.options.chunkDelayMs = TOKENS_MS;
		const id = await start(behind('gap', chatNode('Hello')), webhookUrl);
		await stage.n8n.call('POST', `/rest/executions/${id}/stop`);
		expect(await statusOf(id)).toBe('canceled');
		await until('the answer has ended', () => stage.stepfun.requests[0]!.finished);
		expect(stage.stepfun.requests[0]!.socketClosedAt).toBeUndefined();
	});

	test('Total Timeout bounds what it costs', async () => {
		stage.stepfun.options.delayMs = 60_000;
		const id = await start(
			behind('gap-total-timeout', chatNode('Hello', { options: { totalTimeout: 4000, retries: 0 } })),
			webhookUrl,
		);
		expect(await stopAndWatch(stage, id)).toBeLessThan(5000);
	});

	test("so does n8n's own Timeout Workflow", async () => {
		stage.stepfun.options.delayMs = 60_000;
		const workflow = behind('gap-workflow-timeout', chatNode('Hello'));
		workflow.settings = { ...workflow.settings, executionTimeout: 4 };
		const id = await start(workflow, webhookUrl);
		expect(await stopAndWatch(stage, id)).toBeLessThan(5000);
	});

	test('in a sub-workflow it can be stopped, by the execution of that one', async () => {
		stage.stepfun.options.delayMs = 60_000;
		const called = node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
		const inner = await publish(
			stage.n8n,
			{
				name: 'Inner',
				nodes: [called, chatNode('Hello')],
				connections: { Called: { main: [[{ node: 'StepFun Chat', type: 'main', index: 0 }]] } },
			},
			stage.credential,
		);
		const call = node('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
			workflowId: { __rl: true, mode: 'id', value: inner },
			options: { waitForSubWorkflow: true },
		});
		await start(behind('gap-sub-workflow', call), webhookUrl);
		const [execution] = await executionsOf(stage.n8n, inner);
		expect(await stopAndWatch(stage, execution!.id)).toBeLessThan(2000);
	});
});
