import { shortFigure, type Row } from './measure';
import type { Table } from './works/work';

interface Chart {
	/** Of the file: docs/images/bench-NAME.svg. */
	name: string;
	/** The table and its column. */
	work: string;
	key: string;
	title: string;
}

const charts: Chart[] = [
	{ name: 'items', work: 'items', key: 'wall', title: '100 items, a model that takes 300 ms' },
	{ name: 'overhead', work: 'overhead', key: 'perItem', title: 'What the node itself costs for each item' },
	{ name: 'memory', work: 'upload-96', key: 'peak', title: 'Memory for a file of 96 MB' },
	{ name: 'rate-limit', work: 'rate-limit', key: 'done', title: '100 items, 60 requests in 10 s allowed' },
];

/** The charts of the README: each one's SVG, by its path from the root of the project. */
export function drawCharts(tables: Record<string, Table>): Record<string, string> {
	const drawn = charts.map(({ name, work, key, title }) => {
		const { columns, rows } = tables[work]!;
		const { label, unit } = columns.find((column) => column.key === key)!;
		return [`docs/images/bench-${name}.svg`, draw(title, unit ? `${label} in ${unit}` : label, rows, key)];
	});
	return Object.fromEntries(drawn) as Record<string, string>;
}

const WIDTH = 760;
const LABELS = 300;
const VALUES = 90;
const LINE = 26;
const HEAD = 52;

function draw(title: string, measure: string, rows: Row[], key: string): string {
	const figures = rows.map(({ values }) => values[key]);
	const largest = Math.max(
		...figures.map((figure) => (typeof figure === 'object' ? figure.median : 0)),
		Number.MIN_VALUE,
	);
	const bars = rows.map((row, i) => bar(row, i, figures[i], largest));
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEAD + rows.length * LINE + 8}" role="img" aria-label="${escape(`${title}: ${measure}`)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #4d5561; }
.title { font-size: 15px; font-weight: 600; }
.own { fill: #2563eb; } .rival { fill: #9aa4b2; } .limit { fill: #d3d9e1; }
@media (prefers-color-scheme: dark) { text { fill: #aeb7c2; } .own { fill: #60a5fa; } .rival { fill: #6b7685; } .limit { fill: #414b58; } }
</style>
<text class="title" x="0" y="18">${escape(title)}</text>
<text x="0" y="38">${escape(measure)}</text>
${bars.join('\n')}
</svg>
`;
}

function bar({ name, values }: Row, index: number, figure: Row['values'][string] | undefined, largest: number): string {
	const y = HEAD + index * LINE;
	const label = `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${escape(name)}</text>`;
	const text = (x: number, words: string): string => `<text x="${x + 6}" y="${y + 15}">${escape(words)}</text>`;
	if (typeof figure !== 'object') return label + text(LABELS, figure ?? String(values['ended'] ?? 'not measured'));
	const width = Math.max(1, ((WIDTH - LABELS - VALUES) * figure.median) / largest);
	const kind = name.startsWith('StepFun') ? 'own' : /^(?:Limit|n8n alone)/.test(name) ? 'limit' : 'rival';
	const rectangle = `<rect class="${kind}" x="${LABELS}" y="${y + 2}" width="${width.toFixed(1)}" height="${LINE - 8}" rx="3"/>`;
	return label + rectangle + text(LABELS + width, shortFigure(figure.median));
}

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
