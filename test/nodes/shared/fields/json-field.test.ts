import { parseJsonField } from '../../../../nodes/shared/fields/json-field';

test('a field takes text, data, or nothing', () => {
	expect(parseJsonField('Tools', '[1]')).toEqual([1]);
	expect(parseJsonField('Tools', [1])).toEqual([1]);
	expect(parseJsonField('Tools', ' \n')).toBeUndefined();
});

test('what is nested deeper than can be stored is refused, as text and as data', () => {
	const deep = '['.repeat(201) + ']'.repeat(201);
	const round: unknown[] = [];
	round.push(round);
	for (const value of [deep, JSON.parse(deep), '['.repeat(100_000), '{"a":'.repeat(100_000), round]) {
		expect(() => parseJsonField('Tools', value)).toThrow(
			expect.objectContaining({ type: 'invalid_input', message: 'Tools is nested more than 200 levels deep' }),
		);
	}
	expect(parseJsonField('Tools', deep.slice(1, -1))).toHaveLength(1);
	expect(parseJsonField('Tools', JSON.parse(deep.slice(1, -1)))).toHaveLength(1);
});

test.each([
	['[1,\n 2 3]', 'Tools is not valid JSON: see line 2, column 4'],
	['[1, 2', 'Tools is not valid JSON: see line 1, column 6'],
	['{"a": 1,}', 'Tools is not valid JSON: see line 1, column 9'],
	['{"a": [1,]}', 'Tools is not valid JSON: see line 1, column 10'],
	['{a: 1}', 'Tools is not valid JSON: see line 1, column 2'],
	['{"a" 1}', 'Tools is not valid JSON: see line 1, column 6'],
	['{"a": 1]', 'Tools is not valid JSON: see line 1, column 8'],
	['{} {}', 'Tools is not valid JSON: see line 1, column 4'],
	['["a\\x"]', 'Tools is not valid JSON: see line 1, column 2'],
	['{"a": "b\nc"}', 'Tools is not valid JSON: see line 1, column 7'],
	['// no\n[]', 'Tools is not valid JSON: see line 1, column 1'],
	['[01]', 'Tools is not valid JSON: see line 1, column 3'],
	["{'a': 1}", 'Tools is not valid JSON: see line 1, column 2'],
])('%j is refused with its place', (text, message) => {
	expect(() => parseJsonField('Tools', text)).toThrow(expect.objectContaining({ type: 'invalid_input', message }));
});
