import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// n8n's own rules hold where n8n's scan applies them; the rest of the repository is ordinary TypeScript.
const scanned = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];

export default defineConfig(
	{ ignores: ['dist/', 'build/', 'coverage/', '**/node_modules/', 'screenshots/', 'examples/'] },
	{ files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
	{
		files: ['**/*.ts'],
		rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
	},
	{ files: scanned, extends: [await buildScanConfig()] },
);
