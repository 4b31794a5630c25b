import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Where the host's n8n is installed, and the two files needed to run it. */
export interface Host {
	directory: string;
	/** The Node binary of the npm package `node`: n8n needs a newer one than this repository does. */
	node: string;
	n8n: string;
}

/** `N8N_HOST_CACHE`, else a folder of ours in the system's place for caches. */
export function cacheDirectory(): string {
	if (process.env.N8N_HOST_CACHE) return path.resolve(process.env.N8N_HOST_CACHE);
	const platformCache =
		process.platform === 'win32'
			? (process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData/Local'))
			: process.platform === 'darwin'
				? path.join(os.homedir(), 'Library/Caches')
				: path.join(os.homedir(), '.cache');
	return path.join(process.env.XDG_CACHE_HOME || platformCache, 'n8n-nodes-stepfun');
}

/** The folder with package.json and lockfile of the n8n to install: host/, or with `N8N_HOST_VERSION` one of host/versions/. */
const definition = (): string =>
	process.env.N8N_HOST_VERSION ? path.join(__dirname, 'versions', process.env.N8N_HOST_VERSION) : __dirname;

/**
 * Makes sure the n8n of host/package-lock.json is installed, and says where. Installed once per lockfile and
 * platform (about 3 minutes and 2.7 GB), outside the repository so that a fresh clone finds it.
 * @throws with npm's own output when a step fails
 */
export async function installHost(): Promise<Host> {
	const lockfile = await readFile(path.join(definition(), 'package-lock.json'));
	const hash = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
	const cache = cacheDirectory();
	const name = `host-${hash}-${process.platform}-${process.arch}`;
	const directory = path.join(cache, name);

	// A directory of this name only ever appears by the rename of a complete, tried installation.
	if (!existsSync(directory)) {
		await mkdir(cache, { recursive: true });
		await removeAbandoned(cache);
		const draft = path.join(cache, `${name}.${process.pid}.tmp`);
		await mkdir(draft);
		try {
			await installInto(draft);
			await rename(draft, directory).catch((error: unknown) => {
				// Another run finished the same installation first: its result is as good as ours.
				if (!existsSync(directory)) throw error;
			});
		} finally {
			await rm(draft, { recursive: true, force: true });
		}
	}
	return locate(directory);
}

function locate(directory: string): Host {
	const binary = process.platform === 'win32' ? 'node.exe' : 'node';
	return {
		directory,
		node: path.join(directory, 'node_modules/node/bin', binary),
		n8n: path.join(directory, 'node_modules/n8n/bin/n8n'),
	};
}

async function installInto(directory: string): Promise<void> {
	console.log('Installing n8n for the host (about 3 minutes and 2.7 GB, only once) …');
	for (const file of ['package.json', 'package-lock.json']) {
		await copyFile(path.join(definition(), file), path.join(directory, file));
	}
	const { node, n8n } = locate(directory);
	const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

	// With install scripts on, optional parts of n8n's integrations download binaries and break the installation;
	// only the two packages n8n itself cannot do without run theirs.
	await step('1/3 packages', directory, 'npm', ['ci', '--ignore-scripts', ...quiet]);
	await step(
		'2/3 Node and the SQLite driver',
		directory,
		'npm',
		['rebuild', 'node', 'sqlite3', '--ignore-scripts=false', ...quiet],
		'The SQLite driver is compiled where no prebuilt one fits, which takes python3, make and a C++ compiler.',
	);
	await step('3/3 trying it', directory, node, [
		'-e',
		`require('sqlite3'); require('child_process').execFileSync(process.execPath, [${JSON.stringify(n8n)}, '--version'], {stdio: 'inherit'})`,
	]);
}

/** Runs one command with its output held back, and shows the time that passes. */
async function step(title: string, cwd: string, command: string, args: string[], hint = ''): Promise<void> {
	const started = Date.now();
	const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
	const show = (state: string) => console.log(`  ${title}: ${state}`);
	show('started');
	const ticker = setInterval(() => show(elapsed()), 10_000);

	const isNpm = command === 'npm';
	const child = spawn(command, args, {
		cwd,
		env: { ...process.env, NODE_OPTIONS: '' },
		stdio: ['ignore', 'pipe', 'pipe'],
		shell: isNpm && process.platform === 'win32',
	});
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const status = await new Promise<number | string>((resolve) => {
		child.on('error', (error) => resolve(error.message));
		child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
	}).finally(() => clearInterval(ticker));

	if (status !== 0) {
		throw new Error(
			[
				output.trim(),
				`Installing the host failed at "${title}" (${isNpm ? `npm ${args[0]}` : 'n8n --version'}: ${status}).`,
				hint,
			]
				.filter(Boolean)
				.join('\n'),
		);
	}
	show(`done in ${elapsed()}`);
}

/** Removes what interrupted installations left behind: drafts whose process is gone. */
async function removeAbandoned(cache: string): Promise<void> {
	for (const entry of await readdir(cache)) {
		const owner = /^host-.*\.(\d+)\.tmp$/.exec(entry)?.[1];
		if (owner && !isRunning(Number(owner))) await rm(path.join(cache, entry), { recursive: true, force: true });
	}
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
