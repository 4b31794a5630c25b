import { readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog, MESSAGE_PAGES, messageRows, notesOf, withMessages } from '../../scripts/messages';

const rows = messageRows('en');
const notes = notesOf('en');
const namesOf = (sections: object): string[] =>
	Object.values(sections).flatMap((section: object) => Object.keys(section));

test.each(MESSAGE_PAGES)('the tables of %s are those of the catalogs (npm run docs)', (file, locale) => {
	const page = readFileSync(path.join(__dirname, '../..', file), 'utf8');
	expect([...page.matchAll(/<!-- messages:(\w+) -->/g)].map((match) => match[1])).toEqual(Object.keys(notes));
	expect(withMessages(page, locale)).toBe(page);
});

test('every text of the catalogs has its row', () => {
	expect(catalog.size).toBeGreaterThan(70);
	const names = rows.map(({ name }) => name);
	expect([...catalog.keys()].filter((name) => !names.includes(name))).toEqual([]);
});

test('no row is there twice, and none lacks its when', () => {
	const keys = rows.map(({ message, hint }) => `${message}\n${hint}`);
	expect(new Set(keys).size).toBe(keys.length);
	expect(rows.filter(({ when }) => when.length < 10)).toEqual([]);
});

test('no row says itself what a catalog says', () => {
	const repeated = Object.values(notes).flatMap((section) =>
		Object.entries(section).filter(([name, { message, hint }]) => {
			const text = catalog.get(name);
			return text && (hint !== undefined || (message !== undefined && text.message !== undefined));
		}),
	);
	expect(repeated).toEqual([]);
});

test('the Chinese table has the same messages in the same order', () => {
	expect(namesOf(notesOf('zh-CN'))).toEqual(namesOf(notes));
	expect(
		messageRows('zh-CN').filter(
			({ when, hint }, i) => !/\p{Script=Han}/u.test(when) || (rows[i]!.hint !== '' && !/\p{Script=Han}/u.test(hint)),
		),
	).toEqual([]);
});
