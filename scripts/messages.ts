/**
 * Writes the tables of docs/messages.md and of its translation between the marks `<!-- messages:SECTION -->` and
 * `<!-- /messages -->`: messages and hints are those of the catalogs in the code, each called with `…` for what changes from case to
 * case; when they appear, and the translated hints, stand in docs/messages.LOCALE.json by the names of the catalogs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as chatModel from '../nodes/LmChatStepfun/texts';
import * as shared from '../nodes/shared/texts';
import * as chat from '../nodes/StepfunChat/texts';
import * as client from '../stepfun/client/texts';
import * as request from '../stepfun/request/texts';
import * as response from '../stepfun/response/texts';
import * as general from '../stepfun/texts';

const CATALOGS = [general, client, request, response, shared, chat, chatModel];

const HEADINGS = {
	en: ['Message', 'When', 'What to do'],
	'zh-CN': ['提示', '何时出现', '怎么办'],
} as const;
type Locale = keyof typeof HEADINGS;

export const MESSAGE_PAGES: ReadonlyArray<readonly [file: string, locale: Locale]> = [
	['docs/messages.md', 'en'],
	['docs/messages.zh-CN.md', 'zh-CN'],
];

/** A row of docs/messages.md. */
export interface MessageRow {
	/** The catalog's name for it. */
	name: string;
	message: string;
	/** What tells it from others with the same message, in brackets. */
	note?: string;
	when: string;
	/** '' where there is nothing to do. */
	hint: string;
}

/** What docs/messages.LOCALE.json says of a row, by its section and its name. */
type Notes = Record<string, Record<string, Note>>;

interface Note {
	/** English only: the message, where it is the server's own or not in a catalog. */
	message?: string;
	note?: string;
	when: string;
	/** The translation; in English only where it is not in a catalog. */
	hint?: string;
}

/** What the code can say, by name; without a message where that is the server's. */
export const catalog: ReadonlyMap<string, { message?: string; hint: string }> = new Map(
	CATALOGS.flatMap((texts) => Object.entries(texts)).flatMap(([name, entry]) => textsOf(name, entry)),
);

function textsOf(name: string, entry: unknown): Array<[name: string, text: { message?: string; hint: string }]> {
	const filled: unknown =
		typeof entry === 'function' ? Reflect.apply(entry, undefined, Array(entry.length).fill('…')) : entry;
	if (typeof filled === 'string') return [[name, { hint: shortened(filled) }]];
	const { message, hint, ...others } = filled as Record<string, string>;
	if (message !== undefined) return [[name, { message: shortened(message), hint: shortened(hint!) }]];
	return Object.entries(others).flatMap(([key, text]) => textsOf(`${name}.${key}`, text));
}

/** Two things side by side that change are one `…`. */
function shortened(text: string): string {
	return text.replace(/…+/g, '…');
}

export const notesOf = (locale: Locale): Notes =>
	JSON.parse(readFileSync(path.join(__dirname, `../docs/messages.${locale}.json`), 'utf8')) as Notes;

const english = notesOf('en');

/** The rows by their sections, in the order of the English ones. */
export function messageSections(locale: Locale): Record<string, MessageRow[]> {
	const notes = notesOf(locale);
	return Object.fromEntries(
		Object.entries(english).map(([section, rows]) => [
			section,
			Object.entries(rows).map(([name, original]): MessageRow => {
				const text = catalog.get(name);
				const message = original.message ?? text?.message;
				const note = notes[section]?.[name];
				if (message === undefined) throw new Error(`No catalog has a text with the name ${name}`);
				if (!note) throw new Error(`docs/messages.${locale}.json has no ${section}.${name}`);
				const hint = locale === 'en' ? (text?.hint ?? note.hint) : note.hint;
				return { name, message, note: note.note ?? original.note, when: note.when, hint: hint ?? '' };
			}),
		]),
	);
}

export const messageRows = (locale: Locale): MessageRow[] => Object.values(messageSections(locale)).flat();

function table(rows: MessageRow[], locale: Locale): string {
	const cells = rows.map(({ message, note, when, hint }) => [
		`\`${message}\`${note === undefined ? '' : ` ${note}`}`,
		when,
		hint || '–',
	]);
	return [HEADINGS[locale], HEADINGS[locale].map(() => '---'), ...cells]
		.map((row) => `| ${row.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`)
		.join('\n');
}

/** The page with its tables made anew. */
export function withMessages(page: string, locale: Locale): string {
	const sections = messageSections(locale);
	return page.replace(/<!-- messages:(\w+) -->[\s\S]*?<!-- \/messages -->/g, (_, section: string) => {
		const rows = sections[section];
		if (!rows) throw new Error(`docs/messages.en.json has no section ${section}`);
		return `<!-- messages:${section} -->\n${table(rows, locale)}\n<!-- /messages -->`;
	});
}

export function writeMessages(): void {
	for (const [name, locale] of MESSAGE_PAGES) {
		const file = path.join(__dirname, '..', name);
		writeFileSync(file, withMessages(readFileSync(file, 'utf8'), locale));
	}
}
