import type { Reply } from '../api-server';
import { inTurn, median } from '../measure';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { stepfunChat } from '../sides/stepfun-chat';
import { itemsEntry, LIMIT, limitEntry, wall, type ItemsWork } from './side-by-side';
import { atMost, type Work } from './work';

export const longAnswer: Work = {
	name: 'long-answers',
	async measure(bench) {
		const api = await bench.api();
		const chunks = bench.size(20_000, 2_000);
		const megabytes = bench.size(16, 2);
		const inChunks = (pieces: number): Reply => ({ pieces, pieceLength: 5, bytesAtOnce: 16 * 1024 });
		const inOneLine = (size: number): Reply => ({ pieces: 1, pieceLength: size * 1e6 });
		const replies: Array<[string, Reply]> = [
			[`${chunks} chunks`, inChunks(chunks)],
			[`${2 * chunks} chunks`, inChunks(2 * chunks)],
			[`a line of ${megabytes / 2} MB`, inOneLine(megabytes / 2)],
			[`a line of ${megabytes} MB`, inOneLine(megabytes)],
		];
		const work = (reply: Reply): ItemsWork => ({
			bench,
			api,
			count: 1,
			setup: { reply },
			sample: (run) => wall(run, 1),
		});
		const entries = replies.flatMap(([label, reply]) => [
			itemsEntry(work(reply), `StepFun Chat, ${label}`, stepfunChat),
			limitEntry(work(reply), 1, `${LIMIT}, ${label}`),
		]);
		const [label, reply] = replies[0]!;
		const asJson = [httpRequest, llmChain, moonshot].map((side) =>
			itemsEntry(work(reply), `${side.name}, ${label} as one JSON`, side),
		);
		const rows = await inTurn([...entries, ...asJson], bench.rounds, bench.log);
		const own = (index: number): number => median(rows, `StepFun Chat, ${replies[index]![0]}`, 'wall');
		const limit = (index: number): number => median(rows, `${LIMIT}, ${replies[index]![0]}`, 'wall');
		return {
			title: 'Long answers',
			setup: `One item. The chunks come as fast as they are read, 16 KB at a time, a token each. The limit reads the stream with eventsource-parser and JSON.parse. The rivals do not ask for a stream: they get the same text as one JSON document.`,
			columns: [{ key: 'wall', label: 'time', unit: 'ms' }],
			rows,
			goals: [
				atMost(`${replies[0]![0]} within 2 times the limit`, own(0) / limit(0), 2),
				atMost(`${replies[3]![0]} within 2 times the limit`, own(3) / limit(3), 2),
				atMost('linear in chunks (twice as many, times)', own(1) / own(0), 2.4),
				atMost('linear in length (twice as long, times)', own(3) / own(2), 2.4),
			],
		};
	},
};
