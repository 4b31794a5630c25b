import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bench } from './bench';
import { freePort } from '../host/program';
import type { N8nProcess } from '../host/n8n';
import { startQueue, startWorker } from '../host/queue';
import { importer, quiet, type Webhook } from './n8n';
import type { Side } from './sides/side';
import { webhookStart, workflowOf } from './workflow';

/** An n8n in queue mode whose workers come and go. */
export interface QueuedN8n {
	/** Ends the workers there are, and starts others. @param concurrency Executions at a time in each */
	staff(workers: number, concurrency: number): Promise<void>;
	/** Imports a workflow that runs a side on what a webhook of the webhook process receives, and activates it. */
	publish(side: Side, url: string): Promise<Webhook>;
	/** CPU time of all workers since their start, in ms, the processes they have started included. */
	workersCpuMs(): number;
	/** Calls the probe of the first worker. */
	probe<Answer = unknown>(action: string): Promise<Answer>;
	quiet(): Promise<void>;
	stop(): Promise<void>;
}

export async function startQueuedN8n({ host, packageDirectory, ...bench }: Bench): Promise<QueuedN8n> {
	const folder = path.join(bench.folder, 'queue');
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
		workersCpuMs: () => cpuMs(workers.map(({ pid }) => pid)),
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

/** A tick of the kernel's CPU times, in ms. */
const TICK_MS = 10;

/** CPU time of process groups, as Linux tells it. */
function cpuMs(groups: number[]): number {
	const stats = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				// The program's name, in parentheses, may hold spaces; the state comes first after it.
				return [
					readFileSync(`/proc/${pid}/stat`, 'utf8')
						.replace(/^.*\) /s, '')
						.split(' ')
						.map(Number),
				];
			} catch {
				return [];
			}
		});
	const own = stats.filter((fields) => groups.includes(fields[2]!));
	return own.reduce((sum, fields) => sum + (fields[11]! + fields[12]!) * TICK_MS, 0);
}
