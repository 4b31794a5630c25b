import { messageRows, readSources, rowOf } from './message-table';

const rows = messageRows('messages.md');
const { messages, texts, forwarders } = readSources();

test('every message in the sources has its row', () => {
	expect(messages.length).toBeGreaterThan(70);
	const missing = messages.filter((source) => !rowOf(rows, source));
	expect(missing).toEqual([]);
});

test('so has every text that a table holds', () => {
	expect(texts.length).toBeGreaterThan(25);
	const missing = texts.filter(
		(text) => !rows.some(({ message, hint }) => message.startsWith(text) || hint.includes(text)),
	);
	expect(missing).toEqual([]);
});

test('no other function makes messages of texts that are written elsewhere', () => {
	expect([...new Set(forwarders)].sort()).toEqual([
		'connectionError',
		'invalidInput',
		'malformed',
		'notTheApi',
		'serverError',
		'toNodeError',
		'with',
	]);
});

test('no row is there twice, and none lacks its when', () => {
	const keys = rows.map(({ message, hint }) => `${message}\n${hint}`);
	expect(new Set(keys).size).toBe(keys.length);
	expect(rows.filter(({ when }) => when.length < 10)).toEqual([]);
});

test('the Chinese table has the same messages in the same order', () => {
	const chinese = messageRows('messages.zh-CN.md');
	expect(chinese.map(({ message }) => message)).toEqual(rows.map(({ message }) => message));
	expect(
		chinese.filter(
			({ when, hint }, i) => !/\p{Script=Han}/u.test(when) || (rows[i]!.hint !== '' && !/\p{Script=Han}/u.test(hint)),
		),
	).toEqual([]);
});
