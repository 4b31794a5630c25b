import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { N8nClient } from './client';
import { installCommunityPackage } from './community-package';
import type { Host } from './install';
import { freePort, startProgram, STOP_TIMEOUT_MS, type Running } from './program';

/** What an n8n process is started with. */
export interface N8nOptions {
	host: Host;
	/** n8n keeps its database, settings and community packages below it; used again, it starts where it ended. */
	userFolder: string;
	/** The unpacked tarball of the package to install. */
	packageDirectory: string;
	/** Taken when it is free; else any free one is. */
	port?: number;
	env?: Record<string, string>;
}

/** A process of n8n, whichever. */
export interface N8nProcess extends Running {
	url: string;
}

export interface N8n extends N8nProcess {
	client: N8nClient;
}

/** What n8n can be started as, and the line of its log that says it is ready. */
const READY = {
	start: 'Editor is now accessible via',
	worker: 'n8n worker is now ready',
	webhook: 'Webhook listener waiting for requests',
} as const;

/**
 * Starts an n8n server on the loopback interface with a community package in it, and logs in.
 * The server ends with the calling process, whatever ends that.
 * @throws with the end of n8n's log when it does not come up
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const running = await startN8nProcess('start', options);
	try {
		return { ...running, client: await N8nClient.login(running.url) };
	} catch (error) {
		await running.stop();
		throw error;
	}
}

/** Starts one process of n8n as `startN8n` does; its `/healthz` answers at `url`. @param args of n8n's command */
export async function startN8nProcess(
	command: keyof typeof READY,
	{ host, userFolder, packageDirectory, port, env }: N8nOptions,
	args: string[] = [],
): Promise<N8nProcess> {
	await mkdir(userFolder, { recursive: true });
	await installCommunityPackage(userFolder, packageDirectory);
	const ownPort = `${await freePort(port)}`;
	const url = `http://127.0.0.1:${ownPort}`;
	const running = await startProgram({
		name: 'n8n',
		program: host.node,
		args: ['--require', path.join(__dirname, 'leash.cjs'), host.n8n, command, ...args],
		// n8n reads a .env file from where it is started.
		cwd: userFolder,
		env: {
			...environment(host, userFolder),
			...(command === 'worker'
				? { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: ownPort }
				: { N8N_PORT: ownPort }),
			N8N_RUNNERS_BROKER_PORT: `${await freePort()}`,
			...env,
		},
		logFile: path.join(userFolder, 'n8n.log'),
		isReady: async (log) =>
			log.includes(READY[command]) &&
			(await fetch(`${url}/healthz`).then(
				(response) => response.ok,
				() => false,
			)),
	});
	return { ...running, url };
}

/** The caller's environment without its n8n settings: the host is not to use another instance's database or keys. */
function environment(host: Host, userFolder: string): NodeJS.ProcessEnv {
	const foreign = /^(N8N|DB|EXECUTIONS|QUEUE|WEBHOOK|GENERIC|NODES|CREDENTIALS|NODE_ENV|NODE_OPTIONS)(_|$)/;
	const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)));
	return {
		...inherited,
		PATH: [path.dirname(host.node), process.env.PATH].join(path.delimiter),
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: `${STOP_TIMEOUT_MS / 2000}`,
		// Nothing here is to leave the machine but the calls of the workflows.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	};
}
