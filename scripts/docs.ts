/**
 * Writes what the READMEs say of parameters from the nodes' own descriptions, between the marks `<!-- parameters:NAME -->` and
 * `<!-- /parameters -->`.
 * usage: tsx scripts/docs.ts           writes
 *        tsx scripts/docs.ts --check   exit status 1 when something would change
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { StepfunApi } from '../credentials/StepfunApi.credentials';
import { StepfunChat } from '../nodes/StepfunChat/StepfunChat.node';

type Entry = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** Texts by property name; those of collections and of choices are under `options`. */
export interface Translation {
	[property: string]: { displayName?: string; description?: string; options?: Translation; [nested: string]: unknown };
}

const sources: Record<string, INodeProperties[]> = {
	stepfunChat: new StepfunChat().description.properties,
	stepfunApi: new StepfunApi().properties,
};

const HEADINGS = {
	en: ['Field', 'Name', 'Default', 'What it does'],
	'zh-CN': ['字段', '参数名', '默认值', '说明'],
} as const;
type Locale = keyof typeof HEADINGS;

const READMES: ReadonlyArray<readonly [file: string, locale: Locale]> = [
	['README.md', 'en'],
	['README.zh-CN.md', 'zh-CN'],
];

/** A Markdown table of the properties and of what is inside their collections. */
export function parameterTable(properties: INodeProperties[], locale: Locale, translation: Translation = {}): string {
	const rows = properties.flatMap((property) => propertyRows(property, '', translation[property.name], translation));
	const headings = HEADINGS[locale];
	return [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function propertyRows(property: INodeProperties, parent: string, text: Translation[string] | undefined, all: Translation): string[][] {
	if (property.type === 'notice' || property.type === 'hidden') return [];
	const label = `${parent}${text?.displayName ?? property.displayName}`;
	const row = [label, `\`${property.name}\``, shownDefault(property), describe(property, text)];
	const nested = (property.options ?? []).flatMap((entry: Entry) => {
		if ('values' in entry) return entry.values.flatMap((value) => propertyRows(value, `${label} → `, nestedText(text, value.name, all), all));
		return 'type' in entry ? propertyRows(entry, `${label} → `, nestedText(text, entry.name, all), all) : [];
	});
	return [row, ...nested];
}

const nestedText = (text: Translation[string] | undefined, name: string, all: Translation): Translation[string] | undefined =>
	(text?.[name] as Translation[string] | undefined) ?? text?.options?.[name] ?? all[name];

function describe({ description = '', options = [], type }: INodeProperties, text: Translation[string] | undefined): string {
	const choices =
		type === 'options' || type === 'multiOptions'
			? (options as INodePropertyOptions[]).map(({ name, value }) => text?.options?.[String(value)]?.displayName ?? name).join(', ')
			: '';
	const sentences = [text?.description ?? description, choices === '' ? '' : `(${choices})`].filter((sentence) => sentence !== '');
	return escapeCell(sentences.join(' '));
}

function shownDefault({ default: value, type }: INodeProperties): string {
	if (type === 'collection' || type === 'fixedCollection' || type === 'resourceLocator' || value === '' || value === undefined) return '';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return text === '[]' || text.length > 40 ? '' : `\`${text}\``;
}

const escapeCell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');

function translationOf(name: string, locale: Locale): Translation {
	if (locale === 'en') return {};
	const texts = JSON.parse(readFileSync(path.join(__dirname, `../docs/fields.${locale}.json`), 'utf8')) as Record<string, Translation>;
	return texts[name] ?? {};
}

/** The README with its tables made anew. */
export function withTables(readme: string, locale: Locale): string {
	return readme.replace(/<!-- parameters:(\w+) -->[\s\S]*?<!-- \/parameters -->/g, (_, name: string) => {
		const properties = sources[name];
		if (!properties) throw new Error(`No description is called ${name}`);
		return `<!-- parameters:${name} -->\n${parameterTable(properties, locale, translationOf(name, locale))}\n<!-- /parameters -->`;
	});
}

if (require.main === module) {
	const check = process.argv.includes('--check');
	for (const [name, locale] of READMES) {
		const file = path.join(__dirname, '..', name);
		const before = readFileSync(file, 'utf8');
		const after = withTables(before, locale);
		if (before === after) continue;
		if (check) {
			console.error(`${name} does not match the nodes' descriptions; run: npm run docs`);
			process.exitCode = 1;
		} else writeFileSync(file, after);
	}
}
