import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const published = ['{stepfun,nodes,credentials}/**/*.ts'];

// n8n's own rules hold where n8n's scan applies them; the rest of the repository is ordinary TypeScript.
const scanned = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];

// The scan pins an older set of its rules for community nodes; here they are the newest, and the scan itself runs beside.
const scan = (await buildScanConfig()).map((entry) =>
	entry.plugins?.['@n8n/community-nodes'] ? n8nCommunityNodesPlugin.configs.recommended : entry,
);

/** What the files named may not import: pairs of a pattern and why. Of several arrows that name a file the last one counts. */
const arrow = (files, ...forbidden) => ({
	files,
	rules: {
		'no-restricted-imports': ['error', { patterns: forbidden.map(([regex, message]) => ({ regex, message })) }],
	},
});
const folders = (...names) => `(^|/)(${names.join('|')})(/|$)`;

const unpublished = [folders('emulator', 'host', 'bench', 'test', 'scripts'), 'It is not published.'];
const outside = [`^@?n8n|${folders('nodes', 'credentials')}`, 'stepfun/ knows nothing of n8n.'];
const doors = [
	'complete',
	'stream-text',
	'tool-loop',
	'structured',
	'list-models',
	'files',
	'read-document',
	'run-files',
	'search',
	'count-tokens',
];
const door = [`^\\.\\.?/(${doors.join('|')})$`, 'The doors of stepfun/ import its rooms, not the other way round.'];
const rooms = (...names) => [
	folders(...names),
	'Doors import request/ and response/, these client/ and schema/, and all of them the top.',
];

const arrows = [
	arrow(['credentials/**/*.ts'], unpublished, [
		folders('StepfunChat', 'LmChatStepfun'),
		'Nodes name the credential; it knows none of them.',
	]),
	arrow(['nodes/shared/**/*.ts'], unpublished, [folders('StepfunChat', 'LmChatStepfun'), 'It is shared by the nodes.']),
	arrow(['nodes/StepfunChat/**/*.ts'], unpublished, [folders('LmChatStepfun'), 'Nodes share by nodes/shared/.']),
	arrow(['nodes/LmChatStepfun/**/*.ts'], unpublished, [folders('StepfunChat'), 'Nodes share by nodes/shared/.']),
	arrow(['stepfun/*.ts'], unpublished, outside, door, rooms('client', 'schema', 'request', 'response')),
	arrow([`stepfun/{${doors.join(',')}}.ts`], unpublished, outside),
	arrow(['stepfun/client/**/*.ts'], unpublished, outside, door, rooms('schema', 'request', 'response')),
	arrow(['stepfun/schema/**/*.ts'], unpublished, outside, door, rooms('client', 'request', 'response')),
	arrow(['stepfun/request/**/*.ts'], unpublished, outside, door, rooms('response')),
	arrow(['stepfun/response/**/*.ts'], unpublished, outside, door, rooms('request')),
	arrow(
		['emulator/**/*.ts'],
		[folders('stepfun', 'nodes', 'credentials'), 'The emulator tells the wire independently.'],
	),
];

export default defineConfig(
	{ ignores: ['dist/', 'build/', 'coverage/', '**/node_modules/', 'screenshots/', 'examples/'] },
	{ files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
	{
		files: published,
		extends: [tseslint.configs.recommendedTypeChecked],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
	},
	{
		files: ['**/*.ts'],
		rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
	},
	arrows,
	{ files: scanned, extends: [scan] },
);
