import { inTurn, median, type Sample } from '../measure';
import type { Run } from '../n8n';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { itemsEntry, LIMIT, limitEntry } from './side-by-side';
import { atMost, type Work } from './work';

export const overhead: Work = {
	name: 'overhead',
	async measure(bench) {
		const api = await bench.api();
		const count = bench.size(500, 50);
		const setup = { reply: shortReply };
		const sample = ({ wallMs, cpuMs, ended }: Run): Sample =>
			ended ? { perItem: ended } : { perItem: wallMs / count, cpu: cpuMs / count };
		const entry = (side: typeof stepfunChat, name = side.name, options = {}) =>
			itemsEntry(bench, api, setup, count, name, side, options, sample);
		const rows = await inTurn(
			[
				entry(stepfunChat),
				entry(stepfunChat, 'StepFun Chat, 10 at once', { atOnce: 10 }),
				entry(httpRequest),
				entry(llmChain),
				entry(moonshot),
				limitEntry(bench, api, setup, count, 10, sample, `${LIMIT}, 10 at once`),
			],
			bench.rounds,
			bench.log,
		);
		const own = median(rows, 'StepFun Chat', 'perItem');
		const rivals = [httpRequest, llmChain, moonshot].map(({ name }) => median(rows, name, 'perItem'));
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
				atMost("time an item below every rival's (ratio to the best of them)", own / Math.min(...rivals), 1),
			],
		};
	},
};
