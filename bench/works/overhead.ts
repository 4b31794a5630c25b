import { inTurn, median, type Sample } from '../measure';
import type { Run } from '../n8n';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { itemsEntry, LIMIT, limitEntry, type ItemsWork } from './side-by-side';
import { atMost, type Work } from './work';

const rivals = [httpRequest, llmChain, moonshot];

export const overhead: Work = {
	name: 'overhead',
	async measure(bench) {
		const api = await bench.api();
		const count = bench.size(500, 50);
		const sample = ({ wallMs, cpuMs, ended }: Run): Sample =>
			ended ? { perItem: ended } : { perItem: wallMs / count, cpu: cpuMs / count };
		const work: ItemsWork = { bench, api, count, setup: { reply: shortReply }, sample };
		const rows = await inTurn(
			[
				itemsEntry(work, stepfunChat.name, stepfunChat),
				itemsEntry(work, 'StepFun Chat, 10 at once', stepfunChat, { atOnce: 10 }),
				...rivals.map((side) => itemsEntry(work, side.name, side)),
				limitEntry(work, 10, `${LIMIT}, 10 at once`),
			],
			bench.rounds,
			bench.log,
		);
		const own = median(rows, 'StepFun Chat', 'perItem');
		return {
			title: `${count} items, a model that takes no time`,
			setup:
				'What a node itself costs for each item. The CPU time is that of the whole n8n process for the whole execution.',
			columns: [
				{ key: 'perItem', label: 'time an item', unit: 'ms' },
				{ key: 'cpu', label: 'CPU an item', unit: 'ms' },
			],
			rows,
			goals: [
				atMost(
					"time an item below every rival's (ratio to the best of them)",
					own / Math.min(...rivals.map(({ name }) => median(rows, name, 'perItem'))),
					1,
				),
			],
		};
	},
};
