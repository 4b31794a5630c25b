import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nClient, Workflow, WorkflowNode } from '../../host/client';
import { chatNodeType, credentialType } from '../../host/names';
import type { QueueSettings } from '../../host/queue';
import type { Postgres, Redis } from '../../host/servers';
import { node } from '../e2e/workflows';

/** What the tests know of the n8n that setup.ts started; its main process is that of `setStage`. */
export interface QueueUnderTest {
	settings: QueueSettings;
	redis: Redis;
	postgres: Postgres;
	webhookUrl: string;
	workerLogs: string[];
}

export function queueUnderTest(): QueueUnderTest {
	const told = process.env.E2E_QUEUE;
	if (!told) throw new Error('n8n is not running in queue mode: these tests run by npm run e2e:queue');
	return JSON.parse(told) as QueueUnderTest;
}

/** The executions that a worker has begun, and finished, by the ids that n8n gave them, as its log has them. */
export const begunBy = (logFile: string): string[] => idsIn(logFile, /Worker started execution (\d+)/g);
export const finishedBy = (logFile: string): string[] => idsIn(logFile, /Worker finished execution (\d+)/g);

const idsIn = (logFile: string, line: RegExp): string[] =>
	[...readFileSync(logFile, 'utf8').matchAll(line)].map((match) => match[1]!);

export interface ExecutionSummary {
	id: string;
	status: string;
	retryOf?: string | null;
	startedAt: string;
	stoppedAt?: string;
}

/** n8n's list is sorted by time, and loses or repeats an execution between two pages now and then: pages of two sizes have different ends. */
const PAGE_SIZES = [100, 70];

/** All executions of a workflow. */
export async function executionsOf(n8n: N8nClient, workflowId: string): Promise<ExecutionSummary[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const all = new Map<string, ExecutionSummary>();
	for (const limit of PAGE_SIZES) {
		for (let cursor: string | null | undefined = ''; cursor !== undefined && cursor !== null;) {
			const page: { results: ExecutionSummary[]; nextCursor?: string | null } = await n8n.call(
				'GET',
				`/rest/executions?filter=${filter}&limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
			);
			for (const execution of page.results) all.set(execution.id, execution);
			cursor = page.nextCursor;
		}
	}
	return [...all.values()];
}

/** Asks until it is so. @throws after `withinMs` */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
	const deadline = Date.now() + withinMs;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1000} s: ${what}`);
		await sleep(50);
	}
}

/** StepFun Chat as it answers one message. */
export const chatNode = (content: string, more: Record<string, unknown> = {}): WorkflowNode => ({
	...node('StepFun Chat', chatNodeType, 1, {
		model: { __rl: true, mode: 'id', value: 'step-3.7-flash' },
		messages: { values: [{ role: 'user', content }] },
		...more,
	}),
	credentials: { [credentialType]: { id: null, name: '' } },
});

/** A webhook before a node, which answers with that node's last item or, `onReceived`, at once. */
export function behindWebhook(
	path: string,
	root: WorkflowNode,
	subNodes: Array<[kind: string, node: WorkflowNode]> = [],
	responseMode: 'lastNode' | 'onReceived' = 'lastNode',
): Workflow {
	const to = (type: string) => ({ [type]: [[{ node: root.name, type, index: 0 }]] });
	const webhook = node('Webhook', 'n8n-nodes-base.webhook', 2.1, {
		httpMethod: 'POST',
		path,
		responseMode,
		options: {},
	});
	return {
		name: path,
		nodes: [{ ...webhook, webhookId: path }, root, ...subNodes.map(([, sub]) => sub)],
		connections: { Webhook: to('main'), ...Object.fromEntries(subNodes.map(([kind, sub]) => [sub.name, to(kind)])) },
		settings: { executionOrder: 'v1' },
	};
}

/** Calls a webhook with a JSON body. */
export const postJson = (url: string, body: unknown): Promise<Response> =>
	fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** A form with a video, for a webhook. */
export function formWith(file: Buffer, fields: Record<string, string> = {}): FormData {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	form.append('video', new Blob([new Uint8Array(file)], { type: 'video/mp4' }), 'clip.mp4');
	return form;
}

/** Sends every file of the item as a video. */
export const videos = { attachments: { values: [{ type: 'video', source: 'binary', binaryFields: '*' }] } };
