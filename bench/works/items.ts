import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { stepfunChat } from '../sides/stepfun-chat';
import { inTurn, median } from '../measure';
import { itemsEntry, LIMIT, limitEntry, wall, type ItemsWork } from './side-by-side';
import { atLeast, atMost, type Work } from './work';

export const shortReply = { pieces: 40, pieceLength: 5 };

export const items: Work = {
	name: 'items',
	async measure(bench) {
		const api = await bench.api();
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
				itemsEntry(work, 'StepFun Chat, as it comes (5 at once)', stepfunChat),
				itemsEntry(work, 'LLM Chain, batches of 10', llmChain, { atOnce: 10 }),
				itemsEntry(work, 'LLM Chain, as it comes (batches of 5)', llmChain),
				itemsEntry(work, 'HTTP Request, as it comes (all at once)', httpRequest),
				itemsEntry(work, 'HTTP Request, batches of 10, one a second', httpRequest, { atOnce: 10, pauseMs: 1000 }),
				itemsEntry(work, 'Vendor node (Moonshot)', moonshot),
				limitEntry(work, 10, `${LIMIT}, 10 at once`),
			],
			bench.rounds,
			bench.log,
		);
		const own = median(rows, 'StepFun Chat, 10 at once', 'wall');
		return {
			title: `${count} items, a model that takes 300 ms`,
			setup: 'One call for each item; the time of the node, in one n8n, in turn.',
			columns: [{ key: 'wall', label: 'time', unit: 's' }],
			rows,
			goals: [
				atMost('10 at once within 1.15 times the limit', own / median(rows, `${LIMIT}, 10 at once`, 'wall'), 1.15),
				atLeast('at least 5 times as fast as the vendor node', median(rows, 'Vendor node (Moonshot)', 'wall') / own, 5),
			],
		};
	},
};
