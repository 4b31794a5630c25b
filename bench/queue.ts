import path from 'node:path';
import { freePort } from '../host/program';
import type { N8nProcess } from '../host/n8n';
import { startQueue, startWorker } from '../host/queue';
import { groupsCpuMs } from './cpu-time';
import { importer, quiet, type Webhook } from './n8n';
import type { Side } from './sides/side';
import { webhookStart, workflowOf } from './workflow';

/** What runs executions. */
export interface Runner {
	/** Imports a workflow that runs a side on what a webhook receives and answers with its item, and activates it. */
	publish(side: Side, url: string): Promise<Webhook>;
	/** CPU time since their start, in ms, of the processes that run executions and of what they have started. */
	cpuMs(): number;
	/** Resolves when n8n has nothing left to do. */
	quiet(): Promise<void>;
	stop(): Promise<void>;
}

/** An n8n in queue mode whose workers come and go; its webhooks are those of the webhook process. */
export interface QueuedN8n extends Runner {
	/** Ends the workers there are, and starts others. @param concurrency Executions at a time in each */
	staff(workers: number, concurrency: number): Promise<void>;
	/** Calls the probe of the first worker. */
	probe<Answer = unknown>(action: string): Promise<Answer>;
}

/** What an n8n is started from and in. */
type Place = Pick<Parameters<typeof startQueue>[0], 'host' | 'packageDirectory' | 'folder'>;

/** Starts it in a folder of its own in `parent`. */
export async function startQueuedN8n({ host, packageDirectory, folder: parent }: Place): Promise<QueuedN8n> {
	const folder = path.join(parent, 'queue');
	const queue = await startQueue({ host, packageDirectory, folder, workers: 0 });
	const importOf = importer(queue.main.client);
	const probePort = await freePort();
	let workers: N8nProcess[] = [];
	let started = 0;
	let webhooks = 0;
	const dismiss = async (): Promise<void> => {
		await Promise.all(workers.map((worker) => worker.stop()));
		workers = [];
	};
	return {
		async staff(count, concurrency) {
			await dismiss();
			workers = await Promise.all(
				Array.from({ length: count }, (_, i) => {
					started += 1;
					const probe = {
						NODE_OPTIONS: `--require ${path.join(__dirname, 'probe.ts')}`,
						BENCH_PROBE_PORT: `${probePort}`,
					};
					return startWorker(queue.settings, `worker-${started}`, { concurrency, env: i === 0 ? probe : {} });
				}),
			);
		},
		async publish(side, url) {
			webhooks += 1;
			const address = `webhook-${webhooks}`;
			const { workflow } = workflowOf(side, url, { webhook: webhookStart(address, 'lastNode') }, {});
			const { id, asNewAccount } = await importOf(side, url, workflow);
			await queue.main.client.publishWorkflow(id);
			return { asNewAccount, url: `${queue.webhook.url}/webhook/${address}` };
		},
		cpuMs: () => groupsCpuMs(workers.map(({ pid }) => pid)),
		probe: async <Answer>(action: string) =>
			(await (await fetch(`http://127.0.0.1:${probePort}/${action}`)).json()) as Answer,
		async quiet() {
			for (const { url } of [queue.main, queue.webhook, ...workers]) await quiet(url);
		},
		async stop() {
			await dismiss();
			await queue.stop();
		},
	};
}
