import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup } from '../api-server';
import type { Bench } from '../bench';
import { machineCpuMs } from '../cpu-time';
import { callers, errorsIn, wallOf, warmUp, type Answer } from '../callers';
import { inTurn, median, statOf, type Entry, type Row, type Sample } from '../measure';
import type { Usage } from '../probe';
import type { QueuedN8n, Runner } from '../queue';
import { httpRequest } from '../sides/http-request';
import { moonshot } from '../sides/moonshot';
import type { Side } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { atLeast, atMost, type Column, type Work } from './work';

const CALL_MS = 1_000;
/** n8n's default for `--concurrency`. */
const CONCURRENCY = 10;
const workersOf = (bench: Bench): number[] => (bench.quick ? [1, 2] : [1, 2, 4]);

const plural = (workers: number): string => (workers === 1 ? '1 worker' : `${workers} workers`);

/** Some sides with so many workers, one number of workers after the other: a worker takes seconds to start. */
async function withWorkers(
	bench: Bench,
	staffed: Array<{ workers: number; concurrency: number; entries: (n8n: QueuedN8n) => Entry[] }>,
): Promise<Row[]> {
	const n8n = await bench.queuedN8n();
	const rows: Row[] = [];
	for (const { workers, concurrency, entries } of staffed) {
		await n8n.staff(workers, concurrency);
		rows.push(...(await inTurn(entries(n8n), bench.rounds, bench.log)));
	}
	return rows;
}

interface Calls {
	side: Side;
	setup: Setup;
	count: number;
	/** So that every worker has run each side before. */
	warmUpCalls: number;
}

/** Calls a side's webhook so many times at once. */
async function callAll(bench: Bench, n8n: Runner, { side, setup, count, warmUpCalls }: Calls) {
	const api = await bench.api();
	await api.setUp({ reply: shortReply });
	const webhook = await n8n.publish(side, api.url);
	await warmUp(webhook.url);
	await callers(webhook.url, warmUpCalls, 0);
	await webhook.asNewAccount();
	await n8n.quiet();
	await api.setUp(setup);
	const before = { workers: n8n.cpuMs(), machine: machineCpuMs() };
	const answers = await callers(webhook.url, count, 0);
	const after = { workers: n8n.cpuMs(), machine: machineCpuMs() };
	for (const error of errorsIn(answers)) bench.log(`    ${error}`);
	return {
		answers,
		done: doneOf(side, answers),
		requests: (await api.seen()).length,
		cpuMs: after.workers - before.workers,
		machineCpuMs: after.machine - before.machine,
	};
}

const doneOf = (side: Side, answers: Answer[]): number =>
	answers.filter(({ item }) => item && side.answer(item)).length;

interface Limit {
	what: string;
	options: Setup['options'];
	idealMs(count: number): number;
	/** What keeps so many workers within the limit: each one's concurrency. */
	concurrency(workers: number): number;
}

const places = (bench: Bench): Limit => {
	const limit = bench.size(8, 4);
	return {
		what: `${limit} requests at a time`,
		options: { concurrencyLimit: limit },
		idealMs: (count) => Math.ceil(count / limit) * CALL_MS,
		concurrency: (workers) => Math.floor(limit / workers),
	};
};

const rate = (bench: Bench): Limit => {
	const requests = bench.size(60, 15);
	const windowMs = bench.size(10_000, 2_000);
	return {
		what: `${requests} requests in ${windowMs / 1000} s`,
		options: { rateLimit: { requests, windowMs } },
		idealMs: (count) => (Math.ceil(count / requests) - 1) * windowMs + CALL_MS,
		// A worker with so many executions at a time sends as many in each time that a call takes.
		concurrency: (workers) => Math.max(1, Math.floor((requests * CALL_MS) / windowMs / workers)),
	};
};

const limited = (name: string, limitOf: (bench: Bench) => Limit): Work => ({
	name,
	needsServers: true,
	async measure(bench) {
		const count = bench.size(300, 20);
		const { what, options, idealMs, concurrency } = limitOf(bench);
		const setup: Setup = { options: { delayMs: CALL_MS, ...options }, reply: shortReply };
		const entry =
			(rowName: string) =>
			(n8n: QueuedN8n): Entry[] => [
				{
					name: rowName,
					async measure(): Promise<Sample> {
						const { answers, done, requests } = await callAll(bench, n8n, {
							side: stepfunChat,
							setup,
							count,
							warmUpCalls: 4 * CONCURRENCY,
						});
						return {
							done,
							requests,
							wasted: (100 * (requests - done)) / requests,
							wall: wallOf(answers) / 1000,
						};
					},
				},
			];
		const rowOf = (workers: number, set: boolean): string =>
			`${plural(workers)}, ${set ? `concurrency ${concurrency(workers)}` : `as they come (concurrency ${CONCURRENCY})`}`;
		const rows = await withWorkers(
			bench,
			workersOf(bench).flatMap((workers) =>
				[false, true].map((set) => ({
					workers,
					concurrency: set ? concurrency(workers) : CONCURRENCY,
					entries: entry(rowOf(workers, set)),
				})),
			),
		);
		const ideal: Row = {
			name: 'The ideal',
			values: {
				done: statOf([count]),
				requests: statOf([count]),
				wasted: statOf([0]),
				wall: statOf([idealMs(count) / 1000]),
			},
		};
		return {
			title: `${count} executions in queue mode, ${what} allowed`,
			setup: `Webhooks that answer with their execution's item, called at once. What is too much is refused with 429, without Retry-After, and counts. A call takes ${CALL_MS / 1000} s. Each run has a key that was never used.`,
			columns: limitedColumns,
			rows: [ideal, ...rows],
			goals: workersOf(bench).flatMap((workers) => [
				...[false, true].map((set) =>
					atLeast(`${rowOf(workers, set)}: every execution done`, median(rows, rowOf(workers, set), 'done'), count),
				),
				atMost(
					`${rowOf(workers, false)}: at most 25 % of the requests for nothing`,
					median(rows, rowOf(workers, false), 'wasted'),
					25,
					'%',
				),
				atMost(
					`${rowOf(workers, true)}: at most 5 % of the requests for nothing`,
					median(rows, rowOf(workers, true), 'wasted'),
					5,
					'%',
				),
			]),
		};
	},
});

const limitedColumns: Column[] = [
	{ key: 'done', label: 'executions done', unit: '' },
	{ key: 'requests', label: 'requests', unit: '' },
	{ key: 'wasted', label: 'of them for nothing', unit: '%' },
	{ key: 'wall', label: 'time', unit: 's' },
];

export const queueRate = limited('queue-rate', rate);
export const queuePlaces = limited('queue-places', places);

const ALONE = 'One process';

/** How many executions a second so many workers get through. */
const throughput = (name: string, callMs: number, countOf: (bench: Bench, workers: number) => number): Work => ({
	name,
	needsServers: true,
	async measure(bench) {
		const setup: Setup = { options: { delayMs: callMs }, reply: shortReply };
		const rowOf = (where: string, side: Side): string => `${where}, ${side.name}`;
		const entries = (where: string, processes: number) => (n8n: Runner) =>
			[stepfunChat, httpRequest].map((side): Entry => ({
				name: rowOf(where, side),
				async measure(): Promise<Sample> {
					const count = countOf(bench, processes);
					const { answers, done, cpuMs, machineCpuMs } = await callAll(bench, n8n, {
						side,
						setup,
						count,
						warmUpCalls: processes * CONCURRENCY * 3,
					});
					return {
						done: (100 * done) / count,
						rate: (1000 * done) / wallOf(answers),
						cpu: cpuMs / count,
						machine: machineCpuMs / count,
					};
				},
			}));
		const single = await bench.singleN8n();
		const alone = await inTurn(entries(ALONE, 1)(single), bench.rounds, bench.log);
		await single.stop();
		const queued = await withWorkers(
			bench,
			workersOf(bench).map((workers) => ({
				workers,
				concurrency: CONCURRENCY,
				entries: entries(plural(workers), workers),
			})),
		);
		const rows = [...alone, ...queued];
		return {
			title: `Executions a second in queue mode, a model that takes ${callMs} ms`,
			setup: `Webhooks that answer with their execution's item, called at once; ${CONCURRENCY} executions at a time in each worker, any number of them in the one process without queue mode. Each run has a key that was never used, to which StepFun Chat sends in growing numbers at first. Workers, main, webhook process, PostgreSQL, Redis, the API and the callers share the machine's cores.`,
			columns: [
				{ key: 'done', label: 'done', unit: '%' },
				{ key: 'rate', label: 'executions a second', unit: '' },
				{ key: 'cpu', label: 'CPU of the workers an execution', unit: 'ms' },
				{ key: 'machine', label: 'CPU of everything an execution', unit: 'ms' },
			],
			rows,
			goals: [ALONE, ...workersOf(bench).map(plural)].flatMap((where) => [
				atLeast(
					`${rowOf(where, stepfunChat)}: every execution done`,
					median(rows, rowOf(where, stepfunChat), 'done'),
					100,
				),
				atLeast(
					`${rowOf(where, stepfunChat)}: at least 0.8 times as many as with HTTP Request`,
					median(rows, rowOf(where, stepfunChat), 'rate') / median(rows, rowOf(where, httpRequest), 'rate'),
					0.8,
				),
			]),
		};
	},
});

export const queueSlowModel = throughput('queue-slow-model', 1_000, (bench, workers) => bench.size(150, 10) * workers);
export const queueFastModel = throughput('queue-fast-model', 20, (bench) => bench.size(300, 20));

/** What an execution takes while it waits for the model. */
export const queueMemory: Work = {
	name: 'queue-memory',
	needsServers: true,
	async measure(bench) {
		const count = bench.size(100, 10);
		const entry =
			(side: Side) =>
			(n8n: QueuedN8n): Entry => ({
				name: side.name,
				async measure(): Promise<Sample> {
					const api = await bench.api();
					await api.setUp({ reply: shortReply });
					const webhook = await n8n.publish(side, api.url);
					await warmUp(webhook.url);
					// So that the code is compiled, and the heap has the size that as many executions ask for.
					await callers(webhook.url, count, 0);
					await n8n.quiet();
					await api.setUp({ options: { delayMs: bench.size(10_000, 3_000) }, reply: shortReply });
					await n8n.probe('begin');
					await sleep(50);
					const answers = await callers(webhook.url, count, 0);
					const { peakMb } = await n8n.probe<Usage>('end');
					return { done: doneOf(side, answers), perExecution: peakMb / count };
				},
			});
		const sides = [stepfunChat, moonshot, httpRequest];
		const rows = await withWorkers(bench, [
			{ workers: 1, concurrency: count, entries: (n8n) => sides.map((side) => entry(side)(n8n)) },
		]);
		return {
			title: `Memory of ${count} executions at a time in one worker`,
			setup: 'All of them wait for the model. Memory above the moment before, after a collection of garbage.',
			columns: [
				{ key: 'done', label: 'executions done', unit: '' },
				{ key: 'perExecution', label: 'memory an execution', unit: 'MB' },
			],
			rows,
			goals: [
				atLeast('every execution done', median(rows, stepfunChat.name, 'done'), count),
				atMost(
					"memory within 1.25 times the vendor node's",
					median(rows, stepfunChat.name, 'perExecution') / median(rows, moonshot.name, 'perExecution'),
					1.25,
				),
			],
		};
	},
};
