import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api';
import { callers, warmUp } from '../callers';
import { inTurn, median, statOf, type Entry, type Sample } from '../measure';
import type { ProbedN8n } from '../n8n';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import type { Side, SideOptions } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import type { Bench } from '../bench';
import { shortReply } from './items';
import { atLeast, atMost, type Work } from './work';

const CALL_MS = 1_000;
const LIMIT = 8;
const WEBHOOKS = 20;
/** How long the long run is under way before the first webhook is called, in ms. */
const SETTLED_MS = 15_000;
const OWN = 'StepFun Chat, 16 at once; webhooks one a second';
const OWN_AT_ONCE = 'StepFun Chat, 16 at once; webhooks all at once';

/** Short executions while a long one uses all that the account has. */
export const executionsBeside: Work = {
	name: 'executions-beside',
	async measure(bench) {
		const count = bench.size(5_000, 200);
		const settledMs = bench.size(SETTLED_MS, 3_000);
		const spreadMs = bench.size(1_000, 100) * WEBHOOKS;
		const entry = (name: string, side: Side, withinMs: number, options: SideOptions = {}): Entry => ({
			name,
			measure: () => measureBeside({ bench, side, options, count, settledMs, withinMs }),
		});
		const rows = await inTurn(
			[
				entry(OWN, stepfunChat, spreadMs, { atOnce: 16 }),
				entry(OWN_AT_ONCE, stepfunChat, 0, { atOnce: 16 }),
				entry(`LLM Chain, batches of ${LIMIT}; webhooks one a second`, llmChain, spreadMs, { atOnce: LIMIT }),
				entry('Vendor node (Moonshot), one by one; webhooks one a second', moonshot, spreadMs),
			],
			bench.rounds,
			bench.log,
		);
		return {
			title: `${WEBHOOKS} executions of one item beside one of ${count} items`,
			setup: `Both use one key, with which ${LIMIT} requests at a time are allowed; what is too much is refused with 429, without Retry-After. A call takes ${CALL_MS / 1000} s. The webhooks are called after ${settledMs / 1000} s. What they wait is the time of their answer without that of a call; the long execution is stopped after the last of them.`,
			columns: [
				{ key: 'done', label: 'webhooks answered', unit: '' },
				{ key: 'waited', label: 'half of them waited less than', unit: 'calls' },
				{ key: 'longest', label: 'longest wait', unit: 'calls' },
				{ key: 'items', label: 'items of the long execution meanwhile', unit: 'a second' },
				{ key: 'wasted', label: 'requests for nothing', unit: '%' },
			],
			rows,
			goals: [OWN, OWN_AT_ONCE].flatMap((name) => [
				atLeast(`${name}: every webhook answered`, median(rows, name, 'done'), WEBHOOKS),
				atMost(`${name}: half of them waited less than 2 calls`, median(rows, name, 'waited'), 2, 'calls'),
			]),
		};
	},
};

interface Beside {
	bench: Bench;
	side: Side;
	options: SideOptions;
	count: number;
	settledMs: number;
	withinMs: number;
}

async function measureBeside({ bench, side, options, count, settledMs, withinMs }: Beside): Promise<Sample> {
	const api = await bench.api();
	const n8n = await bench.n8n();
	await api.setUp({ reply: shortReply });
	const long = await n8n.prepare(side, api.url, { items: count }, options);
	const webhook = await n8n.publish(side, api.url, 'lastNode');
	await warmUp(webhook.url, 3);
	await webhook.asNewAccount();
	await n8n.quiet();
	await api.setUp({ options: { delayMs: CALL_MS, concurrencyLimit: LIMIT }, reply: shortReply });
	const id = await long.start();
	try {
		await sleep(settledMs);
		const from = Date.now();
		const answers = await callers(webhook.url, WEBHOOKS, withinMs);
		const meanwhile = await answeredSince(api, from);
		const waits = answers.filter(({ item }) => item && side.answer(item)).map(({ ms }) => ms / CALL_MS - 1);
		return {
			done: waits.length,
			...(waits.length > 0 && { waited: statOf(waits).median, longest: Math.max(...waits) }),
			items: (1000 * (meanwhile - waits.length)) / (Date.now() - from),
			wasted: await wasted(api),
		};
	} finally {
		await stop(n8n, id);
	}
}

/** How many requests have been answered that came since then. */
const answeredSince = async (api: Api, from: number): Promise<number> =>
	(await api.seen()).filter(({ status, startedAt }) => status === 200 && startedAt >= from).length;

/** The share of the requests that were refused, in %. */
async function wasted(api: Api): Promise<number> {
	const seen = await api.seen();
	return (100 * seen.filter(({ status }) => status === 429).length) / seen.length;
}

/** It may have ended by itself, by a refusal. */
async function stop({ client }: ProbedN8n, id: string): Promise<void> {
	await client.call('POST', `/rest/executions/${id}/stop`, {}).catch(() => undefined);
	await client.finishedExecution(id);
}
