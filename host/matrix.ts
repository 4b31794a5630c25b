// Runs the end-to-end tests that need no browser on every n8n of host/versions/ and on the current one, and prints what passed.
// usage: tsx host/matrix.ts [VERSION …]
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const current = 'current';
const wanted = process.argv.slice(2);
const versions = wanted.length > 0 ? wanted : [...readdirSync(path.join(__dirname, 'versions')).sort(), current];

/** n8n and Node of a version, as its package.json pins them. */
function pinned(version: string): { n8n: string; node: string } {
	const folder = version === current ? __dirname : path.join(__dirname, 'versions', version);
	const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string; node: string };
	};
	return manifest.dependencies;
}

const rows = versions.map((version) => {
	const { n8n, node } = pinned(version);
	console.log(`\n=== n8n ${n8n} on Node ${node}`);
	const { status } = spawnSync(
		process.execPath,
		[require.resolve('tsx/cli'), path.join(__dirname, 'e2e.ts'), '--testPathPatterns', 'server|triggers'],
		{
			stdio: 'inherit',
			env: { ...process.env, ...(version !== current && { N8N_HOST_VERSION: version }) },
		},
	);
	return { n8n, node, passed: status === 0 };
});

console.log('\n| n8n | Node | result |\n| --- | --- | --- |');
for (const { n8n, node, passed } of rows) console.log(`| ${n8n} | ${node} | ${passed ? 'passed' : 'FAILED'} |`);
process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1;
