// npm run bench [-- name …] [--keep] [--quick] [--rounds 3] [--package DIRECTORY] [--profile]
// Runs the package's node beside what users pick today, in a real n8n, and prints tables. A complete run writes bench/results.json,
// bench/RESULTS.md and the charts; with --keep, a run of some works puts theirs in.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installHost } from '../host/install';
import { findServers } from '../host/servers';
import { Bench } from './bench';
import { addResults, printTable, writeResults } from './report';
import { cancel } from './works/cancel';
import {
	executionsFree,
	executionsFreeSpread,
	executionsParallelBare,
	executionsParallelRetryAfter,
	executionsRateBare,
	executionsRateRetryAfter,
} from './works/executions';
import { executionsBeside } from './works/executions-beside';
import { distance } from './works/distance';
import { documents } from './works/documents';
import { firstToken } from './works/first-token';
import { items } from './works/items';
import { parallelLimit, rateLimit } from './works/limits';
import { longAnswer } from './works/long-answers';
import { overhead } from './works/overhead';
import { queueFastModel, queueMemory, queuePlaces, queueRate, queueSlowModel } from './works/queue';
import { start } from './works/start';
import { toolRounds } from './works/tool-rounds';
import { upload32, upload96 } from './works/upload';
import { structured, structuredCost } from './works/structured';
import type { Table, Work } from './works/work';

const works: Work[] = [
	items,
	overhead,
	distance,
	rateLimit,
	parallelLimit,
	executionsRateRetryAfter,
	executionsRateBare,
	executionsParallelRetryAfter,
	executionsParallelBare,
	executionsBeside,
	executionsFree,
	executionsFreeSpread,
	upload32,
	upload96,
	documents,
	toolRounds,
	longAnswer,
	firstToken,
	cancel,
	structured,
	structuredCost,
	start,
	queueRate,
	queuePlaces,
	queueSlowModel,
	queueFastModel,
	queueMemory,
];

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		keep: { type: 'boolean', default: false },
		profile: { type: 'boolean', default: false },
		quick: { type: 'boolean', default: false },
		rounds: { type: 'string' },
		package: { type: 'string', default: path.join(__dirname, '../build/package') },
	},
});

async function main(): Promise<void> {
	const isNamed = (work: Work, name: string): boolean => work.name === name || work.name.startsWith(`${name}-`);
	const unknown = positionals.filter((name) => !works.some((work) => isNamed(work, name)));
	if (unknown.length > 0)
		throw new Error(`There is no work "${unknown[0]}", only: ${works.map(({ name }) => name).join(', ')}`);
	const chosen = works.filter((work) => positionals.length === 0 || positionals.some((name) => isNamed(work, name)));
	if (chosen.some(({ needsServers }) => needsServers)) findServers();
	const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));

	const host = await installHost();
	const folder = await mkdtemp(path.join(os.tmpdir(), 'stepfun-bench-'));
	const packageDirectory = path.join(folder, 'package');
	await cp(values.package, packageDirectory, { recursive: true });
	const started = Date.now();
	const log = (text: string): void =>
		console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s ${text}`);
	const bench = new Bench(
		host,
		packageDirectory,
		folder,
		rounds,
		values.quick,
		log,
		values.profile ? path.join(__dirname, '../build/profiles') : undefined,
	);
	let interrupted = false;
	const interrupt = (): void => {
		interrupted = true;
		void bench.stop();
	};
	process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
	try {
		const tables: Record<string, Table> = {};
		for (const work of chosen) {
			log(work.name);
			const table = await work.measure(bench);
			tables[work.name] = table;
			printTable(table);
		}
		const inEarnest = !values.quick && !values.profile;
		if (inEarnest && chosen.length === works.length && rounds >= 3) await writeResults(host, rounds, tables);
		else if (inEarnest && values.keep) await addResults(host, rounds, tables);
		else console.log('Not a complete run: bench/RESULTS.md stays as it is.');
	} catch (error) {
		if (!interrupted) throw error;
	} finally {
		await bench.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

main().catch((error: Error) => {
	console.error(error);
	process.exitCode = 1;
});
