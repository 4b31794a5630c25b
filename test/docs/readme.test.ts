import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { errorItem } from '../../nodes/shared/errors';
import { outputItem } from '../../nodes/StepfunChat/output';
import { READMES, withTables } from '../../scripts/docs';
import { StepfunError } from '../../stepfun/errors';
import type { Completion, CompletionChoice } from '../../stepfun/types';
import packageJson from '../../package.json';
import { rowOf } from './message-table';

const root = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = [
	'README.md',
	'README.zh-CN.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	'CHANGELOG.md',
	'docs/messages.md',
	'docs/messages.zh-CN.md',
];

const fenced = (text: string, language: string): string[] =>
	[...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter((match) => match[1] === language).map((match) => match[2]!);
const prose = (text: string): string => text.replace(/^```[^]*?^```$/gm, '');
const links = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
const headings = (text: string): string[] =>
	[...prose(text).matchAll(/^(#+) (.+)$/gm)].map((match) => `${match[1]} ${match[2]}`);

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string): string =>
	`#${heading
		.replace(/^#+ /, '')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.replace(/\s/g, '-')}`;

describe.each(READMES)('%s', (file, locale) => {
	const readme = read(file);

	test('its tables are those of the nodes', () => {
		expect([...readme.matchAll(/<!-- parameters:(\w+) -->/g)].map((match) => match[1])).toEqual([
			'stepfunApi',
			'stepfunChat',
			'lmChatStepfun',
		]);
		expect(withTables(readme, locale)).toBe(readme);
	});

	test('links every example', () => {
		const examples = readdirSync(path.join(root, 'examples')).map((name) => `examples/${name}`);
		expect(links(readme)).toEqual(expect.arrayContaining(examples));
	});

	test('its items are what the node gives out', () => {
		const [item, failed] = fenced(readme, 'json').map((json) => JSON.parse(json) as IDataObject);
		expect(Object.keys(item!)).toEqual([
			...Object.keys(
				outputItem(fullCompletion, { model: 'm', messages: [], response_format: { type: 'json_object' } }, true),
			),
			'messages',
		]);
		expect(item!['tool_calls']).toEqual(outputItem(fullCompletion, { model: 'm', messages: [] }, true)['tool_calls']);
		expect(Object.keys(item!['usage'] as object)).toEqual(Object.keys(fullCompletion.usage!));
		const { json } = errorItem(
			new StepfunError(
				{ message: 'm', hint: 'h' },
				{ type: 't', status: 429, requestId: 'r', partial: fullCompletion },
			),
			0,
		);
		expect(Object.keys(failed!)).toEqual(Object.keys(json));
		expect(Object.keys(failed!['error'] as object)).toEqual(Object.keys(json['error'] as object));
	});

	test('the messages it names are among those of the table', () => {
		const table = /\n## (?:When something goes wrong|出问题时)\n([^]*?)\n## /.exec(readme)![1]!;
		const named = table
			.split('\n')
			.filter((line) => line.startsWith('| '))
			.slice(2)
			.map((line) => line.slice(2).split(' | ', 1)[0]!);
		expect(named.length).toBeGreaterThan(4);
		for (const message of named)
			expect({ message, row: rowOf({ message })?.message }).toEqual({
				message,
				row: expect.stringMatching(/\w/),
			});
	});

	test('the installation names this package', () => {
		expect(fenced(readme, 'sh').join('')).toContain(`npm install ${packageJson.name}\n`);
		expect(readme).toContain(`\`${packageJson.name}\``);
	});
});

const call = {
	id: 'call_1',
	type: 'function' as const,
	function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
};
const search = { id: 's', type: 'web_search' as const, function: { name: 'web_search', arguments: '', results: [{}] } };
const choice = {
	index: 0,
	message: { role: 'assistant', content: '{}', reasoning: 'r', tool_calls: [call, search] },
	finish_reason: 'stop',
} as unknown as CompletionChoice;
const fullCompletion: Completion = {
	id: 'i',
	object: 'chat.completion',
	created: 0,
	model: 'm',
	choices: [choice, { ...choice, index: 1 }],
	usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, reasoning_tokens: 0, total_tokens: 2 },
};

test('both READMEs have the same sections and the same commands', () => {
	const [english, chinese] = READMES.map(([file]) => read(file));
	const levels = (text: string): string[] => headings(text).map((heading) => heading.split(' ', 1)[0]!);
	expect(levels(chinese!)).toEqual(levels(english!));
	expect(fenced(chinese!, 'sh')).toEqual(fenced(english!, 'sh'));
});

describe.each(pages)('%s', (file) => {
	const text = read(file);
	const [inner, outer] = [
		links(text).filter((link) => link.startsWith('#')),
		links(text).filter((link) => !/^(?:#|https?:)/.test(link)),
	];

	test('what it links is there', () => {
		expect(outer.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([]);
	});

	test('its contents lead to its headings', () => {
		const anchors = headings(text).map(anchor);
		expect(inner.filter((link) => !anchors.includes(link))).toEqual([]);
	});

	test('its commands are there', () => {
		const named = [...text.matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2]!);
		expect(named.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
	});
});

test('the changelog has a section for this version, with something in it', () => {
	const section = new RegExp(`^## ${packageJson.version.replaceAll('.', '\\.')}\\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(
		read('CHANGELOG.md'),
	);
	expect(section?.[1]?.trim()).toMatch(/^- /m);
});
