import { apiKey, model } from '../api';
import type { Setup } from '../api-server';
import type { Bench } from '../bench';
import { warmUp } from '../callers';
import { inTurn, type Entry } from '../measure';
import { agent } from '../sides/agent';
import { moonshot } from '../sides/moonshot';
import type { Side } from '../sides/side';
import { stepfunChat } from '../sides/stepfun-chat';
import { LIMIT } from './side-by-side';
import type { Work } from './work';

const FIRST_MS = 300;
const GAP_MS = 20;
const PIECES = 100;

const reply = { pieces: PIECES, pieceLength: 5, bytesAtOnce: 0 };
const streamed: Setup = { options: { delayMs: FIRST_MS, chunkDelayMs: GAP_MS }, reply };
/** Without a stream the same model is silent until it has said everything. */
const whole: Setup = { options: { delayMs: FIRST_MS + PIECES * GAP_MS }, reply };

export const firstToken: Work = {
	name: 'first-token',
	async measure(bench) {
		const rows = await inTurn(
			[
				entry(bench, stepfunChat, 'streaming', streamed),
				entry(bench, agent, 'streaming', streamed),
				entry(bench, moonshot, 'lastNode', whole),
				limitEntry(bench),
			],
			bench.rounds,
			bench.log,
		);
		return {
			title: 'First token into the chat',
			setup: `A webhook that streams. The model says its first word after ${FIRST_MS} ms and one more every ${GAP_MS} ms, ${PIECES} in all; a node that asks for no stream gets them together at the end.`,
			columns: [
				{ key: 'behind', label: 'first word seen after it was said', unit: 'ms' },
				{ key: 'first', label: 'first word after the call', unit: 'ms' },
				{ key: 'pieces', label: 'pieces seen', unit: '' },
			],
			rows,
			goals: [],
		};
	},
};

function entry(bench: Bench, side: Side, responseMode: 'lastNode' | 'streaming', setup: Setup): Entry {
	let published: { by: unknown; url: string } | undefined;
	return {
		name: side.name,
		async measure() {
			const api = await bench.api();
			const n8n = await bench.n8n();
			await api.setUp(setup);
			if (published?.by !== n8n) {
				published = { by: n8n, url: (await n8n.publish(side, api.url, responseMode)).url };
				await warmUp(published.url);
				await api.setUp(setup);
			}
			const calledAt = Date.now();
			const { firstAt, pieces } = await readPieces(await call(published.url));
			const spokeAt = ((await api.seen())[0]?.startedAt ?? NaN) + FIRST_MS;
			return { behind: firstAt - spokeAt, first: firstAt - calledAt, pieces };
		},
	};
}

const call = (url: string): Promise<Response> =>
	fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: '{"prompt":"Hello"}',
		signal: AbortSignal.timeout(30_000),
	});

/** When the first text came, and in how many pieces there was some. n8n streams lines of JSON; what does not stream is one piece. */
async function readPieces(response: Response): Promise<{ firstAt: number; pieces: number }> {
	let firstAt = NaN;
	let pieces = 0;
	let rest = '';
	const decoder = new TextDecoder();
	const count = (line: string): void => {
		const { type, content } = JSON.parse(line) as { type?: string; content?: string };
		if ((type !== undefined && type !== 'item') || !content) return;
		if (pieces === 0) firstAt = Date.now();
		pieces += 1;
	};
	for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
		const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		lines.filter((line) => line.trim() !== '').forEach(count);
	}
	if (rest.trim() !== '') count(rest);
	return { firstAt, pieces };
}

function limitEntry(bench: Bench): Entry {
	return {
		name: LIMIT,
		async measure() {
			const api = await bench.api();
			const calls = { url: api.url, apiKey, model, count: 1, atOnce: 1 };
			await api.setUp(streamed);
			const { firstContentAt } = await bench.limit(calls, calls);
			const startedAt = (await api.seen()).at(-1)?.startedAt ?? NaN;
			return { behind: firstContentAt - startedAt - FIRST_MS };
		},
	};
}
