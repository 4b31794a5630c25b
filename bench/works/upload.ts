import path from 'node:path';
import { apiKey, model } from '../api';
import type { Bench } from '../bench';
import { makeFile } from '../files';
import { inTurn, median, type Entry, type Sample } from '../measure';
import type { Run } from '../n8n';
import { httpRequest } from '../sides/http-request';
import { llmChain } from '../sides/llm-chain';
import { moonshot } from '../sides/moonshot';
import { nothing } from '../sides/nothing';
import type { Side } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { shortReply } from './items';
import { LIMIT } from './side-by-side';
import { atLeast, atMost, type Table, type Work } from './work';

const rivals = [moonshot, httpRequest, llmChain];

export const upload32: Work = {
	name: 'upload-32',
	measure: (bench) => measureUpload(bench, bench.size(32, 3), false),
};
export const upload96: Work = {
	name: 'upload-96',
	measure: (bench) => measureUpload(bench, bench.size(96, 6), true),
};

async function measureUpload(bench: Bench, megabytes: number, withGoals: boolean): Promise<Table> {
	const small = await makeFiles(bench.folder, 'small', 0.3);
	const large = await makeFiles(bench.folder, `large-${megabytes}`, megabytes);
	const rows = await inTurn(
		[
			...[stepfunChat, ...rivals, nothing].map((side) => uploadEntry(bench, side, small, large, megabytes)),
			limitEntry(bench, small, large),
		],
		bench.rounds,
		bench.log,
	);
	const peak = (name: string): number => median(rows, name, 'peak');
	const own = stepfunChat.name;
	const rivalPeaks = rivals.map(({ name }) => peak(name)).filter((value) => !Number.isNaN(value));
	return {
		title: `A file of ${megabytes} MB from disk`,
		setup:
			"Read by Read/Write Files from Disk into n8n's default storage for binary data and sent as base64 within the JSON body. StepFun Chat sends it as a video (StepFun takes images up to 20 MB), the others the same bytes as an image, which is all they know. Each run in a fresh n8n after a small file; memory above the moment before, longest stall of n8n's event loop, both for the whole execution.",
		columns: [
			{ key: 'wall', label: 'time', unit: 's' },
			{ key: 'peak', label: 'memory', unit: 'MB' },
			{ key: 'stall', label: 'longest stall', unit: 'ms' },
			{ key: 'ended', label: 'what happened', unit: '' },
		],
		rows,
		goals: withGoals
			? [
					atMost('under 60 MB of memory', peak(own), 60, 'MB'),
					atMost('at most 2 times the limit', median(rows, own, 'wall') / median(rows, LIMIT, 'wall'), 2, 'times'),
					atMost('stalls under 50 ms', median(rows, own, 'stall'), 50, 'ms'),
					atLeast('at least 3 times less memory than any rival', Math.min(...rivalPeaks) / peak(own), 3),
				]
			: [],
	};
}

function uploadEntry(bench: Bench, side: Side, small: Files, large: Files, megabytes: number): Entry {
	return {
		name: side.name,
		async measure() {
			const kind = side === stepfunChat ? 'video' : 'image';
			const api = await bench.api();
			const n8n = await bench.freshN8n();
			try {
				const warmUp = await n8n.prepare(side, api.url, { file: small[kind] });
				const workflow = await n8n.prepare(side, api.url, { file: large[kind] });
				await api.setUp({ reply: shortReply });
				await warmUp.run();
				await warmUp.run();
				await api.setUp({ reply: shortReply });
				const run = await workflow.run(180_000);
				const received = (await api.seen())[0]?.bodyBytes ?? 0;
				if (side === nothing) return { peak: run.peakMb, stall: run.stallMs };
				return sampleOf(run, received >= (megabytes * 2 ** 20 * 4) / 3);
			} finally {
				await n8n.stop();
			}
		},
	};
}

function sampleOf(run: Run, received: boolean): Sample {
	const ended = run.ended ?? (run.done === 1 && received ? 'answered' : 'no answer');
	if (Number.isNaN(run.peakMb)) return { ended };
	return {
		...(ended === 'answered' && { wall: run.wallMs / 1000 }),
		peak: run.peakMb,
		stall: run.stallMs,
		ended: ended.slice(0, 80),
	};
}

function limitEntry(bench: Bench, small: Files, large: Files): Entry {
	return {
		name: LIMIT,
		async measure() {
			const api = await bench.api();
			await api.setUp({ reply: shortReply });
			const calls = { url: api.url, apiKey, model, count: 1, atOnce: 1 };
			const { wallMs, peakMb, stallMs } = await bench.limit(
				{ ...calls, file: large.video },
				{ ...calls, count: 2, file: small.video },
			);
			return { wall: wallMs / 1000, peak: peakMb, stall: stallMs, ended: 'answered' };
		},
	};
}

/** The same kind of bytes under two names. */
interface Files {
	video: string;
	image: string;
}

const makeFiles = async (folder: string, name: string, megabytes: number): Promise<Files> => ({
	video: await makeFile(path.join(folder, `${name}.mp4`), megabytes),
	image: await makeFile(path.join(folder, `${name}.png`), megabytes),
});
