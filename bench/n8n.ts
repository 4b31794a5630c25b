import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution, N8nClient, Workflow } from '../host/client';
import type { Host } from '../host/install';
import { startN8n, type N8n } from '../host/n8n';
import { freePort } from '../host/program';
import type { Usage } from './probe';
import type { Side, SideOptions } from './sides/side';
import { webhookStart, workflowOf, type Source } from './workflow';

/** A real n8n server with a probe inside. */
export interface ProbedN8n {
	pid: number;
	url: string;
	client: N8nClient;
	/** Imports a workflow that runs a side on items, and gives the way to run it. */
	prepare(side: Side, url: string, source: Source, options?: SideOptions): Promise<Prepared>;
	/** Imports a workflow that runs a side on what a webhook receives, and activates it. */
	publish(side: Side, url: string, responseMode: 'lastNode' | 'streaming', options?: SideOptions): Promise<Webhook>;
	/** Calls the probe. */
	probe<Answer = unknown>(action: string): Promise<Answer>;
	/** Resolves when it has nothing left to do: after many executions at once it stores for a while what they did. */
	quiet(): Promise<void>;
	/** Whether the process has ended. */
	hasEnded(): boolean;
	stop(): Promise<void>;
}

/** What has a credential with the API. All workflows of one side in one n8n share it. */
interface Accounted {
	/** Changes to a key that was never used, so that no node has learned anything of the account yet. */
	asNewAccount(): Promise<void>;
}

export interface Webhook extends Accounted {
	/** Takes a JSON object with a `prompt`. */
	url: string;
}

export interface Prepared extends Accounted {
	/** Starts it and gives its execution's id. */
	start(): Promise<string>;
	/** Starts it and waits for its end; what takes longer than `timeoutMs` is stopped. */
	run(timeoutMs?: number): Promise<Run>;
}

export interface Run extends Usage {
	/** From the start of the side's first node to the end of its last, in ms. */
	wallMs: number;
	/** Items with an answer. */
	done: number;
	/** What came out of the side's last node. */
	outputs?: Array<Record<string, unknown>>;
	/** Why it did not end well. */
	ended?: string;
}

/** @param profiles a folder for a CPU profile of each run */
export async function startProbedN8n(
	host: Host,
	userFolder: string,
	packageDirectory: string,
	env: Record<string, string>,
	profiles?: string,
): Promise<ProbedN8n> {
	const probePort = await freePort();
	const n8n = await startN8n({
		host,
		userFolder,
		packageDirectory,
		env: {
			NODE_OPTIONS: `--require ${path.join(__dirname, 'probe.ts')}`,
			BENCH_PROBE_PORT: `${probePort}`,
			...env,
		},
	});
	let webhooks = 0;
	const importOf = importer(n8n.client);
	const probe = async <Answer>(action: string): Promise<Answer> =>
		(await (await fetch(`http://127.0.0.1:${probePort}/${action}`)).json()) as Answer;
	return {
		pid: n8n.pid,
		url: n8n.url,
		client: n8n.client,
		probe,
		quiet: () => quiet(n8n.url),
		hasEnded: n8n.hasEnded,
		stop: () => n8n.stop(),
		async prepare(side, url, source, options = {}) {
			const { workflow, measured } = workflowOf(side, url, source, options);
			const { id, asNewAccount } = await importOf(side, url, workflow);
			const start = async (): Promise<string> =>
				(
					await n8n.client.call<{ executionId: string }>('POST', `/rest/workflows/${id}/run`, {
						triggerToStartFrom: { name: 'Start' },
					})
				).executionId;
			const died = n8n.ended.then(() => DEAD);
			const runOnce = (timeoutMs = 120_000): Promise<Run> =>
				Promise.race([run(n8n, start, probe, side, measured, timeoutMs), died]);
			return {
				asNewAccount,
				start,
				run: profiles
					? (timeoutMs) =>
							profiled(() => runOnce(timeoutMs), probe, path.join(profiles, `${side.name} ${Date.now()}.cpuprofile`))
					: runOnce,
			};
		},
		async publish(side, url, responseMode, options = {}) {
			webhooks += 1;
			const path = `webhook-${webhooks}`;
			const { workflow } = workflowOf(side, url, { webhook: webhookStart(path, responseMode) }, options);
			const { id, asNewAccount } = await importOf(side, url, workflow);
			await n8n.client.publishWorkflow(id);
			return { asNewAccount, url: `${n8n.url}/webhook/${path}` };
		},
	};
}

/** Gives the way to import a side's workflow with its credential. */
export function importer(client: N8nClient) {
	let accounts = 0;
	return async (side: Side, url: string, workflow: Workflow): Promise<Accounted & { id: string }> => {
		const importKey = (key?: string) =>
			client.importCredential({ name: `${side.name} ${url}`, ...side.credential(url, key) });
		const credential = await importKey();
		return {
			id: await client.importWorkflow(workflow, { [side.credential(url).type]: credential }),
			async asNewAccount() {
				accounts += 1;
				await importKey(`sk-account-${accounts}`);
			},
		};
	};
}

/** So many answers in a row come within so many ms when nothing else is being done. */
const QUIET = { answers: 5, ms: 30 };

/** Waits until n8n's process at this address answers quickly. */
export async function quiet(url: string): Promise<void> {
	for (let tries = 0, quick = 0; tries < 600 && quick < QUIET.answers; tries += 1) {
		const askedAt = Date.now();
		await fetch(`${url}/healthz`).then(
			(response) => response.text(),
			() => undefined,
		);
		quick = Date.now() - askedAt < QUIET.ms ? quick + 1 : 0;
		await sleep(100);
	}
}

async function run(
	n8n: N8n,
	start: Prepared['start'],
	probe: ProbedN8n['probe'],
	side: Side,
	measured: string[],
	timeoutMs: number,
): Promise<Run> {
	const { client } = n8n;
	await probe('begin');
	await sleep(50);
	const began = Date.now();
	const id = await start();
	for (let status = 'new'; RUNNING.includes(status); status = await patiently(() => statusOf(client, id))) {
		if (Date.now() - began > timeoutMs) {
			await patiently(() => client.call('POST', `/rest/executions/${id}/stop`, {}));
			const usage = await patiently(() => probe<Usage>('end'));
			return { ...usage, wallMs: timeoutMs, done: 0, ended: `not within ${timeoutMs / 1000} s` };
		}
		await sleep(250);
	}
	const usage = await patiently(() => probe<Usage>('end'));
	const execution = await patiently(() => client.finishedExecution(id));
	await patiently(() => client.call('POST', '/rest/executions/delete', { ids: [id] }));
	return { ...usage, ...readRun(execution, side, measured) };
}

const RUNNING = ['new', 'running', 'waiting', 'unknown'];

/** An n8n whose event loop stalls for seconds cuts connections, also that of a call that is under way. */
async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
	for (let tries = 1; tries < 20; tries += 1) {
		try {
			return await call();
		} catch {
			await sleep(500);
		}
	}
	return await call();
}

/** For the performance panel of Chrome's developer tools. */
async function profiled(run: () => Promise<Run>, probe: ProbedN8n['probe'], file: string): Promise<Run> {
	await probe('profile/begin');
	const result = await run();
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, JSON.stringify(await probe('profile/end')));
	return result;
}

/** Without the execution's data, which may be large. */
async function statusOf(client: N8nClient, id: string): Promise<string> {
	const { results } = await client.call<{ results: Array<{ id: string; status: string }> }>(
		'GET',
		'/rest/executions?limit=3',
	);
	return results.find((execution) => execution.id === id)?.status ?? 'running';
}

function readRun(execution: Execution, side: Side, measured: string[]): Omit<Run, keyof Usage> {
	const runs = measured.flatMap((name) => execution.runData[name]?.at(-1) ?? []) as Array<{
		startTime: number;
		executionTime: number;
	}>;
	const wallMs =
		Math.max(...runs.map(({ startTime, executionTime }) => startTime + executionTime)) -
		Math.min(...runs.map(({ startTime }) => startTime));
	const outputs = execution.items(measured.at(-1)!);
	return {
		wallMs,
		done: outputs.filter((item) => side.answer(item)).length,
		outputs,
		...(execution.status !== 'success' && { ended: execution.error?.message ?? execution.status }),
	};
}

const DEAD: Run = { wallMs: NaN, done: 0, ended: 'n8n dies', peakMb: NaN, stallMs: NaN, cpuMs: NaN };
