// Behind `npm start`: the built package in a real n8n, with the examples imported and the first one run.
//   --once   end after printing; exit status 0 only if the workflow succeeded
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { startEmulator } from '../emulator';
import { type Credential, type Execution, owner, type Workflow } from './client';
import { cacheDirectory, type Host, installHost } from './install';
import { startN8n } from './n8n';
import { chatNodeType, credentialType } from './names';

const root = path.join(__dirname, '..');

async function main() {
	const once = process.argv.includes('--once');
	const host = await installHost();
	const { credential, close, source } = await model();
	console.log(`Starting n8n (up to a minute at the first start); the model is ${source} …`);
	try {
		await demonstrate(host, credential, once);
	} finally {
		await close();
	}
}

async function demonstrate(host: Host, credential: Credential, once: boolean) {
	const n8n = await startN8n({
		host,
		userFolder: userFolder(),
		packageDirectory: path.join(root, 'build/package'),
		port: 5678,
	});
	try {
		const credentials = { [credentialType]: await n8n.client.importCredential(credential) };
		const examples = await readExamples();
		const ids: string[] = [];
		for (const example of examples) ids.push(await n8n.client.importWorkflow(example, credentials));
		const [first] = examples;
		const [firstId] = ids;
		if (!first || !firstId) throw new Error('examples/ holds no workflow');

		console.log(`\nRunning the example "${first.name}" …\n`);
		const execution = await n8n.client.executeWorkflow(firstId);
		printResult(first, execution);
		if (once) {
			process.exitCode = execution.status === 'success' ? 0 : 1;
		} else {
			console.log(`
The editor is open:  ${n8n.url}/workflow/${firstId}
Login:               ${owner.email} / ${owner.password}
All examples:        ${n8n.url}/home/workflows  (set back to examples/ at each start; duplicate one to keep changes)
n8n's log and data:  ${userFolder()}
Ctrl-C stops n8n.`);
			const ending = await Promise.race([n8n.ended.then(() => 'by itself'), interrupted()]);
			console.log(`n8n ended ${ending}.`);
			process.exitCode = ending === 'by itself' ? 1 : 0;
		}
	} finally {
		await n8n.stop();
	}
}

async function interrupted(): Promise<string> {
	return await new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
			process.once(signal, () => resolve(`on ${signal}`));
		}
	});
}

/** The real API when STEPFUN_API_KEY is set (with STEPFUN_REGION and STEPFUN_PLAN), else the emulator. */
async function model(): Promise<{ credential: Credential; close: () => Promise<void>; source: string }> {
	const describe = (data: Credential['data']) => ({ name: 'StepFun account', type: credentialType, data });
	const {
		STEPFUN_API_KEY: apiKey,
		STEPFUN_REGION: region = 'international',
		STEPFUN_PLAN: plan = 'standard',
	} = process.env;
	if (apiKey) {
		return {
			credential: describe({ apiKey, region, plan }),
			close: async () => {},
			source: `StepFun's API (${region}, ${plan})`,
		};
	}
	const emulator = await startEmulator();
	return {
		credential: describe({
			apiKey: 'sk-emulator',
			region: 'custom',
			plan: 'standard',
			baseUrl: emulator.url,
		}),
		close: async () => await emulator.close(),
		source: `the emulator at ${emulator.url} (set STEPFUN_API_KEY for the real one)`,
	};
}

/** Kept between starts, one per clone, outside the folders that builds and installations clear. */
function userFolder(): string {
	const clone = createHash('sha256').update(root).digest('hex').slice(0, 8);
	return path.join(cacheDirectory(), `demo-${clone}`);
}

/** The workflows of examples/ in the order of their file names, which also become their ids. */
async function readExamples(): Promise<Workflow[]> {
	const folder = path.join(root, 'examples');
	const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
	return await Promise.all(
		files.map(async (file) => ({
			...(JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Workflow),
			id: path.basename(file, '.json'),
		})),
	);
}

function printResult(workflow: Workflow, execution: Execution) {
	const nodeName = workflow.nodes.find(({ type }) => type === chatNodeType)?.name ?? execution.lastNode ?? '';
	execution.items(nodeName).forEach((item, index) => {
		console.log(`${nodeName}, item ${index + 1}`);
		for (const [field, value] of Object.entries(item)) {
			const text = typeof value === 'string' ? value : JSON.stringify(value);
			console.log(`  ${`${field}:`.padEnd(15)} ${text.replaceAll('\n', `\n${' '.repeat(18)}`)}`);
		}
	});
	if (execution.status !== 'success') {
		const { message = 'no message', description } = execution.error ?? {};
		console.error(
			`The workflow ended with status ${execution.status}: ${message}${description ? `\n${description}` : ''}`,
		);
	}
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
