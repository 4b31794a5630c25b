import type { Api } from '../api';
import type { Setup } from '../api-server';
import type { Bench } from '../bench';
import { inTurn, median, type Sample } from '../measure';
import type { Run } from '../n8n';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import type { Side, SideOptions } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { itemsEntry, type ItemsWork } from './side-by-side';
import { atLeast, atMost, type Goal, type Table, type Work } from './work';

const DELAY_MS = 300;
const OWN = 'StepFun Chat, 16 at once';
const OWN_DEFAULT = 'StepFun Chat, as it comes (5 at once)';

const columns = [
	{ key: 'done', label: 'items done', unit: '' },
	{ key: 'requests', label: 'requests', unit: '' },
	{ key: 'wasted', label: 'of them for nothing', unit: '%' },
	{ key: 'wall', label: 'time', unit: 's' },
];

export const rateLimit: Work = {
	name: 'rate-limit',
	async measure(bench) {
		const count = bench.size(100, 20);
		const limit = bench.size(60, 15);
		const windowMs = bench.size(10_000, 2_000);
		const rows = await measureLimit(
			bench,
			count,
			{ rateLimit: { requests: limit, windowMs }, retryAfterHeader: true },
			[
				[OWN, stepfunChat, { atOnce: 16 }],
				[OWN_DEFAULT, stepfunChat, {}],
				['LLM Chain', llmChain, {}],
				['LLM Chain, Retry On Fail', llmChain, { retryOnFail: true }],
				['HTTP Request', httpRequest, {}],
				['HTTP Request, Retry On Fail', httpRequest, { retryOnFail: true }],
				['HTTP Request, batches of 6, one a second', httpRequest, { atOnce: 6, pauseMs: 1000 }],
				['Vendor node (Moonshot)', moonshot, {}],
			],
		);
		return {
			title: `${count} items, ${limit} requests in ${windowMs / 1000} s allowed`,
			setup: `What is too much is refused with 429 and Retry-After, and counts. A call takes ${DELAY_MS} ms. Each run has a key that was never used. Retry On Fail is at its most patient: 5 tries, 5 s apart.`,
			columns,
			rows,
			// The first window's requests, its end, and the rest at once.
			goals: goals(rows, count, windowMs + DELAY_MS),
		};
	},
};

export const parallelLimit: Work = {
	name: 'parallel-limit',
	async measure(bench) {
		const count = bench.size(100, 20);
		const limit = bench.size(8, 4);
		const rows = await measureLimit(bench, count, { concurrencyLimit: limit }, [
			[OWN, stepfunChat, { atOnce: 16 }],
			[OWN_DEFAULT, stepfunChat, {}],
			['LLM Chain, batches of 16', llmChain, { atOnce: 16 }],
			['LLM Chain, as it comes (batches of 5)', llmChain, {}],
			['HTTP Request', httpRequest, {}],
			['HTTP Request, Retry On Fail', httpRequest, { retryOnFail: true }],
			['HTTP Request, batches of 8, one a second', httpRequest, { atOnce: 8, pauseMs: 1000 }],
			['Vendor node (Moonshot)', moonshot, {}],
		]);
		return {
			title: `${count} items, ${limit} requests at a time allowed`,
			setup: `What is too much is refused with 429, without Retry-After, as StepFun does. A call takes ${DELAY_MS} ms. Each run has a key that was never used.`,
			columns,
			rows,
			goals: goals(rows, count, Math.ceil(count / limit) * DELAY_MS),
		};
	},
};

async function measureLimit(
	bench: Bench,
	count: number,
	options: Setup['options'],
	sides: Array<[string, Side, SideOptions]>,
): Promise<Table['rows']> {
	const api = await bench.api();
	const setup = { options: { delayMs: DELAY_MS, ...options }, reply: shortReply };
	const work: ItemsWork = { bench, api, count, setup, asNewAccount: true, sample: (run) => sampleOf(run, api) };
	const entries = sides.map(([name, side, sideOptions]) => itemsEntry(work, name, side, sideOptions));
	return await inTurn(entries, bench.rounds, bench.log);
}

async function sampleOf({ done, wallMs }: Run, api: Api): Promise<Sample> {
	const requests = (await api.seen()).length;
	return { done, requests, wasted: (100 * (requests - done)) / requests, wall: wallMs / 1000 };
}

const goals = (rows: Table['rows'], count: number, idealMs: number): Goal[] =>
	[OWN, OWN_DEFAULT].flatMap((name) => [
		atLeast(`${name}: every item done`, median(rows, name, 'done'), count),
		atMost(`${name}: under 15 % of the requests for nothing`, median(rows, name, 'wasted'), 15, '%'),
		// Five at a time cannot reach what eight could: they are held to their own pace.
		...(name === OWN
			? [
					atMost(
						`${name}: within 1.3 times the ideal of ${idealMs / 1000} s`,
						(1000 * median(rows, name, 'wall')) / idealMs,
						1.3,
					),
				]
			: []),
	]);
