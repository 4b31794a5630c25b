import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Host } from './install';
import { startN8n, startN8nProcess, type N8n, type N8nProcess } from './n8n';
import { startServers, type Servers } from './servers';

/** What all processes of one n8n in queue mode share; plain data. */
export interface QueueSettings {
	host: Host;
	/** Each process has a user folder of its own below it, as each has in a container of its own. */
	folder: string;
	/** The unpacked tarball of the package to install for all of them. */
	packageDirectory: string;
	env: Record<string, string>;
}

/** An n8n in queue mode: its main process, its workers and a process for webhooks. */
export interface N8nQueue {
	settings: QueueSettings;
	servers: Servers;
	main: N8n;
	webhook: N8nProcess;
	workers: N8nProcess[];
	/** Ends all of it, servers included. */
	stop(): Promise<void>;
}

/** The settings that make one n8n of several processes. */
export const queueEnvironment = (
	{ redis, postgres }: Pick<Servers, 'redis' | 'postgres'>,
	encryptionKey: string,
): Record<string, string> => ({
	EXECUTIONS_MODE: 'queue',
	// Without it the editor's own runs stay in the main process.
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	N8N_DEFAULT_BINARY_DATA_MODE: 'database',
	N8N_ENCRYPTION_KEY: encryptionKey,
	QUEUE_BULL_REDIS_HOST: redis.host,
	QUEUE_BULL_REDIS_PORT: `${redis.port}`,
	DB_TYPE: 'postgresdb',
	DB_POSTGRESDB_HOST: postgres.host,
	DB_POSTGRESDB_PORT: `${postgres.port}`,
	DB_POSTGRESDB_DATABASE: postgres.database,
	DB_POSTGRESDB_USER: postgres.user,
	DB_POSTGRESDB_PASSWORD: postgres.password,
});

/**
 * Starts Redis, PostgreSQL and all processes of an n8n with a community package in it, on the loopback interface. All of them end
 * with the calling process, whatever ends that.
 * @throws with the end of a log when something does not come up
 */
export async function startQueue({
	workers = 2,
	concurrency,
	env = {},
	...given
}: Omit<QueueSettings, 'env'> & {
	workers?: number;
	/** Executions at a time in each worker; n8n's default is 10. */
	concurrency?: number;
	env?: Record<string, string>;
}): Promise<N8nQueue> {
	const servers = await startServers();
	const settings = {
		...given,
		env: { ...queueEnvironment(servers, randomBytes(24).toString('hex')), ...env },
	};
	const running: N8nProcess[] = [];
	const stop = async (): Promise<void> => {
		await Promise.all(running.map((one) => one.stop()));
		await servers.stop();
	};
	const started = async <Started extends N8nProcess>(starting: Promise<Started>): Promise<Started> => {
		const one = await starting;
		running.push(one);
		return one;
	};
	try {
		// It creates the database's tables, which the others wait for in vain.
		const main = await started(startN8n({ ...settings, userFolder: path.join(settings.folder, 'main') }));
		const others = await Promise.allSettled([
			started(startWebhookProcess(settings, 'webhook')),
			...Array.from({ length: workers }, (_, i) =>
				started(startWorker(settings, `worker-${i + 1}`, { ...(concurrency && { concurrency }) })),
			),
		]);
		const failed = others.find((one) => one.status === 'rejected');
		if (failed) throw failed.reason;
		const [webhook, ...workerProcesses] = others.map((one) => (one as PromiseFulfilledResult<N8nProcess>).value);
		return { settings, servers, main, webhook: webhook!, workers: workerProcesses, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Starts one more worker. @param name of its folder */
export const startWorker = (
	settings: QueueSettings,
	name: string,
	{ concurrency = 10, env = {} }: { concurrency?: number; env?: Record<string, string> } = {},
): Promise<N8nProcess> => startN8nProcess('worker', optionsOf(settings, name, env), [`--concurrency=${concurrency}`]);

/** Starts one more process for webhooks. @param name of its folder */
export const startWebhookProcess = (
	settings: QueueSettings,
	name: string,
	env: Record<string, string> = {},
): Promise<N8nProcess> => startN8nProcess('webhook', optionsOf(settings, name, env));

const optionsOf = (
	{ host, folder, packageDirectory, env }: QueueSettings,
	name: string,
	more: Record<string, string>,
) => ({
	host,
	packageDirectory,
	userFolder: path.join(folder, name),
	env: { ...env, ...more },
});
