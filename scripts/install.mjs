// Installs the package's devDependencies when they are missing or are not those of the lockfile, so that every command of the
// README works as the first one typed on a fresh clone, and after `npm ci` installs nothing again. Uses nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages that a lockfile names, by folder. npm writes one of its own into node_modules once everything is installed. */
function packages(file) {
	if (!existsSync(file)) return {};
	const { '': _root, ...installed } = JSON.parse(readFileSync(file, 'utf8')).packages;
	return installed;
}

function isInstalled() {
	const wanted = packages(path.join(root, 'package-lock.json'));
	const found = packages(path.join(root, 'node_modules/.package-lock.json'));
	// What is optional may be missing: it is often another platform's.
	const isThere = ([folder, { integrity, optional, devOptional }]) =>
		found[folder] ? found[folder].integrity === integrity : optional || devOptional;
	return Object.keys(found).length > 0 && Object.entries(wanted).every(isThere);
}

if (!isInstalled()) {
	console.log('Installing the development dependencies (about a minute, only when package-lock.json changed) …');
	const npm = spawnSync('npm', ['ci', '--include=dev', '--loglevel=error'], {
		cwd: root,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (npm.status !== 0) {
		console.error('npm ci did not succeed; see its messages above.');
		process.exit(npm.status ?? 1);
	}
}
