/**
 * Writes the tables of docs/fields*.md from the nodes' own descriptions, between the marks `<!-- parameters:NAME -->` and
 * `<!-- /parameters -->`, the tables of messages from their texts, and the bench's page and charts and the tables of docs/scaling*.md
 * from bench/results.json. Tests tell when they are out of step. A field without a Chinese text keeps its English one, and is named at the end.
 * usage: tsx scripts/docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { writeReport } from '../bench/report';
import { StepfunApi } from '../credentials/StepfunApi.credentials';
import { LmChatStepfun } from '../nodes/LmChatStepfun/LmChatStepfun.node';
import { StepfunChat } from '../nodes/StepfunChat/StepfunChat.node';
import { writeMessages } from './messages';
import { SCALING_PAGES, withScalingTables } from './scaling';

/** Chinese texts of a field; the panel itself is English. */
export interface FieldText {
	name: string;
	description: string;
	/** By the choice's value. */
	choices?: Record<string, string>;
}

/**
 * By the field's path, such as `messages.role`. A field that both nodes have is there once, or once more as `lmChatStepfun:webSearch`
 * where it says something else in one of them.
 */
export type FieldTexts = Record<string, FieldText>;

/** What a table has a row for. */
export interface Field {
	path: string;
	/** Labels from the outermost field to this one. */
	labels: string[];
	property: INodeProperties;
	choices: INodePropertyOptions[];
}

export const sources: Record<string, INodeProperties[]> = {
	stepfunChat: new StepfunChat().description.properties,
	lmChatStepfun: new LmChatStepfun().description.properties,
	stepfunApi: new StepfunApi().properties,
};

const HEADINGS = {
	en: ['Field', 'Name', 'Default', 'What it does'],
	'zh-CN': ['字段', '参数名', '默认值', '说明'],
} as const;
type Locale = keyof typeof HEADINGS;

/** The pages that hold the tables, each with one for every entry of `sources`. */
export const FIELD_PAGES: ReadonlyArray<readonly [file: string, locale: Locale]> = [
	['docs/fields.md', 'en'],
	['docs/fields.zh-CN.md', 'zh-CN'],
];

/** The fields and what is inside their collections, in the order of the panel. */
export function fieldsOf(properties: INodeProperties[], parent?: Field): Field[] {
	return (
		properties
			.filter(({ type }) => type !== 'notice' && type !== 'hidden')
			// One that is declared again has fewer choices, for another setting.
			.filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i)
			.flatMap((property) => {
				const hasChoices = property.type === 'options' || property.type === 'multiOptions';
				const field: Field = {
					path: parent ? `${parent.path}.${property.name}` : property.name,
					labels: [...(parent?.labels ?? []), property.displayName],
					property,
					choices: hasChoices ? (property.options as INodePropertyOptions[]) : [],
				};
				return [field, ...(hasChoices ? [] : fieldsOf(nestedProperties(property), field))];
			})
	);
}

/** Those of a collection, and those of each group of a fixedCollection. */
const nestedProperties = ({ options = [] }: INodeProperties): INodeProperties[] =>
	(options as Array<INodeProperties | INodePropertyCollection>).flatMap((entry) =>
		'values' in entry ? entry.values : [entry],
	);

/** A Markdown table of the fields; where a field has a text, its label is followed by its translation. */
function fieldTable(fields: Field[], locale: Locale, textOf: (field: Field) => FieldText | undefined): string {
	const headings = HEADINGS[locale];
	const rows = fields.map((field) => [
		label(field, textOf(field)),
		`\`${field.property.name}\``,
		shownDefault(field.property),
		describe(field, textOf(field)),
	]);
	return [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const label = ({ labels }: Field, text: FieldText | undefined): string =>
	labels.join(' → ') + (text && text.name !== labels.at(-1) ? `（${text.name}）` : '');

function describe({ property: { description = '' }, choices }: Field, text: FieldText | undefined): string {
	const named = choices.map(({ name, value, description: meaning }) =>
		[`**${name}**`, text ? text.choices?.[String(value)] : meaning].filter(Boolean).join(text ? ' ' : ': '),
	);
	const sentences = [text?.description ?? description, named.join(text ? '；' : '; ')].filter(
		(sentence) => sentence !== '',
	);
	return escapeCell(sentences.map(withoutStop).join(text ? '。' : '. '));
}

const withoutStop = (sentence: string): string => sentence.replace(/[.。]$/, '');

function shownDefault({ default: value, type }: INodeProperties): string {
	if (
		type === 'collection' ||
		type === 'fixedCollection' ||
		type === 'resourceLocator' ||
		value === '' ||
		value === undefined
	)
		return '';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return text === '[]' || text.length > 40 || text.includes('\n') ? '' : `\`${text}\``;
}

const escapeCell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');

export const textsOf = (locale: Locale): FieldTexts =>
	locale === 'en'
		? {}
		: (JSON.parse(readFileSync(path.join(__dirname, `../docs/fields.${locale}.json`), 'utf8')) as FieldTexts);

/** The key of a field's text in the locale's texts, which may have none. */
export const textKey = (source: string, fieldPath: string, texts: FieldTexts): string =>
	Object.hasOwn(texts, `${source}:${fieldPath}`) ? `${source}:${fieldPath}` : fieldPath;

/** The page with its tables made anew. */
export function withTables(page: string, locale: Locale): string {
	return page.replace(/<!-- parameters:(\w+) -->[\s\S]*?<!-- \/parameters -->/g, (_, name: string) => {
		const properties = sources[name];
		if (!properties) throw new Error(`No description is called ${name}`);
		const texts = textsOf(locale);
		return `<!-- parameters:${name} -->\n${fieldTable(fieldsOf(properties), locale, (field) => texts[textKey(name, field.path, texts)])}\n<!-- /parameters -->`;
	});
}

/** Paths of the fields that have no text of the locale, and of the texts whose field is gone. */
function textsOutOfStep(locale: Locale): { missing: string[]; stale: string[] } {
	const texts = textsOf(locale);
	const keys = new Set(
		Object.entries(sources).flatMap(([source, properties]) =>
			fieldsOf(properties).map((field) => textKey(source, field.path, texts)),
		),
	);
	return {
		missing: [...keys].filter((key) => !Object.hasOwn(texts, key)),
		stale: Object.keys(texts).filter((key) => !keys.has(key)),
	};
}

if (require.main === module) {
	for (const [name, locale] of FIELD_PAGES) {
		const file = path.join(__dirname, '..', name);
		writeFileSync(file, withTables(readFileSync(file, 'utf8'), locale));
	}
	for (const [name, locale] of SCALING_PAGES) {
		const file = path.join(__dirname, '..', name);
		writeFileSync(file, withScalingTables(readFileSync(file, 'utf8'), locale));
	}
	const { missing, stale } = textsOutOfStep('zh-CN');
	for (const field of missing) console.warn(`docs/fields.zh-CN.json has no text for ${field}`);
	for (const field of stale) console.warn(`docs/fields.zh-CN.json has a text for ${field}, which is gone`);
	writeMessages();
	void writeReport();
}
