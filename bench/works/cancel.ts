import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api';
import type { Setup } from '../api-server';
import { inTurn, median, type Entry } from '../measure';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import type { Side } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { atMost, type Work } from './work';

/** How long the connection is watched after Stop, in ms. */
const WATCH_MS = 5_000;
/** How often, in ms. */
const LOOK_MS = 50;

const thinking: Setup = { options: { delayMs: 2 * WATCH_MS } };
const speaking: Setup = { fault: { stallAfterChunks: 10 } };

export const cancel: Work = {
	name: 'cancel',
	async measure(bench) {
		const api = await bench.api();
		const entry = (name: string, side: Side, setup: Setup): Entry => ({
			name,
			async measure() {
				const n8n = await bench.n8n();
				const workflow = await n8n.prepare(side, api.url, { items: 1 });
				await api.setUp(setup);
				const id = await workflow.start();
				await until(async () => (await api.seen()).length > 0);
				// The beginning of an answer is on its way.
				await sleep(500);
				const stoppedAt = Date.now();
				await n8n.client.call('POST', `/rest/executions/${id}/stop`, {});
				const closedAt = await closing(api);
				return {
					closed: closedAt === undefined ? `not within ${WATCH_MS / 1000} s` : Math.max(0, closedAt - stoppedAt),
				};
			},
		});
		const rows = await inTurn(
			[
				entry('StepFun Chat, before the answer', stepfunChat, thinking),
				entry('StepFun Chat, within the answer', stepfunChat, speaking),
				...[httpRequest, llmChain, moonshot].map((side) => entry(`${side.name}, before the answer`, side, thinking)),
			],
			bench.rounds,
			bench.log,
		);
		return {
			title: 'Stop',
			setup:
				'From the click on Stop to the moment when the server sees the connection closed, and a model stops to work and to bill.',
			columns: [{ key: 'closed', label: 'connection closed after', unit: 'ms' }],
			rows,
			goals: ['before', 'within'].map((when) =>
				atMost(
					`${when} the answer: within 500 ms`,
					median(rows, `StepFun Chat, ${when} the answer`, 'closed'),
					500,
					'ms',
				),
			),
		};
	},
};

async function closing(api: Api): Promise<number | undefined> {
	let closedAt: number | undefined;
	await until(async () => {
		closedAt = (await api.seen())[0]?.socketClosedAt;
		return closedAt !== undefined;
	});
	return closedAt;
}

/** Looks until it is so, or `WATCH_MS` are over. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
	for (let waited = 0; waited < WATCH_MS && !(await isSo()); waited += LOOK_MS) await sleep(LOOK_MS);
}
