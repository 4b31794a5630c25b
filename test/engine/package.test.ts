import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';

// Left by `gulp pack`, which `npm test` runs first.
const root = path.join(__dirname, '../..');
const unpacked = path.join(root, 'build/package');
beforeAll(() => {
	if (!existsSync(unpacked)) execFileSync(process.execPath, ['node_modules/gulp/bin/gulp.js', 'pack'], { cwd: root });
}, 120_000);

const manifest = (): Record<string, unknown> => JSON.parse(readFileSync(path.join(unpacked, 'package.json'), 'utf8'));

test('the unpacked tarball is there', () => {
	expect(existsSync(unpacked)).toBe(true);
});

test("n8n-core's loader finds the nodes, their codex and the credential in it", async () => {
	const loader = new PackageDirectoryLoader(unpacked);
	await loader.loadAll();
	expect(Object.keys(loader.nodeTypes)).toEqual(['stepfunChat', 'lmChatStepfun']);
	expect(Object.keys(loader.credentialTypes)).toEqual(['stepfunApi']);
	const description: { codex?: unknown; iconUrl?: unknown } = loader.getNode('stepfunChat').type.description;
	expect(description['codex']).toMatchObject({
		categories: expect.any(Array),
		alias: expect.arrayContaining(['阶跃星辰']),
	});
	expect(description['iconUrl']).toMatchObject({
		light: expect.stringMatching(/\.svg$/),
		dark: expect.stringMatching(/\.dark\.svg$/),
	});
});

test('the package brings nothing at run time and holds nothing but what n8n needs', () => {
	expect(manifest()).not.toHaveProperty('dependencies');
	const files = execFileSync('find', ['.', '-type', 'f'], { cwd: unpacked, encoding: 'utf8' })
		.trim()
		.split('\n')
		.sort();
	expect(files.filter((file) => !file.startsWith('./dist/'))).toEqual([
		'./LICENSE.md',
		'./README.md',
		'./README.zh-CN.md',
		'./index.js',
		'./package.json',
	]);
	expect(files.filter((file) => file.startsWith('./dist/') && !/\.(?:js|json|svg)$/.test(file))).toEqual([
		'./dist/THIRD-PARTY-NOTICES.md',
	]);
});

test('the notices name every library that is built in', () => {
	const notices = readFileSync(path.join(unpacked, 'dist/THIRD-PARTY-NOTICES.md'), 'utf8');
	expect([...notices.matchAll(/^## (\S+) \S+ \((\S+)\)$/gm)].map(([, name, license]) => [name, license])).toEqual([
		['@cfworker/json-schema', 'MIT'],
		['eventsource-parser', 'MIT'],
		['p-limit', 'MIT'],
		['yocto-queue', 'MIT'],
	]);
});
