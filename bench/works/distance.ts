import { ROUND_TRIP_MS } from '../bench';
import { inTurn, median } from '../measure';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { itemsEntry, LIMIT, limitEntry, wall, type ItemsWork } from './side-by-side';
import { atLeast, type Work } from './work';

export const distance: Work = {
	name: 'distance',
	async measure(bench) {
		const api = await bench.api('far');
		const count = bench.size(100, 20);
		const work: ItemsWork = {
			bench,
			api,
			count,
			setup: { options: { delayMs: 300 }, reply: shortReply },
			sample: (run) => wall(run, 1000),
		};
		const rows = await inTurn(
			[
				itemsEntry(work, 'StepFun Chat, 10 at once', stepfunChat, { atOnce: 10 }),
				itemsEntry(work, 'LLM Chain, batches of 10', llmChain, { atOnce: 10 }),
				itemsEntry(work, 'HTTP Request, all at once', httpRequest),
				itemsEntry(work, 'Vendor node (Moonshot)', moonshot),
				limitEntry(work, 10, `${LIMIT}, 10 at once`),
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
				atLeast('at least 5 times as fast as the vendor node', median(rows, 'Vendor node (Moonshot)', 'wall') / own, 5),
			],
		};
	},
};
