import { readFileSync } from 'node:fs';
import path from 'node:path';
import { report } from '../../bench/report';

test.each(Object.entries(report()))('%s is what bench/results.json says', (file, text) => {
	expect(readFileSync(path.join(__dirname, '../..', file), 'utf8')).toBe(text);
});
