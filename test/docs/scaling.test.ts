import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import hostPackage from '../../host/package.json';
import { queueEnvironment } from '../../host/queue';
import packageJson from '../../package.json';

const root = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = ['docs/scaling.md', 'docs/scaling.zh-CN.md'] as const;

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
