import { StepfunError } from '../../../stepfun/errors';
import { withoutEcho } from '../../../stepfun/client/echo';
import { redact, redacted } from '../../../stepfun/client/redact';
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
	const shown = (quote: string, apiKey: string | undefined): string =>
		redacted(new StepfunError({ message: quote, hint: '', quote }, { type: 'x' }), { apiKey }).message;
	expect(shown('Incorrect API key provided: abc (abc)', 'abc')).toBe('Incorrect API key provided: […] ([…])');
	expect(shown('abc', undefined)).toBe('abc');
	expect(shown('abc', '')).toBe('abc');
});

describe('figures and words stay', () => {
	test.each([
		'This model takes at most max token: 32768, input token: 40321',
		'max token: 32768 input token: 40321.',
		'token: 32,768/40,321',
		'token=32k, token = 1.5M',
		'prompt token: <= 4096',
		'token: >32768',
		'"token": 12',
		'token: "32768"',
		'token: 32768tokens',
		'token: null',
		'Your Basic plan does not include this model',
		'Missing bearer authentication in header',
		'Missing basic auth and bearer token',
		'See https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create for more',
		'request req_0f8fad5b-d9cb-469f-a165-70867728950e failed',
		'----------------------------------------------------',
		'limit 1000000000000000000000000000000, used 40321',
		'Unexpected token < in JSON at position 0',
	])('%s', (text) => {
		expect(redact(text, 500)).toBe(text);
	});

	test.each([
		['token: 1a2b3c4d5e6f', 'token: […]'],
		['token=abcdef', 'token=[…]'],
		['{"token":"12ab"}', '{"token":"[…]"}'],
		['token: 32768.secret', 'token: […]'],
		['api_key: 12345678', 'api_key: […]'],
		['Basic dXNlcjpwYXNz is refused', 'Basic […] is refused'],
		[`hash ${'0123456789abcdef'.repeat(4)}`, 'hash […]'],
		[`key ${'aB3dE6gH9'.repeat(6)}`, 'key […]'],
	])('and secrets do not: %s', (text, clean) => {
		expect(redact(text, 500)).toBe(clean);
	});
});

describe('what is cut', () => {
	test('says so, however much of it is blank', () => {
		expect(redact(`a${' '.repeat(1_000)}b`, 10)).toBe('a…');
	});
});

describe('an echo', () => {
	const random = (seed: number) => () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

	/** What the definition says: every place of the text that lies in 24 characters which also stand in a prompt. */
	function byDefinition(text: string, sent: string[]): string {
		const covered = [...text].fill('');
		for (let at = 0; at + 24 <= text.length; at += 1) {
			if (sent.some((prompt) => prompt.includes(text.slice(at, at + 24)))) covered.fill('x', at, at + 24);
		}
		return [...text]
			.map((letter, i) => (covered[i] ? '\0' : letter))
			.join('')
			.replace(/\0+/g, '[…]');
	}

	test('is found wherever it stands, in texts of few and of many letters, Chinese ones too', () => {
		const next = random(7);
		for (const letters of ['ab', 'abcdefgh ', '请总结合同条款并列出', 'añ中😀']) {
			const word = (length: number): string =>
				Array.from({ length }, () => letters.charAt(Math.floor(next() * letters.length))).join('');
			for (let round = 0; round < 300; round += 1) {
				const sent = [word(Math.floor(next() * 400)), word(Math.floor(next() * 90))];
				const prompt = sent[0]!;
				const start = Math.floor(next() * prompt.length);
				const text = word(Math.floor(next() * 40)) + prompt.slice(start, start + Math.floor(next() * 60)) + word(20);
				const found = withoutEcho(text, sent);
				const expected = byDefinition(text, sent);
				// What is left of two echoes that overlap is too short to be told.
				const kept = expected.split('[…]').join('').length;
				const left = found.split('[…]').join('').length;
				expect(left).toBeGreaterThanOrEqual(kept);
				expect(left - kept).toBeLessThan(24 * 4);
				for (let at = 0; at + 24 <= text.length; at += 1) {
					const run = text.slice(at, at + 24);
					if (sent.some((one) => one.includes(run))) expect(found).not.toContain(run);
				}
			}
		}
	});

	const next = random(1);
	const prompt = Array.from({ length: 200_000 }, () => String.fromCharCode(97 + Math.floor(next() * 26))).join('');
	test.each([0, 1, 7, 8, 15, 16, 17, 65_519, 65_535, 65_536, 131_071, 199_976])(
		'of 24 characters, at character %i of a prompt',
		(at) => {
			expect(withoutEcho(`Bad value "${prompt.slice(at, at + 24)}" (max token: 32768)`, [prompt])).toBe(
				'Bad value "[…]" (max token: 32768)',
			);
			const short = `Bad value "${prompt.slice(at, at + 23)}" (max token: 32768)`;
			expect(withoutEcho(short, [prompt])).toBe(short);
		},
	);

	describe.each([
		['of words', 'the model takes 32768 tokens and the request has 40321 of them; '],
		['of one letter', 'a'],
		['of zeros', '0, '],
		['of Chinese', '请总结这份合同的条款。'],
	])('is looked for in a prompt of 20 MB %s', (_, unit) => {
		const texts = [
			'This model takes at most 32768 tokens. However, your messages have 40321 tokens. '.repeat(6),
			'0, 0, 0, 0, x'.repeat(38),
			`${'a'.repeat(22)}b`.repeat(20),
			`${unit.repeat(500).slice(0, 23)}\n`.repeat(20),
			unit.repeat(500).slice(0, 500),
		];
		let prompt = '';
		beforeAll(() => {
			prompt = Buffer.alloc(
				Math.floor(20_000_000 / Buffer.byteLength(unit)) * Buffer.byteLength(unit),
				unit,
			).toString();
		});
		afterAll(() => {
			prompt = '';
		});

		test('without reading it character by character', () => {
			const counts = new Map<string, number>();
			const names = ['charCodeAt', 'includes', 'indexOf', 'slice'] as const;
			const originals = names.map((name) => [name, String.prototype[name]] as const);
			// Spies that keep every call would take seconds.
			for (const [name, original] of originals) {
				const counting = function (this: string, ...args: unknown[]): unknown {
					counts.set(name, (counts.get(name) ?? 0) + 1);
					return (original as (...given: unknown[]) => unknown).apply(this, args);
				};
				Object.assign(String.prototype, { [name]: counting });
			}
			try {
				for (const text of texts) {
					counts.clear();
					withoutEcho(text, [prompt]);
					const calls = [...counts.values()].reduce((count, some) => count + some, 0);
					expect(calls).toBeLessThan(100_000);
				}
			} finally {
				Object.assign(String.prototype, Object.fromEntries(originals));
			}
		});

		test('in a few milliseconds', () => {
			for (const text of texts) {
				const times = [1, 2, 3].map(() => {
					const start = cpuTime();
					withoutEcho(text, [prompt]);
					return cpuTime() - start;
				});
				// The least of them, since the process does other things, too.
				expect(Math.min(...times)).toBeLessThan(25);
			}
		});
	});
});
