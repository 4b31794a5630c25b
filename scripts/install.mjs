// Installs the package's devDependencies when they are missing or no longer match the lockfile, so that every
// command of the README works as the first one typed on a fresh clone. Uses nothing but Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const stampFile = path.join(root, 'node_modules/.lockfile-sha256');
const wanted = createHash('sha256')
	.update(readFileSync(path.join(root, 'package-lock.json')))
	.digest('hex');
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (installed !== wanted) {
	console.log('Installing the development dependencies (about a minute, only when package-lock.json changed) …');
	const npm = spawnSync('npm', ['ci', '--loglevel=error'], {
		cwd: root,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (npm.status !== 0) {
		console.error('npm ci did not succeed; see its messages above.');
		process.exit(npm.status ?? 1);
	}
	writeFileSync(stampFile, wanted);
}
