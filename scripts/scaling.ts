import { readFileSync } from 'node:fs';
import path from 'node:path';
import { staffFor } from '../bench/capacity';
import { shortFigure, type Row } from '../bench/measure';
import type { Results } from '../bench/report';

type Locale = 'en' | 'zh-CN';

/** The pages on scaling, whose tables are made here, between the marks `<!-- scaling:NAME -->` and `<!-- /scaling -->`. */
export const SCALING_PAGES: ReadonlyArray<readonly [file: string, locale: Locale]> = [
	['docs/scaling.md', 'en'],
	['docs/scaling.zh-CN.md', 'zh-CN'],
];

/** Kinds of time that a model takes, in s, and numbers of calls a minute. */
const MODEL_S = [1, 5, 30];
const CALLS = [60, 300, 600, 1200, 3000];
const WORKERS = [1, 2, 4];

const WORDS = {
	en: {
		model: (seconds: number) => `Answers of ${seconds} s`,
		calls: (count: number) => `${count.toLocaleString('en')} calls a minute`,
		staff: 'workers × concurrency',
		alone: 'One process',
		workers: (count: number) => (count === 1 ? '1 worker' : `${count} workers`),
		measured: [
			'Executions a second',
			'StepFun Chat, 1 s',
			'HTTP Request, 1 s',
			'StepFun Chat, 20 ms',
			'HTTP Request, 20 ms',
		],
		limits: ['Workers', 'Concurrency', '8 at a time: refused', 'Time', '60 in 10 s: refused', 'Time'],
		ideal: 'The ideal',
		and: ' and ',
	},
	'zh-CN': {
		model: (seconds: number) => `回答需 ${seconds} 秒`,
		calls: (count: number) => `每分钟 ${count.toLocaleString('en')} 次`,
		staff: 'worker 数 × concurrency',
		alone: '单个进程',
		workers: (count: number) => `${count} 个 worker`,
		measured: [
			'每秒执行次数',
			'StepFun Chat，1 秒',
			'HTTP Request，1 秒',
			'StepFun Chat，20 毫秒',
			'HTTP Request，20 毫秒',
		],
		limits: ['worker 数', 'concurrency', '8 个并发：被拒绝', '时间', '10 秒 60 次：被拒绝', '时间'],
		ideal: '理想情况',
		and: '、',
	},
} as const;

const results = (): Results =>
	JSON.parse(readFileSync(path.join(__dirname, '../bench/results.json'), 'utf8')) as Results;

const rowsOf = (work: string): Row[] => results().tables[work]!.rows;

const table = (rows: ReadonlyArray<readonly string[]>): string =>
	[rows[0]!, rows[0]!.map(() => '---'), ...rows.slice(1)].map((row) => `| ${row.join(' | ')} |`).join('\n');

const tables: Record<string, (locale: Locale) => string> = {
	capacity(locale) {
		const words = WORDS[locale];
		const body = CALLS.map((calls) => [
			words.calls(calls),
			...MODEL_S.map((seconds) => {
				const { workers, concurrency } = staffFor(calls, seconds * 1000);
				return `${workers} × ${concurrency}`;
			}),
		]);
		return table([[words.staff, ...MODEL_S.map(words.model)], ...body]);
	},
	measured(locale) {
		const words = WORDS[locale];
		const rate = (work: string, name: string): string => figure(rowsOf(work), name, 'rate');
		const rows: Array<[english: string, shown: string]> = [
			['One process', words.alone],
			...WORKERS.map((count): [string, string] => [WORDS.en.workers(count), words.workers(count)]),
		];
		const body = rows.map(([name, shown]) => [
			shown,
			...['queue-slow-model', 'queue-fast-model'].flatMap((work) =>
				['StepFun Chat', 'HTTP Request'].map((side) => rate(work, `${name}, ${side}`)),
			),
		]);
		return table([words.measured, ...body]);
	},
	limits(locale) {
		const words = WORDS[locale];
		const works = ['queue-places', 'queue-rate'].map(rowsOf);
		const cells = (names: string[]): string[] =>
			works.flatMap((rows, i) => [`${figure(rows, names[i]!, 'wasted')} %`, `${figure(rows, names[i]!, 'wall')} s`]);
		const body = WORKERS.flatMap((count) =>
			[false, true].map((isSet) => {
				const names = works.map((rows) => nameOf(rows, count, isSet));
				const concurrencies = names.map((name) => /concurrency (\d+)/.exec(name)![1]!);
				return [String(count), [...new Set(concurrencies)].join(words.and), ...cells(names)];
			}),
		);
		return table([words.limits, [words.ideal, '', ...cells(['The ideal', 'The ideal'])], ...body]);
	},
};

const nameOf = (rows: Row[], workers: number, isSet: boolean): string =>
	rows.find(({ name }) => name.startsWith(`${WORDS.en.workers(workers)}, `) && name.includes('as they come') !== isSet)!
		.name;

function figure(rows: Row[], name: string, key: string): string {
	const value = rows.find((row) => row.name === name)!.values[key]!;
	return typeof value === 'string' ? value : shortFigure(value.median);
}

/** The page with its tables made anew. */
export const withScalingTables = (page: string, locale: Locale): string =>
	page.replace(/<!-- scaling:(\w+) -->[\s\S]*?<!-- \/scaling -->/g, (_, name: string) => {
		const make = tables[name];
		if (!make) throw new Error(`No table on scaling is called ${name}`);
		return `<!-- scaling:${name} -->\n${make(locale)}\n<!-- /scaling -->`;
	});
