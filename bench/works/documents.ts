import path from 'node:path';
import type { Setup } from '../api-server';
import { makeFile } from '../files';
import { inTurn, median, type Entry, type Sample } from '../measure';
import { httpUpload } from '../sides/http-request';
import { nothing } from '../sides/nothing';
import type { Side } from '../sides/side';
import { documentChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { atMost, type Work } from './work';

/** The parser is done at once, and reads one line: what is measured is the file's way. */
const setup: Setup = { reply: shortReply, options: { fileStatuses: ['success'], fileText: 'Twelve lamps' } };

export const documents: Work = {
	name: 'documents',
	async measure(bench) {
		// The form around the file is not part of StepFun's limit.
		const megabytes = bench.size(64, 3);
		const [small, large] = await Promise.all(
			[0.3, megabytes].map((size) => makeFile(path.join(bench.folder, `document-${size}.pdf`), size, '%PDF-1.7\n')),
		);
		const entry = (side: Side): Entry => ({
			name: side.name,
			async measure(): Promise<Sample> {
				const api = await bench.api();
				const n8n = await bench.freshN8n();
				try {
					const warmUp = await n8n.prepare(side, api.url, { file: small! });
					const workflow = await n8n.prepare(side, api.url, { file: large! });
					await api.setUp(setup);
					await warmUp.run();
					await warmUp.run();
					await api.setUp(setup);
					const run = await workflow.run(180_000);
					const received = Math.max(0, ...(await api.seen()).map(({ bodyBytes }) => bodyBytes));
					if (side === nothing) return { peak: run.peakMb, stall: run.stallMs };
					const ended = run.ended ?? (run.done === 1 && received > megabytes * 2 ** 20 ? 'answered' : 'no answer');
					return { wall: run.wallMs / 1000, peak: run.peakMb, stall: run.stallMs, ended: ended.slice(0, 80) };
				} finally {
					await n8n.stop();
				}
			},
		});
		const rows = await inTurn([documentChat, httpUpload, nothing].map(entry), bench.rounds, bench.log);
		const own = documentChat.name;
		return {
			title: `A document of ${megabytes} MB from disk`,
			setup:
				"Read by Read/Write Files from Disk into n8n's default storage for binary data. StepFun Chat hashes it, uploads it to a parser that is done at once, gets its text, asks, and deletes it; HTTP Request uploads it only. Each run in a fresh n8n after a small file; memory above the moment before, longest stall of n8n's event loop, both for the whole execution.",
			columns: [
				{ key: 'wall', label: 'time', unit: 's' },
				{ key: 'peak', label: 'memory', unit: 'MB' },
				{ key: 'stall', label: 'longest stall', unit: 'ms' },
				{ key: 'ended', label: 'what happened', unit: '' },
			],
			rows,
			goals: [
				atMost('under 60 MB of memory', median(rows, own, 'peak'), 60, 'MB'),
				atMost('stalls under 50 ms', median(rows, own, 'stall'), 50, 'ms'),
			],
		};
	},
};
