import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProgramOptions {
	/** As messages call it. */
	name: string;
	program: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Takes what it writes, and is emptied first. */
	logFile: string;
	/** Asked again and again until it says so. */
	isReady(log: string): boolean | Promise<boolean>;
}

/** A program that runs in a process group of its own. */
export interface Running {
	pid: number;
	logFile: string;
	/** Settles when the process has ended, by `stop` or by itself. */
	ended: Promise<void>;
	hasEnded(): boolean;
	/** Ends it and everything it started. @param patienceMs for an end of its own accord */
	stop(patienceMs?: number): Promise<void>;
}

const START_TIMEOUT_MS = 180_000;
export const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a program and waits until it is ready. It has to be one that ends when its IPC channel closes (leash.cjs, leashed.cjs),
 * and so ends with the calling process, whatever ends that.
 * @throws with the end of its log when it does not come up
 */
export async function startProgram(options: ProgramOptions): Promise<Running> {
	const { name, program, args, cwd, env, logFile } = options;
	const log = openSync(logFile, 'w');
	const child = spawn(program, args, {
		cwd,
		env,
		stdio: ['ignore', log, log, 'ipc'],
		// A process group of its own: `stop` ends what it has started with it, and Ctrl-C reaches it through `stop` only.
		detached: process.platform !== 'win32',
	});
	let isOver = false;
	const ended = new Promise<void>((resolve) => {
		child.on('exit', () => resolve());
		child.on('error', () => resolve());
	}).then(() => void (isOver = true));
	const stop = (patienceMs = STOP_TIMEOUT_MS) => end(child, ended, patienceMs);
	try {
		await ready(options, () => isOver);
	} catch (error) {
		await stop();
		throw error;
	}
	if (child.pid === undefined) throw new Error(`${name} has no process`);
	return { pid: child.pid, logFile, ended, hasEnded: () => isOver, stop };
}

async function ready({ name, logFile, isReady }: ProgramOptions, hasEnded: () => boolean): Promise<void> {
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await isReady(readFileSync(logFile, 'utf8')))) {
		if (hasEnded() || Date.now() > deadline) {
			const tail = readFileSync(logFile, 'utf8').split('\n').slice(-40).join('\n').trim();
			const what = hasEnded()
				? `${name} ended before it was ready`
				: `${name} is not ready after ${START_TIMEOUT_MS / 1000} s`;
			throw new Error(`${what}. The end of its log (${logFile}):\n${tail}`);
		}
		await sleep(250);
	}
}

async function end(child: ChildProcess, ended: Promise<void>, patienceMs: number): Promise<void> {
	if (child.pid === undefined) return;
	child.kill('SIGTERM');
	await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
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
