import { readFileSync } from 'node:fs';
import path from 'node:path';
import { page, report, withTables, type Results } from '../../bench/report';
import { statOf } from '../../bench/measure';
import type { Table } from '../../bench/works/work';

test.each(Object.entries(report()))('%s is what bench/results.json says', (file, text) => {
	expect(readFileSync(path.join(__dirname, '../..', file), 'utf8')).toBe(text);
});

describe('what is measured by itself', () => {
	const table = (title: string, seconds: number): Table => ({
		title,
		setup: '',
		columns: [{ key: 'wall', label: 'time', unit: 's' }],
		rows: [{ name: 'StepFun Chat', values: { wall: statOf([seconds]) } }],
		goals: [],
	});
	const occasion = {
		date: '2026-01-01',
		rounds: 3,
		machine: { cpu: 'CPU', cores: 2, memoryGb: 8, platform: 'linux x64' },
		versions: { n8n: '2.0.0' },
	};
	const complete: Results = { ...occasion, tables: { a: table('A', 1), b: table('B', 1) } };
	const later = { ...occasion, date: '2026-02-02', rounds: 1, versions: { n8n: '2.1.0' } };
	const kept = withTables(complete, { c: table('C', 2), a: table('A', 2) }, later);

	test('takes the place of what was measured before, or comes behind it', () => {
		expect(Object.keys(kept.tables)).toEqual(['a', 'b', 'c']);
		expect(kept.tables['a']!.rows[0]!.values['wall']).toEqual(statOf([2]));
		expect(kept.tables['b']).toEqual(complete.tables['b']);
		expect(kept.date).toBe('2026-01-01');
	});

	test('says when and with what it was measured', () => {
		const [head, a, b, c] = page(kept).split('\n## ');
		const own = 'Measured by itself on 2026-02-02, once: 2 cores (CPU), 8 GB, linux x64; n8n 2.1.0.';
		expect(head).toContain('on 2026-01-01');
		expect(a).toContain(own);
		expect(b).not.toContain('Measured by itself');
		expect(c).toContain(own);
	});
});
