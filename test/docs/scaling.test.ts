import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import hostPackage from '../../host/package.json';
import { queueEnvironment } from '../../host/queue';
import packageJson from '../../package.json';
import { executionsPerSecond, COSTS, coresFor, PLANNED_PER_WORKER } from '../../bench/capacity';
import type { Results } from '../../bench/report';
import { SCALING_PAGES, withScalingTables } from '../../scripts/scaling';

const root = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = SCALING_PAGES.map(([file]) => file) as [string, string];
const results = JSON.parse(read('bench/results.json')) as Results;

interface Service {
	image: string;
	command?: string | string[];
	environment?: Record<string, string>;
	volumes?: string[];
	ports?: string[];
	depends_on?: Record<string, { condition: string }>;
	healthcheck?: { test: string[] };
	[setting: string]: unknown;
}

interface Compose {
	services: Record<string, Service>;
	volumes: Record<string, null>;
}

const composeIn = (page: string): Compose => {
	const blocks = [...read(page).matchAll(/^```yaml\n([^]*?)^```$/gm)].map((match) => match[1]!);
	expect(blocks).toHaveLength(1);
	return parse(blocks[0]!, { merge: true }) as Compose;
};

describe.each(SCALING_PAGES)('%s', (file, locale) => {
	const page = read(file);

	test('its tables are those of the measurements and of the model', () => {
		expect([...page.matchAll(/<!-- scaling:(\w+) -->/g)].map((match) => match[1])).toEqual([
			'capacity',
			'measured',
			'limits',
		]);
		expect(withScalingTables(page, locale)).toBe(page);
	});

	test('its rules are those of the model', () => {
		expect(page).toMatch(new RegExp(`÷ ${PLANNED_PER_WORKER}[,，]`));
		expect(page).toMatch(new RegExp(`\\b${COSTS.machineMs} (?:ms|毫秒)`));
		expect(page).toMatch(new RegExp(`\\b${coresFor(10)} (?:cores|核)`));
		expect(page).toMatch(new RegExp(`\\b${coresFor(40)} (?:cores|核)`));
	});
});

describe('the model of what workers bear', () => {
	const measured = (['queue-slow-model', 'queue-fast-model'] as const).flatMap((work) =>
		results.tables[work]!.rows.flatMap(({ name, values }) => {
			const workers = /^(\d+) workers?, StepFun Chat$/.exec(name)?.[1];
			const { rate, machine } = values as Record<string, { median: number }>;
			return workers ? [{ work, workers: Number(workers), rate: rate!.median, machineMs: machine!.median }] : [];
		}),
	);
	const modelMs = { 'queue-slow-model': 1000, 'queue-fast-model': 20 };

	test.each(measured)('is right by a quarter for $work and $workers workers', ({ work, workers, rate }) => {
		const cores = (results.tables[work]!.occasion ?? results).machine.cores;
		const told = executionsPerSecond({ workers, concurrency: 10 }, modelMs[work], cores);
		expect(told / rate).toBeGreaterThan(0.75);
		expect(told / rate).toBeLessThan(1.25);
	});

	test('knows what was measured of 1, 2 and 4 workers, and an execution of theirs by its CPU', () => {
		expect(measured.map(({ workers }) => workers)).toEqual([1, 2, 4, 1, 2, 4]);
		const ofFast = measured.filter(({ work }) => work === 'queue-fast-model');
		for (const { machineMs } of ofFast) expect(Math.abs(machineMs / COSTS.machineMs - 1)).toBeLessThan(0.2);
	});
});

test('both pages have the same compose file', () => {
	expect(composeIn(pages[1])).toEqual(composeIn(pages[0]));
});

describe('the compose file', () => {
	const { services, volumes } = composeIn(pages[0]);
	const text = read(pages[0]);
	const n8n = ['main', 'webhook', 'worker'] as const;
	const tested = queueEnvironment(
		{
			redis: { host: 'redis', port: 6379 },
			postgres: { host: 'postgres', port: 5432, user: 'n8n', password: '${POSTGRES_PASSWORD:?}', database: 'n8n' },
		},
		'${N8N_ENCRYPTION_KEY:?}',
	);
	/** What a real address and containers need, and loopback does not. */
	const addressing = ['WEBHOOK_URL', 'N8N_PROXY_HOPS', 'N8N_UNVERIFIED_PACKAGES_ENABLED'];

	test.each(n8n)('%s has the settings that the tests in queue mode use, and few others', (name) => {
		const environment = services[name]!.environment!;
		expect(environment).toMatchObject(tested);
		const more = Object.keys(environment).filter((key) => !(key in tested) && !addressing.includes(key));
		expect(more).toEqual(name === 'worker' ? ['QUEUE_HEALTH_CHECK_ACTIVE', 'N8N_GRACEFUL_SHUTDOWN_TIMEOUT'] : []);
		expect(Object.values(environment).map((value) => typeof value)).toEqual(
			Object.keys(environment).map(() => 'string'),
		);
	});

	test('each process has its command, the image of the host and the package', () => {
		expect(n8n.map((name) => String(services[name]!.command).split(' ')[0])).toEqual(['start', 'webhook', 'worker']);
		const images = [...n8n, 'package'].map((name) => services[name]!.image);
		expect(new Set(images)).toEqual(new Set([`docker.n8n.io/n8nio/n8n:${hostPackage.dependencies.n8n}`]));
		for (const name of n8n) expect(services[name]!.volumes).toContain('nodes:/home/node/.n8n/nodes');
		const install = String(services['package']!.command);
		expect(install).toContain('npm install --prefix /home/node/.n8n/nodes --legacy-peer-deps');
		const file = /--legacy-peer-deps (\S+)/.exec(install)![1]!;
		expect(services['package']!.volumes).toEqual(['nodes:/home/node/.n8n/nodes', `.${file}:${file}:ro`]);
		expect(file).toContain(packageJson.name);
	});

	test('the database is made as n8n asks for it', () => {
		expect(services['postgres']!.environment).toEqual({
			POSTGRES_DB: tested['DB_POSTGRESDB_DATABASE'],
			POSTGRES_USER: tested['DB_POSTGRESDB_USER'],
			POSTGRES_PASSWORD: tested['DB_POSTGRESDB_PASSWORD'],
		});
	});

	test('what a service waits for and stores in is there', () => {
		for (const service of Object.values(services)) {
			for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
				expect(Object.keys(services)).toContain(name);
				if (condition === 'service_healthy') expect(services[name]!.healthcheck?.test[0]).toMatch(/^CMD/);
			}
			const named = (service.volumes ?? [])
				.map((volume) => volume.split(':')[0]!)
				.filter((name) => !name.startsWith('.'));
			expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
			// Nothing is open to the network before a proxy stands there.
			for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:5678$/);
		}
	});

	test('a worker is given the time that it may take to finish', () => {
		const { environment, stop_grace_period: grace } = services['worker']!;
		expect(parseInt(grace as string)).toBeGreaterThan(Number(environment!['N8N_GRACEFUL_SHUTDOWN_TIMEOUT']));
	});

	test('what is to be written into .env is said', () => {
		const asked = [...JSON.stringify(services).matchAll(/\$\{(\w+):\?\}/g)].map((match) => match[1]!);
		const [comment] = text.split('```yaml')[1]!.split('name:');
		for (const variable of new Set(asked)) expect(comment).toContain(variable);
	});
});
