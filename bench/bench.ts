import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Host } from '../host/install';
import { startApi, type Api } from './api';
import { makeCertificate, type Certificate } from './certificate';
import { startChild } from './child';
import type { Calls, Result } from './limit-client';
import { startProbedN8n, type ProbedN8n } from './n8n';
import { groupsCpuMs } from './cpu-time';
import { startQueuedN8n, type QueuedN8n, type Runner } from './queue';

/** What the works share: one n8n, the API near and far, and the limit's client, each in a process of its own. */
export class Bench {
	private readonly open = new Set<{ stop(): Promise<void> }>();
	private shared: ProbedN8n | undefined;
	private queued: QueuedN8n | undefined;
	private certificate: Certificate | undefined;
	private apis = new Map<'near' | 'far', Api>();
	private folders = 0;

	constructor(
		readonly host: Host,
		/** The package's unpacked tarball. */
		readonly packageDirectory: string,
		/** A folder of this run's own. */
		readonly folder: string,
		readonly rounds: number,
		/** Tiny sizes, to see that everything works. */
		readonly quick: boolean,
		readonly log: (text: string) => void,
		/** A folder for CPU profiles of n8n, one for each run; they slow it down. */
		readonly profiles?: string,
	) {}

	/** The n8n that most works use in turn; started anew when it has died. */
	async n8n(): Promise<ProbedN8n> {
		if (!this.shared || this.shared.hasEnded()) this.shared = await this.freshN8n();
		return this.shared;
	}

	/** An n8n of its own, with nothing behind it. */
	async freshN8n(options: { packageDirectory?: string; userFolder?: string } = {}): Promise<ProbedN8n> {
		const { packageDirectory = this.packageDirectory, userFolder = await this.userFolder() } = options;
		const { file } = await this.certify();
		const n8n = await startProbedN8n(
			this.host,
			userFolder,
			packageDirectory,
			{
				NODE_EXTRA_CA_CERTS: file,
				N8N_RESTRICT_FILE_ACCESS_TO: this.folder,
			},
			this.profiles,
		);
		return this.owned(n8n);
	}

	/** The n8n in queue mode that the works for it use in turn. */
	async queuedN8n(): Promise<QueuedN8n> {
		return (this.queued ??= this.owned(await startQueuedN8n(this)));
	}

	/** An n8n of one process, to be seen beside one in queue mode. */
	async singleN8n(): Promise<Runner> {
		const n8n = await this.freshN8n();
		return {
			publish: (side, url) => n8n.publish(side, url, 'lastNode'),
			cpuMs: () => groupsCpuMs([n8n.pid]),
			quiet: () => n8n.quiet(),
			stop: () => n8n.stop(),
		};
	}

	async userFolder(): Promise<string> {
		this.folders += 1;
		const folder = path.join(this.folder, `n8n-${this.folders}`);
		await mkdir(folder);
		return folder;
	}

	/** The API: near on loopback, or far over HTTPS with a round trip of `ROUND_TRIP_MS` more. */
	async api(where: 'near' | 'far' = 'near'): Promise<Api> {
		const api =
			this.apis.get(where) ??
			this.owned(
				await startApi(
					this.host,
					where === 'far' ? { certificate: await this.certify(), roundTripMs: ROUND_TRIP_MS } : undefined,
				),
			);
		this.apis.set(where, api);
		return api;
	}

	/** The same calls without n8n, in a fresh process. */
	async limit(calls: Calls, warmUp: Calls): Promise<Result> {
		const child = this.owned(
			await startChild<Calls>(
				this.host.node,
				'limit-client.ts',
				{},
				{ NODE_EXTRA_CA_CERTS: (await this.certify()).file },
			),
		);
		await child.ask(warmUp);
		const result = await child.ask<Result>(calls);
		await child.stop();
		return result;
	}

	/** A work's size, or a tiny one. */
	size(full: number, tiny: number): number {
		return this.quick ? tiny : full;
	}

	async stop(): Promise<void> {
		await Promise.allSettled([...this.open].map((running) => running.stop()));
	}

	/** Sees to it that what runs is stopped at the end, and not twice. */
	private owned<Running extends { stop(): Promise<void> }>(running: Running): Running {
		const stop = async (): Promise<void> => {
			if (this.open.delete(owned)) await running.stop();
		};
		const owned = { ...running, stop };
		this.open.add(owned);
		return owned;
	}

	private async certify(): Promise<Certificate> {
		return (this.certificate ??= await makeCertificate(this.folder));
	}
}

export const ROUND_TRIP_MS = 100;
