import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { errorItem } from '../../nodes/shared/errors';
import { outputItem } from '../../nodes/StepfunChat/output';
import { FIELD_PAGES, sources, withTables } from '../../scripts/docs';
import { SCALING_PAGES } from '../../scripts/scaling';
import { StepfunError } from '../../stepfun/errors';
import type { StructuredExchange } from '../../stepfun/structured';
import type { Completion, CompletionChoice } from '../../stepfun/types';
import packageJson from '../../package.json';
import { rowOf } from './message-table';

const root = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const READMES = ['README.md', 'README.zh-CN.md'] as const;
const pages = [
	...READMES,
	...FIELD_PAGES.map(([file]) => file),
	'CONTRIBUTING.md',
	'SECURITY.md',
	'CHANGELOG.md',
	'docs/messages.md',
	'docs/messages.zh-CN.md',
	...SCALING_PAGES.map(([file]) => file),
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

describe.each(FIELD_PAGES)('%s', (file, locale) => {
	const page = read(file);

	test('its tables are those of the nodes and of the credential', () => {
		expect([...page.matchAll(/<!-- parameters:(\w+) -->/g)].map((match) => match[1])).toEqual(Object.keys(sources));
		expect(withTables(page, locale)).toBe(page);
	});
});

describe.each(READMES)('%s', (file) => {
	const readme = read(file);
	const suffix = file.slice('README'.length);

	test('links every example', () => {
		const examples = readdirSync(path.join(root, 'examples')).map((name) => `examples/${name}`);
		expect(links(readme)).toEqual(expect.arrayContaining(examples));
	});

	test('links the fields, the messages, the page on scaling and the changelog', () => {
		expect(links(readme)).toEqual(
			expect.arrayContaining([
				`docs/fields${suffix}`,
				`docs/messages${suffix}`,
				`docs/scaling${suffix}`,
				'CHANGELOG.md',
			]),
		);
	});

	test('its items are what the node gives out', () => {
		const [item, failed] = fenced(readme, 'json').map((json) => JSON.parse(json) as IDataObject);
		expect(Object.keys(item!)).toEqual([
			...Object.keys(
				outputItem(fullAnswer, { model: 'm', messages: [], response_format: { type: 'json_object' } }, true),
			),
			'messages',
		]);
		expect(item!['tool_calls']).toEqual(outputItem(fullAnswer, { model: 'm', messages: [] }, true)['tool_calls']);
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
		const table = /\n## (?:Troubleshooting|故障排查)\n([^]*?)\n## /.exec(readme)![1]!;
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

	test('the installation names this package, and leaves out what n8n supplies', () => {
		const install = 'npm install --prefix ~/.n8n/nodes --legacy-peer-deps';
		const commands = fenced(readme, 'sh').join('');
		expect(commands).toContain(`${install} ${packageJson.name}\n`);
		expect(commands).toContain(`${install} /path/to/${packageJson.name}-x.y.z.tgz\n`);
		expect(read('gulpfile.js')).toContain(install);
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
const fullAnswer: StructuredExchange = {
	completion: fullCompletion,
	messages: [],
	parsed: new Map(fullCompletion.choices.map((choice) => [choice, {}])),
	corrections: 0,
};

test.each([
	['READMEs', READMES],
	['pages of fields', FIELD_PAGES.map(([file]) => file)],
	['pages on scaling', SCALING_PAGES.map(([file]) => file)],
] as const)('both %s have the same sections and the same commands', (_, files) => {
	const [english, chinese] = files.map(read);
	const levels = (text: string): string[] => headings(text).map((heading) => heading.split(' ', 1)[0]!);
	expect(levels(chinese!)).toEqual(levels(english!));
	expect(fenced(chinese!, 'sh')).toEqual(fenced(english!, 'sh'));
});

describe.each(pages)('%s', (file) => {
	const text = read(file);
	/** Links within the project: the file, from its root, and the anchor in it, '' for none. */
	const targets = links(text)
		.filter((link) => !/^https?:/.test(link))
		.map((link) => {
			const [target = '', fragment] = link.split('#', 2);
			return {
				link,
				target: target === '' ? file : path.join(path.dirname(file), target),
				fragment: fragment === undefined ? '' : `#${fragment}`,
			};
		});

	test('what it links is there', () => {
		const broken = targets.filter(({ target }) => !existsSync(path.join(root, target)));
		expect(broken.map(({ link }) => link)).toEqual([]);
	});

	test('its anchors lead to headings', () => {
		const broken = targets.filter(
			({ target, fragment }) => fragment !== '' && !headings(read(target)).map(anchor).includes(fragment),
		);
		expect(broken.map(({ link }) => link)).toEqual([]);
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
