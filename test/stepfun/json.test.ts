import { tryParseJson } from '../../stepfun/json';

test.each([
	['{"a":1}', { a: 1 }],
	['null', null],
	['', undefined],
	['{a}', undefined],
])('%j', (json, value) => {
	expect(tryParseJson(json)).toEqual(value);
});
