import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { N8nClient } from './client';
import type { Host } from './install';
import { installCommunityPackage } from './community-package';

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

export interface N8n {
	url: string;
	client: N8nClient;
	logFile: string;
	/** Settles when the process has ended, by `stop` or by itself. */
	ended: Promise<void>;
	/** Ends the server and everything it started. */
	stop(): Promise<void>;
}

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts an n8n server on the loopback interface with a community package in it, and logs in.
 * The server ends with the calling process, whatever ends that.
 * @throws with the end of n8n's log when it does not come up
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const { host, userFolder, packageDirectory } = options;
	await mkdir(userFolder, { recursive: true });
	await installCommunityPackage(userFolder, packageDirectory);

	const port = await freePort(options.port);
	const brokerPort = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const logFile = path.join(userFolder, 'n8n.log');
	const log = openSync(logFile, 'w');
	const child = spawn(host.node, ['--require', path.join(__dirname, 'leash.cjs'), host.n8n, 'start'], {
		// n8n reads a .env file from where it is started.
		cwd: userFolder,
		env: {
			...environment(host, userFolder),
			N8N_PORT: `${port}`,
			N8N_RUNNERS_BROKER_PORT: `${brokerPort}`,
			...options.env,
		},
		stdio: ['ignore', log, log, 'ipc'],
		// A process group of its own: `stop` ends the task runners with it, and Ctrl-C reaches it through `stop` only.
		detached: process.platform !== 'win32',
	});
	const ended = new Promise<void>((resolve) => {
		child.on('exit', () => resolve());
		child.on('error', () => resolve());
	});
	const stop = () => end(child, ended);

	try {
		await ready(child, url, logFile);
		return { url, client: await N8nClient.login(url), logFile, ended, stop };
	} catch (error) {
		await stop();
		throw error;
	}
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

async function ready(child: ChildProcess, url: string, logFile: string): Promise<void> {
	const deadline = Date.now() + START_TIMEOUT_MS;
	const isUp = async () => {
		if (!readFileSync(logFile, 'utf8').includes('Editor is now accessible via')) return false;
		return await fetch(`${url}/healthz`).then(
			(response) => response.ok,
			() => false,
		);
	};
	while (!(await isUp())) {
		const hasEnded = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
		if (hasEnded || Date.now() > deadline) {
			const tail = readFileSync(logFile, 'utf8').split('\n').slice(-40).join('\n').trim();
			const what = hasEnded ? 'n8n ended before it was ready' : `n8n is not ready after ${START_TIMEOUT_MS / 1000} s`;
			throw new Error(`${what}. The end of its log (${logFile}):\n${tail}`);
		}
		await sleep(250);
	}
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
	if (child.pid === undefined) return;
	child.kill('SIGTERM');
	await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
	try {
		process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
	} catch {
		// Nothing of the group is left, as it should be.
	}
	await ended;
}

/** @returns the preferred port when nothing listens there, else one the system chooses */
export async function freePort(preferred = 0): Promise<number> {
	const server = createServer();
	try {
		server.listen(preferred, '127.0.0.1');
		await once(server, 'listening');
		return (server.address() as AddressInfo).port;
	} catch (error) {
		if (preferred === 0) throw error;
		return await freePort();
	} finally {
		server.close();
	}
}
