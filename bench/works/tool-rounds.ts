import path from 'node:path';
import { makeFile } from '../files';
import { inTurn, median, type Entry, type Sample } from '../measure';
import type { Side } from '../sides/side';
import { roundsChat } from '../sides/stepfun-chat';
import { atMost, type Work } from './work';

/** Requests of one item: the model calls a tool in all of them but the last. */
const ROUNDS = 5;

export const toolRounds: Work = {
	name: 'tool-rounds',
	async measure(bench) {
		const megabytes = bench.size(20, 6);
		const file = await makeFile(path.join(bench.folder, 'film.mp4'), megabytes);
		const each = roundsChat('StepFun Chat, with each request', ROUNDS - 1, false);
		const once = roundsChat('StepFun Chat, Send Large Files by Upload', ROUNDS - 1, true);
		const entry = (side: Side): Entry => ({
			name: side.name,
			async measure(): Promise<Sample> {
				const api = await bench.api();
				const n8n = await bench.n8n();
				const workflow = await n8n.prepare(side, api.url, { file });
				await api.setUp({});
				await workflow.run();
				await api.setUp({});
				const run = await workflow.run(180_000);
				const seen = await api.seen();
				if (run.done !== 1) return { ended: run.ended ?? 'no answer' };
				return {
					wall: run.wallMs / 1000,
					sent: seen.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) / 1e6,
					peak: run.peakMb,
					stall: run.stallMs,
				};
			},
		});
		const rows = await inTurn([once, each].map(entry), bench.rounds, bench.log);
		const sent = median(rows, once.name, 'sent') / ((megabytes * 2 ** 20) / 1e6);
		return {
			title: `A video of ${megabytes} MB in ${ROUNDS} rounds of a tool loop`,
			setup: `The model calls a connected tool ${ROUNDS - 1} times, one call in each answer. Each request has the whole conversation; bytes of all requests, as the server received them.`,
			columns: [
				{ key: 'sent', label: 'sent', unit: 'MB' },
				{ key: 'wall', label: 'time', unit: 's' },
				{ key: 'peak', label: 'memory', unit: 'MB' },
				{ key: 'stall', label: 'longest stall', unit: 'ms' },
			],
			rows,
			goals: [atMost('the video goes once: at most 1.01 times its size', sent, 1.01, 'times')],
		};
	},
};
