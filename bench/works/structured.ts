import { setTimeout as sleep } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { completeStructured } from '../../stepfun/structured';
import type { ChatRequest } from '../../stepfun/types';
import { inTurn, median, type Entry, type Sample } from '../measure';
import { chainWithParser, openAiNode, ours, type StructuredSide } from '../sides/structured';
import { isRight } from '../stand-in';
import { atLeast, atMost, type Work } from './work';

/** Items that come out right and wrong, and what they took. */
export const structured: Work = {
	name: 'structured',
	async measure(bench) {
		const api = await bench.api();
		const count = bench.size(200, 40);
		const entry = (side: StructuredSide): Entry => ({
			name: side.name,
			async measure(): Promise<Sample> {
				const n8n = await bench.n8n();
				const workflow = await n8n.prepare(side, api.url, { items: count });
				await api.setUp({ standIn: true });
				const { outputs = [], ended } = await workflow.run();
				if (ended) return { right: ended };
				const data = outputs.map((item) => side.data(item));
				const seen = await api.seen();
				return {
					right: data.filter(isRight).length,
					wrong: data.filter((one) => one !== undefined && !isRight(one)).length,
					requests: seen.length,
					tokens: seen.reduce((sum, { tokens = 0 }) => sum + tokens, 0),
				};
			},
		});
		const [none, one, two] = [ours(0), ours(1), ours(2)];
		const [bare, fixing] = [chainWithParser(false), chainWithParser(true)];
		const rows = await inTurn([none, one, two, bare, fixing, openAiNode].map(entry), bench.rounds, bench.log);
		const of = (side: StructuredSide, key: string): number => median(rows, side.name, key);
		return {
			title: `${count} answers of which three in ten break their schema`,
			setup:
				'A stand-in model makes mistakes of ten kinds in turn: a field is missing, too many, of the wrong type or not among the choices, a nested one is wrong, a list is too long, the JSON is fenced, has a trailing comma, breaks off, or is a sentence. It mends an answer only if what it is told afterwards names the mistake. A wrong item is one that comes out as a success with other data. Tokens are characters divided by 4, of prompts with their schema and of answers.',
			columns: [
				{ key: 'right', label: 'right items', unit: '' },
				{ key: 'wrong', label: 'wrong items', unit: '' },
				{ key: 'requests', label: 'requests', unit: '' },
				{ key: 'tokens', label: 'tokens', unit: '' },
			],
			rows,
			goals: [
				atLeast('with one attempt, every item comes out right', of(one, 'right'), count),
				atMost('none comes out wrong', Math.max(...[none, one, two].map((side) => of(side, 'wrong'))), 0),
				atMost('fewer requests than Auto-fixing', of(one, 'requests'), of(fixing, 'requests') - 1),
			],
		};
	},
};

const rowSchema = {
	type: 'object',
	properties: {
		id: { type: 'integer' },
		name: { type: 'string', minLength: 1 },
		mood: { enum: ['calm', 'lively'] },
		tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
		day: { type: 'string', format: 'date' },
	},
	required: ['id', 'name', 'mood', 'tags', 'day'],
	additionalProperties: false,
};
const request: ChatRequest = {
	model: 'm',
	messages: [],
	response_format: {
		type: 'json_schema',
		json_schema: { name: 'rows', schema: { type: 'array', items: rowSchema } },
	},
};

/** An answer of so many bytes that fits. */
function answerOf(bytes: number): string {
	const rows: string[] = [];
	for (let id = 0, length = 2; length < bytes; id += 1) {
		rows.push(JSON.stringify({ id, name: `Name ${id}`, mood: 'calm', tags: ['a', 'b'], day: '2026-01-31' }));
		length += rows.at(-1)!.length + 1;
	}
	return `[${rows.join(',')}]`;
}

const SIZES: ReadonlyArray<readonly [label: string, bytes: number]> = [
	['1 kB', 1e3],
	['100 kB', 1e5],
	['5 MB', 5e6],
];

/** The check of an answer, from its text to its data. */
export const structuredCost: Work = {
	name: 'structured-cost',
	async measure(bench) {
		const entries = SIZES.map(([name, bytes]): Entry => {
			const content = answerOf(bytes);
			const choice = {
				index: 0,
				finish_reason: 'stop',
				message: { role: 'assistant' as const, content, reasoning: '' },
			};
			const completion = { id: '', object: 'chat.completion' as const, created: 0, model: 'm', choices: [choice] };
			const check = async (): Promise<void> => {
				await completeStructured(request, {
					attempts: 0,
					converse: async () => ({ completion, messages: [] }),
					pause: () => sleep(0),
				});
			};
			return {
				name,
				async measure() {
					const times = Math.min(200, Math.ceil(2e6 / bytes));
					for (let i = 0; i < Math.min(times, 20); i += 1) await check();
					const delay = monitorEventLoopDelay({ resolution: 1 });
					delay.enable();
					await sleep(20);
					delay.reset();
					const began = performance.now();
					for (let i = 0; i < times; i += 1) await check();
					const ms = (performance.now() - began) / times;
					await sleep(5);
					delay.disable();
					return { ms, stall: Math.max(0, delay.max / 1e6 - 1) };
				},
			};
		});
		const rows = await inTurn(entries, bench.rounds, bench.log);
		const [, middle, large] = SIZES.map(([label]) => label) as [string, string, string];
		return {
			title: 'What the check of a structured answer costs',
			setup:
				'From the text of an answer to data that fits its schema (rows of five fields), without n8n and without a request; and the longest time for which nothing else could run.',
			columns: [
				{ key: 'ms', label: 'time', unit: 'ms' },
				{ key: 'stall', label: 'longest stall', unit: 'ms' },
			],
			rows,
			goals: [
				atMost('linear (50 times as long, times)', median(rows, large, 'ms') / median(rows, middle, 'ms'), 75),
				atMost('5 MB never block the event loop for more than 50 ms', median(rows, large, 'stall'), 50, 'ms'),
			],
		};
	},
};
