import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../../emulator';
import { type Credential, N8nClient } from '../../host/client';
import { credentialType } from '../../host/names';
import { useEmulator } from '../use-emulator';

const apiKey = 'sk-emulator';

/** n8n's REST client on the server that setup.ts started. */
async function connect(): Promise<N8nClient> {
	const url = process.env.E2E_N8N_URL;
	if (!url) throw new Error('The n8n server is not running: these tests run by npm run e2e');
	return await N8nClient.login(url);
}

interface StepfunStage extends Emulator {
	/** What a credential that leads here holds. */
	credential(name: string, changes?: Credential['data']): Credential;
}

/** What a file of tests works with. */
export interface Stage {
	n8n: N8nClient;
	/** StepFun, as the tests of this file alone see it; forgets what it was asked before each test. */
	stepfun: StepfunStage;
	/** Leads to `stepfun`. */
	credential: { id: string; name: string };
}

/** Sets the stage before the tests of a file, and clears it after them. @param name of the credential in n8n */
export function setStage(name: string): Stage {
	const emulator = useEmulator({ apiKey });
	const stepfun = Object.assign(emulator, {
		credential: (title: string, changes: Credential['data'] = {}): Credential => ({
			name: title,
			type: credentialType,
			data: { apiKey, region: 'custom', plan: 'standard', baseUrl: emulator.url, ...changes },
		}),
	});
	const stage = { stepfun } as Stage;
	beforeAll(async () => {
		stage.n8n = await connect();
		stage.credential = await stage.n8n.importCredential(stepfun.credential(name));
	});
	return stage;
}

/**
 * Stops an execution.
 *
 * @returns ms until StepFun saw the connection of its first request closed; NaN when that took over 5 s
 */
export async function stopAndWatch({ n8n, stepfun }: Stage, executionId: string): Promise<number> {
	const stopped = Date.now();
	await n8n.call('POST', `/rest/executions/${executionId}/stop`);
	while (stepfun.requests[0]!.socketClosedAt === undefined && Date.now() - stopped < 5000) await sleep(20);
	return (stepfun.requests[0]!.socketClosedAt ?? NaN) - stopped;
}

/** Posts to a webhook; n8n takes a moment until a published one answers. */
export async function postToWebhook(url: string, request: RequestInit): Promise<Response> {
	for (let tries = 0; ; tries += 1) {
		const response = await fetch(url, { ...request, method: 'POST' });
		if (response.status !== 404 || tries === 50) return response;
		await sleep(200);
	}
}
