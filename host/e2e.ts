// Behind `npm run e2e` and `npm run e2e:queue`: installs what the end-to-end tests need, or says what is missing, and runs them.
// usage: tsx host/e2e.ts [queue] [argument of jest …]
import { spawn } from 'node:child_process';
import path from 'node:path';
import { findChromium } from './chromium';
import { installHost } from './install';
import { findServers } from './servers';

async function main() {
	const [first, ...rest] = process.argv.slice(2);
	const inQueueMode = first === 'queue';
	if (inQueueMode) findServers();
	else findChromium();
	await installHost();
	const root = path.join(__dirname, '..');
	const jest = spawn(
		process.execPath,
		[
			path.join(root, 'node_modules/jest/bin/jest.js'),
			'--config',
			`test/${inQueueMode ? 'queue' : 'e2e'}/jest.config.js`,
			...(inQueueMode ? rest : process.argv.slice(2)),
		],
		{ cwd: root, stdio: 'inherit' },
	);
	jest.on('exit', (code) => (process.exitCode = code ?? 1));
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
