import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../../host/program';
import { findServers } from '../../host/servers';

const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-stepfun-test-'));

/** Whether something of a process group is left. */
function isThere(group: number): boolean {
	try {
		process.kill(-group, 0);
		return true;
	} catch {
		return false;
	}
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
	'what is started ends with who starts it, by %s too',
	async (signal) => {
		const folder = newFolder();
		const starter = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'start-sleeper.ts'), folder], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const [line] = (await once(starter.stdout, 'data')) as [Buffer];
		const group = Number(line);
		expect(isThere(group)).toBe(true);
		starter.kill(signal);
		for (let tries = 0; tries < 200 && (isThere(group) || existsSync(folder)); tries += 1) await sleep(100);
		expect(isThere(group)).toBe(false);
		expect(existsSync(folder)).toBe(false);
	},
);

test('what does not come up is told with the end of its log', async () => {
	const folder = newFolder();
	const starting = startProgram({
		name: 'n8n',
		program: process.execPath,
		args: ['-e', 'console.error("no database"); process.exit(1)'],
		cwd: folder,
		env: process.env,
		logFile: path.join(folder, 'n8n.log'),
		isReady: () => false,
	});
	await expect(starting).rejects.toThrow(/^n8n ended before it was ready[^]*no database/);
});

test('servers that are missing are told with the line that installs them', () => {
	const found = process.env.PATH;
	process.env.PATH = newFolder();
	try {
		expect(() => findServers()).toThrow(
			/redis-server.*was not found.*apt-get install -y --no-install-recommends redis-server postgresql/,
		);
	} finally {
		process.env.PATH = found;
	}
});
