// Loads a community package as n8n does when it starts, in a process that has n8n's core already, and prints how long it took.
//   node load-package.cjs N8N_DIRECTORY PACKAGE_DIRECTORY, with NODE_PATH leading to n8n's packages
const { createRequire } = require('node:module');
const path = require('node:path');

const [directory, packageDirectory] = process.argv.slice(2);
const requireOfN8n = createRequire(path.join(directory, 'index.js'));
requireOfN8n('reflect-metadata');
const { PackageDirectoryLoader } = requireOfN8n('n8n-core');

async function main() {
	const loader = new PackageDirectoryLoader(packageDirectory);
	const began = performance.now();
	await loader.loadAll();
	const ms = performance.now() - began;
	console.log(JSON.stringify({ ms, nodes: Object.keys(loader.nodeTypes).length }));
}

void main();
