import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup } from '../api-server';
import type { Bench } from '../bench';
import { callers, errorsIn, wallOf, warmUp, type Answer } from '../callers';
import { inTurn, median, statOf, type Entry, type Row, type Sample } from '../measure';
import type { ProbedN8n, Webhook } from '../n8n';
import type { Usage } from '../probe';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { nothing } from '../sides/nothing';
import type { Side } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { atLeast, atMost, type Column, type Goal, type Work } from './work';

const CALL_MS = 1_000;
const IDEAL = 'The ideal';
const sides = [stepfunChat, httpRequest, llmChain, moonshot];

/** How many webhooks are called, and within how many ms. */
interface Arrival {
	name: string;
	withinMs: number;
}

const arrivalsOf = (bench: Bench): Arrival[] => [
	{ name: 'at once', withinMs: 0 },
	{ name: `within ${bench.size(30, 3)} s`, withinMs: bench.size(30_000, 3_000) },
];

const countOf = (bench: Bench): number => bench.size(300, 20);

const rowName = (side: Side, arrival: Arrival): string => `${side.name}, ${arrival.name}`;

/** What the server allows, and how long so many calls take whose sender knows that. */
interface Limit {
	what: string;
	options: Setup['options'];
	idealMs: number;
}

function rate(bench: Bench): Limit {
	const requests = bench.size(60, 15);
	const windowMs = bench.size(10_000, 2_000);
	return {
		what: `${requests} requests in ${windowMs / 1000} s`,
		options: { rateLimit: { requests, windowMs } },
		idealMs: (Math.ceil(countOf(bench) / requests) - 1) * windowMs + CALL_MS,
	};
}

function parallel(bench: Bench): Limit {
	const concurrencyLimit = bench.size(8, 4);
	return {
		what: `${concurrencyLimit} requests at a time`,
		options: { concurrencyLimit },
		idealMs: Math.ceil(countOf(bench) / concurrencyLimit) * CALL_MS,
	};
}

/** Executions of one item against a limit, each beside the ideal. */
const limited = (
	name: string,
	limitOf: (bench: Bench) => Limit,
	{ retryAfter, within }: { retryAfter: boolean; within: number },
): Work => ({
	name,
	async measure(bench) {
		const count = countOf(bench);
		const { what, options, idealMs } = limitOf(bench);
		const arrivals = arrivalsOf(bench);
		const setup: Setup = {
			options: { delayMs: CALL_MS, retryAfterHeader: retryAfter, ...options },
			reply: shortReply,
		};
		const entries = arrivals.flatMap((arrival) => sides.map((side) => executionsEntry(bench, side, arrival, setup)));
		const measured = await inTurn(entries, bench.rounds, bench.log);
		return {
			title: `${count} executions of one item, ${what} allowed, ${retryAfter ? 'with' : 'without'} Retry-After`,
			setup: `Webhooks that answer with their execution's item, called at once and evenly within ${arrivals[1]!.withinMs / 1000} s, in one n8n. What is too much is refused with 429${retryAfter ? ' and Retry-After' : ''}. A call takes ${CALL_MS / 1000} s. Each run has a key that was never used; the time is that from the first call of a webhook to the last answer. The ideal is calculated: what somebody needs who knows the limit.`,
			columns: limitedColumns,
			rows: [ideal(count, idealMs), ...measured],
			goals: arrivals.flatMap((arrival) =>
				limitedGoals(measured, rowName(stepfunChat, arrival), count, idealMs, within),
			),
		};
	},
});

const limitedColumns: Column[] = [
	{ key: 'done', label: 'executions done', unit: '' },
	{ key: 'requests', label: 'requests', unit: '' },
	{ key: 'wasted', label: 'of them for nothing', unit: '%' },
	{ key: 'wall', label: 'time', unit: 's' },
];

const ideal = (count: number, idealMs: number): Row => ({
	name: IDEAL,
	values: { done: statOf([count]), requests: statOf([count]), wasted: statOf([0]), wall: statOf([idealMs / 1000]) },
});

const limitedGoals = (rows: Row[], name: string, count: number, idealMs: number, within: number): Goal[] => [
	atLeast(`${name}: every execution done`, median(rows, name, 'done'), count),
	atMost(`${name}: at most 15 % of the requests for nothing`, median(rows, name, 'wasted'), 15, '%'),
	atMost(
		`${name}: within ${within} times the ideal of ${idealMs / 1000} s`,
		(1000 * median(rows, name, 'wall')) / idealMs,
		within,
	),
];

function executionsEntry(bench: Bench, side: Side, arrival: Arrival, setup: Setup): Entry {
	let published: { by: ProbedN8n; webhook: Webhook } | undefined;
	return {
		name: rowName(side, arrival),
		async measure() {
			const api = await bench.api();
			const n8n = await bench.n8n();
			if (published?.by !== n8n) {
				await api.setUp({ reply: shortReply });
				published = { by: n8n, webhook: await n8n.publish(side, api.url, 'lastNode') };
				await warmUp(published.webhook.url, WARM_UP_CALLS);
			}
			await published.webhook.asNewAccount();
			await n8n.quiet();
			await api.setUp(setup);
			const answers = await callers(published.webhook.url, countOf(bench), arrival.withinMs);
			const done = doneOf(side, answers);
			for (const error of errorsIn(answers)) bench.log(`    ${error}`);
			const requests = (await api.seen()).length;
			return {
				done,
				requests,
				wasted: (100 * (requests - done)) / requests,
				wall: n8n.hasEnded() ? 'n8n dies' : wallOf(answers) / 1000,
			};
		},
	};
}

const WARM_UP_CALLS = 5;

const doneOf = (side: Side, answers: Answer[]): number =>
	answers.filter(({ item }) => item && side.answer(item)).length;

export const executionsRateRetryAfter = limited('executions-rate-retry-after', rate, { retryAfter: true, within: 1.3 });
export const executionsRateBare = limited('executions-rate-bare', rate, { retryAfter: false, within: 2 });
export const executionsParallelRetryAfter = limited('executions-parallel-retry-after', parallel, {
	retryAfter: true,
	within: 1.3,
});
export const executionsParallelBare = limited('executions-parallel-bare', parallel, { retryAfter: false, within: 1.3 });

/** What the executions cost where nothing is limited. */
const free = (name: string, arrivalOf: (bench: Bench) => Arrival): Work => ({
	name,
	async measure(bench) {
		const count = countOf(bench);
		const arrival = arrivalOf(bench);
		const rows = await inTurn(
			[...sides, nothing].map((side) => freeEntry(bench, side, arrival)),
			bench.rounds,
			bench.log,
		);
		const [own, vendor] = [stepfunChat, moonshot].map((side) => rowName(side, arrival)) as [string, string];
		const ratio = (key: string): number => median(rows, own, key) / median(rows, vendor, key);
		return {
			title: `${count} executions of one item ${arrival.name}, nothing limited`,
			setup: `Webhooks that answer with their execution's item. A call takes ${CALL_MS / 1000} s. Each run in a fresh n8n after ${WARM_UP_CALLS} calls, with a key that was never used; memory above the moment before.`,
			columns: [
				{ key: 'done', label: 'executions done', unit: '' },
				{ key: 'wall', label: 'time', unit: 's' },
				{ key: 'answer', label: 'half of the answers after', unit: 's' },
				{ key: 'cpu', label: 'CPU an execution', unit: 'ms' },
				{ key: 'peak', label: 'memory', unit: 'MB' },
			],
			rows,
			goals: [
				atLeast('every execution done', median(rows, own, 'done'), count),
				atMost("time within 1.1 times the vendor node's", ratio('wall'), 1.1),
				// What is spread needs so little that n8n's own ups and downs are most of it.
				...(arrival.withinMs === 0 ? [atMost("memory within 1.1 times the vendor node's", ratio('peak'), 1.1)] : []),
			],
		};
	},
});

export const executionsFree = free('executions-free', (bench) => arrivalsOf(bench)[0]!);
export const executionsFreeSpread = free('executions-free-spread', (bench) => arrivalsOf(bench)[1]!);

const freeEntry = (bench: Bench, side: Side, arrival: Arrival): Entry => ({
	name: rowName(side, arrival),
	async measure(): Promise<Sample> {
		const api = await bench.api();
		const n8n = await bench.freshN8n();
		try {
			const webhook = await n8n.publish(side, api.url, 'lastNode');
			await api.setUp({ reply: shortReply });
			await warmUp(webhook.url, WARM_UP_CALLS);
			await webhook.asNewAccount();
			await n8n.quiet();
			await api.setUp({ options: { delayMs: CALL_MS }, reply: shortReply });
			await n8n.probe('begin');
			await sleep(50);
			const answers = await callers(webhook.url, countOf(bench), arrival.withinMs);
			if (n8n.hasEnded()) return { wall: 'n8n dies' };
			for (const error of errorsIn(answers)) bench.log(`    ${error}`);
			const { peakMb, cpuMs } = await n8n.probe<Usage>('end');
			return {
				done: doneOf(side, answers),
				wall: wallOf(answers) / 1000,
				answer: statOf(answers.map(({ ms }) => ms / 1000)).median,
				cpu: cpuMs / answers.length,
				peak: peakMb,
			};
		} finally {
			await n8n.stop();
		}
	},
});
