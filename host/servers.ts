import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, startProgram, type Running } from './program';

export interface Redis {
	host: string;
	port: number;
}

export interface Postgres extends Redis {
	user: string;
	password: string;
	database: string;
}

/** What n8n's queue mode stands on: a Redis and a PostgreSQL of its own on the loopback interface, empty at each start. */
export interface Servers {
	redis: Redis;
	postgres: Postgres;
	/** Ends both and removes their data. */
	stop(): Promise<void>;
}

interface Programs {
	redisServer: string;
	initdb: string;
	postgres: string;
}

/** PostgreSQL runs as no superuser; its data then belongs to this user, which every Unix has. */
const NOBODY = 65534;
const HOST = '127.0.0.1';

/**
 * Finds Redis and PostgreSQL, on PATH or where Debian has the latter.
 * @throws with how to get them
 */
export function findServers(): Programs {
	const folders = (process.env.PATH ?? '').split(path.delimiter);
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
	const postgresFolders = [...folders, ...versions.map((version) => path.join(debian, version, 'bin'))];
	const find = (name: string, within: string[]): string | undefined =>
		within.map((folder) => path.join(folder, name)).find(existsSync);
	const redisServer = find('redis-server', folders);
	const initdb = find('initdb', postgresFolders);
	const postgres = find('postgres', postgresFolders);
	if (redisServer && initdb && postgres) return { redisServer, initdb, postgres };
	const missing = [!redisServer && 'redis-server', !(initdb && postgres) && 'PostgreSQL'].filter(Boolean);
	throw new Error(
		`n8n's queue mode needs Redis and PostgreSQL, and ${missing.join(' and ')} was not found. Install both ` +
			'(Debian and Ubuntu: apt-get install -y --no-install-recommends redis-server postgresql; ' +
			'macOS: brew install redis postgresql), or put their folders on PATH.',
	);
}

/**
 * Starts both. They end with the calling process, whatever ends that.
 * @throws with the end of a server's log when it does not come up
 */
export async function startServers(): Promise<Servers> {
	const programs = findServers();
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-stepfun-servers-'));
	const running: Running[] = [];
	const stop = async (): Promise<void> => {
		await Promise.all(running.map((server) => server.stop()));
		await rm(folder, { recursive: true, force: true });
	};
	try {
		const redis = { host: HOST, port: await freePort() };
		running.push(await startRedis(programs, folder, redis));
		const postgres = {
			host: HOST,
			port: await freePort(),
			user: 'n8n',
			password: randomBytes(16).toString('hex'),
			database: 'postgres',
		};
		running.push(await startPostgres(programs, folder, postgres));
		return { redis, postgres, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

const startRedis = ({ redisServer }: Programs, folder: string, { host, port }: Redis): Promise<Running> =>
	startLeashed(folder, {
		name: 'redis',
		program: redisServer,
		args: ['--bind', host, '--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', folder],
		isReady: (log) => log.includes('Ready to accept connections'),
	});

async function startPostgres(
	{ initdb, postgres }: Programs,
	folder: string,
	{ host, port, user, password }: Postgres,
): Promise<Running> {
	const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
	const data = path.join(folder, 'postgres');
	const passwordFile = path.join(data, '..', 'password');
	await mkdir(data, { mode: 0o700 });
	await writeFile(passwordFile, password, { mode: 0o600 });
	for (const file of asUser.uid ? [folder, data, passwordFile] : []) await chown(file, NOBODY, NOBODY);
	await promisify(execFile)(
		initdb,
		[`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', ...PLAIN],
		{ cwd: data, ...asUser },
	);
	const settings = { listen_addresses: host, port: `${port}`, unix_socket_directories: '', max_connections: '100' };
	return await startLeashed(folder, {
		name: 'postgres',
		program: postgres,
		args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
		// Fast: it does not wait for those who are connected.
		stopSignal: 'SIGINT',
		isReady: (log) => log.includes('database system is ready to accept connections'),
		...asUser,
	});
}

const PLAIN = ['--encoding=UTF8', '--locale=C', '--no-instructions'];

interface Leashed {
	name: string;
	program: string;
	args: string[];
	isReady(log: string): boolean;
	stopSignal?: NodeJS.Signals;
	uid?: number;
	gid?: number;
}

const startLeashed = (cwd: string, { name, isReady, stopSignal = 'SIGTERM', ...command }: Leashed): Promise<Running> =>
	startProgram({
		name,
		program: process.execPath,
		args: [path.join(__dirname, 'leashed.cjs'), JSON.stringify({ ...command, stopSignal, cwd })],
		cwd,
		env: process.env,
		logFile: path.join(cwd, `${name}.log`),
		isReady,
	});
