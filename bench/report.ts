import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Host } from '../host/install';
import { drawCharts } from './charts';
import { shortFigure, type Row, type Stat } from './measure';
import type { Column, Goal, Table } from './works/work';

/** When, where and how often something was measured. */
export interface Occasion {
	/** Day of the run. */
	date: string;
	rounds: number;
	machine: { cpu: string; cores: number; memoryGb: number; platform: string };
	versions: Record<string, string>;
}

/** What bench/results.json holds: the last complete run, and what was measured again or anew since then. */
export interface Results extends Occasion {
	tables: Record<string, Table & { occasion?: Occasion }>;
}

export function printTable(table: Table): void {
	console.log(`\n${markdown(table)}\n`);
}

const RESULTS = path.join(__dirname, 'results.json');

/** Keeps the results of a complete run. */
export async function writeResults(host: Host, rounds: number, tables: Record<string, Table>): Promise<void> {
	await keep({ ...(await occasionOf(host, rounds)), tables });
}

/** Puts the results of some works in place of theirs, or behind all others, each with its own occasion. */
export async function addResults(host: Host, rounds: number, tables: Record<string, Table>): Promise<void> {
	await keep(withTables(readResults(), tables, await occasionOf(host, rounds)));
}

export const withTables = (results: Results, tables: Record<string, Table>, occasion: Occasion): Results => ({
	...results,
	tables: {
		...results.tables,
		...Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, { ...table, occasion }])),
	},
});

async function keep(results: Results): Promise<void> {
	await writeFile(RESULTS, `${JSON.stringify(results, null, '\t')}\n`);
	await writeReport();
}

const readResults = (): Results => JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;

async function occasionOf(host: Host, rounds: number): Promise<Occasion> {
	return {
		date: new Date().toISOString().slice(0, 10),
		rounds,
		machine: machine(),
		versions: await versions(host),
	};
}

/** What is made from bench/results.json: each file's text, by its path from the root of the project. */
export function report(): Record<string, string> {
	const results = readResults();
	return { 'bench/RESULTS.md': page(results), ...drawCharts(results.tables) };
}

export async function writeReport(): Promise<void> {
	for (const [file, text] of Object.entries(report())) {
		const target = path.join(__dirname, '..', file);
		await mkdir(path.dirname(target), { recursive: true });
		await writeFile(target, text);
	}
}

export function page({ tables, ...occasion }: Results): string {
	const { date, rounds } = occasion;
	return `# Measured beside what users pick today

Written by \`npm run bench\` on ${date}. Every figure is the median of ${rounds} runs, taken in turn (A B C, A B C, …), with the smallest and
the largest in brackets; × is the ratio to the table's first row, which was measured in the same run. n8n, the API (a stand-in on the
loopback interface) and the limit's client each have a process of their own.

- Machine: ${machineText(occasion)}
- Versions: ${versionsText(occasion)}

${Object.values(tables).map(markdown).join('\n\n')}
`;
}

const machineText = ({ machine: { cores, cpu, memoryGb, platform } }: Occasion): string =>
	`${cores} cores (${cpu}), ${memoryGb} GB, ${platform}`;

const versionsText = ({ versions }: Occasion): string =>
	Object.entries(versions)
		.map(([name, version]) => `${name} ${version}`)
		.join(', ');

const occasionText = (occasion: Occasion): string =>
	`Measured by itself on ${occasion.date}, ${occasion.rounds === 1 ? 'once' : `${occasion.rounds} times`}: ${machineText(occasion)}; ${versionsText(occasion)}.`;

function markdown({ title, setup, columns, rows, goals, occasion }: Results['tables'][string]): string {
	return [
		`## ${title}`,
		'',
		setup,
		...(occasion ? ['', occasionText(occasion)] : []),
		'',
		`| | ${columns.map(({ label, unit }) => `${label}${unit && `, ${unit}`}`).join(' | ')} |`,
		`|---|${columns.map(() => '---').join('|')}|`,
		...rows.map((row) => `| ${row.name} | ${columns.map((column) => cell(row, column, rows[0])).join(' | ')} |`),
		...(goals.length > 0 ? ['', ...goals.map(goalLine)] : []),
	].join('\n');
}

const goalLine = ({ text, measured, met }: Goal): string =>
	`- ${met ? 'reached' : '**not reached**'}: ${text}: ${measured}`;

function cell({ values }: Row, { key, unit }: Column, first: Row | undefined): string {
	const value = values[key];
	if (value === undefined) return '';
	if (typeof value === 'string') return value;
	const base = first?.values[key];
	const isCompared = COMPARED_UNITS.includes(unit) && typeof base === 'object' && base !== value;
	return spread(value) + (isCompared ? `, ${Number((value.median / base.median).toPrecision(2))}×` : '');
}

/** Of what is better when it is less. */
const COMPARED_UNITS = ['s', 'ms', 'MB'];

const spread = ({ median, min, max }: Stat): string =>
	min === max ? shortFigure(median) : `${shortFigure(median)} (${shortFigure(min)}–${shortFigure(max)})`;

const machine = (): Results['machine'] => ({
	cpu: os.cpus()[0]?.model ?? 'unknown',
	cores: os.cpus().length,
	memoryGb: Math.round(os.totalmem() / 1e9),
	platform: `${os.platform()} ${os.arch()}`,
});

async function versions({ directory }: Host): Promise<Record<string, string>> {
	const read = async (...file: string[]): Promise<string> =>
		(JSON.parse(await readFile(path.join(...file, 'package.json'), 'utf8')) as { version: string }).version;
	const root = path.join(__dirname, '..');
	return {
		n8n: await read(directory, 'node_modules/n8n'),
		Node: await read(directory, 'node_modules/node'),
		'n8n-nodes-stepfun': await read(root),
		undici: await read(root, 'node_modules/undici'),
	};
}
