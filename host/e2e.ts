// Behind `npm run e2e`: installs what the end-to-end tests need and runs them. Arguments go to jest.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { findChromium } from './chromium';
import { installHost } from './install';

async function main() {
	findChromium();
	await installHost();
	const root = path.join(__dirname, '..');
	const jest = spawn(
		process.execPath,
		[path.join(root, 'node_modules/jest/bin/jest.js'), '--config', 'test/e2e/jest.config.js', ...process.argv.slice(2)],
		{ cwd: root, stdio: 'inherit' },
	);
	jest.on('exit', (code) => (process.exitCode = code ?? 1));
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
