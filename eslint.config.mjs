import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// n8n's own rules hold where n8n's scan applies them; the rest of the repository is ordinary TypeScript.
const scanned = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];

// The scan pins an older set of its rules for community nodes; here they are the newest, and the scan itself runs beside.
const scan = (await buildScanConfig()).map((entry) =>
	entry.plugins?.['@n8n/community-nodes'] ? n8nCommunityNodesPlugin.configs.recommended : entry,
);

export default defineConfig(
	{ ignores: ['dist/', 'build/', 'coverage/', '**/node_modules/', 'screenshots/', 'examples/'] },
	{ files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
	{
		files: ['**/*.ts'],
		rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
	},
	{ files: scanned, extends: [scan] },
);
