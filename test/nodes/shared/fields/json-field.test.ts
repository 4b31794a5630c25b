import { parseJsonField } from '../../../../nodes/shared/fields/json-field';

test('a field takes text, data, or nothing', () => {
	expect(parseJsonField('Tools', '[1]')).toEqual([1]);
	expect(parseJsonField('Tools', [1])).toEqual([1]);
	expect(parseJsonField('Tools', ' \n')).toBeUndefined();
});

test.each([
	['[1,\n 2 3]', 'Tools is not valid JSON: see line 2, column 4'],
	['[1, 2', 'Tools is not valid JSON: see line 1, column 6'],
])('%j is refused with its place', (text, message) => {
	expect(() => parseJsonField('Tools', text)).toThrow(expect.objectContaining({ type: 'invalid_input', message }));
});
