import { redact, withoutEcho, withoutKey } from '../../../stepfun/client/redact';
import { cpuTime } from '../../cpu-time';

test.each([
	['Authorization: Bearer abc.def-123 was refused', 'Authorization: […] […] was refused'],
	['Bearer abc, no', 'Bearer […], no'],
	['{"api_key":"abc123"}', '{"api_key":"[…]"}'],
	['apikey=abc&x=1', 'apikey=[…]'],
	['key sk-abcd1234 is wrong', 'key sk-[…] is wrong'],
	[`data:image/png;base64,${'iVBORw0KGgo'.repeat(10)}==`, 'data:image/png;base64,[…]'],
	['request limited RPM reached, current: 11, limit: 10', 'request limited RPM reached, current: 11, limit: 10'],
	['max_tokens: 5 is too low', 'max_tokens: 5 is too low'],
	['trace 0f8fad5b-d9cb-469f-a165-70867728950e', 'trace 0f8fad5b-d9cb-469f-a165-70867728950e'],
	[' two\n lines\t', 'two lines'],
])('%s', (text, clean) => {
	expect(redact(text, 200)).toBe(clean);
});

test('at most so many characters, in a time that does not depend on the text', () => {
	const long = Buffer.alloc(60_000_000, 'ab ').toString();
	const start = cpuTime();
	expect(redact(long, 10)).toBe('ab ab ab a…');
	expect(cpuTime() - start).toBeLessThan(100);
});

test('what a text repeats of what was sent is taken out, and nothing else', () => {
	const prompt = 'Summarize the contract between Initech and Globex';
	expect(withoutEcho(`Invalid "${prompt}" in messages`, [prompt])).toBe('Invalid "[…]" in messages');
	expect(withoutEcho('Invalid "the contract between Initech and G', ['other', prompt])).toBe('Invalid "[…]');
	expect(withoutEcho('Summarize the contract', [prompt])).toBe('Summarize the contract');
	expect(withoutEcho('model is invalid', [])).toBe('model is invalid');
});

test('a key of any looks is taken out', () => {
	expect(withoutKey('Incorrect API key provided: abc (abc)', 'abc')).toBe('Incorrect API key provided: […] ([…])');
	expect(withoutKey('abc', undefined)).toBe('abc');
	expect(withoutKey('abc', '')).toBe('abc');
});
