import { ROUND_TRIP_MS } from '../bench';
import { inTurn, median } from '../measure';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import type { SideOptions } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { itemsEntry, LIMIT, limitEntry, wall } from './side-by-side';
import { atLeast, type Work } from './work';

export const distance: Work = {
	name: 'distance',
	async measure(bench) {
		const api = await bench.api('far');
		const count = bench.size(100, 20);
		const setup = { options: { delayMs: 300 }, reply: shortReply };
		const entry = (name: string, side: typeof stepfunChat, options: SideOptions = {}) =>
			itemsEntry(bench, api, setup, count, name, side, options, (run) => wall(run, 1000));
		const rows = await inTurn(
			[
				entry('StepFun Chat, 10 at once', stepfunChat, { atOnce: 10 }),
				entry('LLM Chain, batches of 10', llmChain, { atOnce: 10 }),
				entry('HTTP Request, all at once', httpRequest),
				entry('Vendor node (Moonshot)', moonshot),
				limitEntry(bench, api, setup, count, 10, (run) => wall(run, 1000), `${LIMIT}, 10 at once`),
			],
			bench.rounds,
			bench.log,
		);
		const own = median(rows, 'StepFun Chat, 10 at once', 'wall');
		return {
			title: `${count} items, a model that takes 300 ms and is ${ROUND_TRIP_MS} ms away`,
			setup: `HTTPS through a relay that adds a round trip of ${ROUND_TRIP_MS} ms. n8n's HTTP helper makes a connection for each call, undici keeps them: that is the difference to the limit.`,
			columns: [{ key: 'wall', label: 'time', unit: 's' }],
			rows,
			goals: [
				atLeast(
					'at least 5 times as fast as the vendor node',
					median(rows, 'Vendor node (Moonshot)', 'wall') / own,
					5,
				),
			],
		};
	},
};
