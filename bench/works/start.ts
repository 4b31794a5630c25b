import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../bench';
import { inTurn, statOf, type Entry } from '../measure';
import { atMost, type Work } from './work';

const LOADS = 7;

export const start: Work = {
	name: 'start',
	async measure(bench) {
		const started = (name: string, packageDirectory: string): Entry => {
			let userFolder: string | undefined;
			const run = async (): Promise<number> => {
				userFolder ??= await bench.userFolder();
				const began = Date.now();
				const n8n = await bench.freshN8n({ packageDirectory, userFolder });
				const ms = Date.now() - began;
				await n8n.stop();
				return ms;
			};
			return {
				name,
				async measure() {
					// The first start of a folder makes its database.
					if (!userFolder) await run();
					return { seconds: (await run()) / 1000 };
				},
			};
		};
		const starts = await inTurn(
			[
				started('n8n start with the package', bench.packageDirectory),
				started('n8n start with an empty package', await emptyPackage(bench.folder)),
			],
			bench.rounds,
			bench.log,
		);
		const loads: Array<{ ms: number; nodes: number }> = [];
		for (let i = 0; i < LOADS; i += 1) loads.push(await load(bench));
		const perNode = statOf(loads.map(({ ms, nodes }) => ms / nodes));
		const tarball = await tarballKb(bench.packageDirectory);
		return {
			title: 'Start and size',
			setup: `From the start of the n8n process to the owner's login (looked at every quarter of a second); the loading of the package alone, as n8n does it (PackageDirectoryLoader, ${LOADS} fresh processes); the packed package.`,
			columns: [
				{ key: 'seconds', label: 'time', unit: 's' },
				{ key: 'perNode', label: 'time a node', unit: 'ms' },
				{ key: 'size', label: 'size', unit: 'kB' },
			],
			rows: [
				...starts,
				{ name: `Loading the package (nodes: ${loads[0]!.nodes})`, values: { perNode } },
				{ name: 'Tarball', values: { size: statOf([tarball]) } },
			],
			goals: [
				atMost('loading under 20 ms a node', perNode.median, 20, 'ms'),
				atMost('tarball under 150 kB', tarball, 150, 'kB'),
			],
		};
	},
};

/** A package without nodes: n8n does all the rest for it, too. */
async function emptyPackage(folder: string): Promise<string> {
	const directory = path.join(folder, 'empty');
	await mkdir(directory);
	await writeFile(
		path.join(directory, 'package.json'),
		JSON.stringify({
			name: 'n8n-nodes-empty',
			version: '1.0.0',
			n8n: { n8nNodesApiVersion: 1, credentials: [], nodes: [] },
		}),
	);
	return directory;
}

async function load({ host, packageDirectory }: Bench): Promise<{ ms: number; nodes: number }> {
	const { stdout } = await promisify(execFile)(
		host.node,
		[path.join(__dirname, '../load-package.cjs'), host.directory, packageDirectory],
		{
			env: { ...process.env, NODE_PATH: path.join(host.directory, 'node_modules') },
		},
	);
	return JSON.parse(stdout) as { ms: number; nodes: number };
}

/** Size of the package as it is published. */
async function tarballKb(packageDirectory: string): Promise<number> {
	const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--dry-run'], {
		cwd: packageDirectory,
		shell: process.platform === 'win32',
	});
	return (JSON.parse(stdout) as Array<{ size: number }>)[0]!.size / 1000;
}
