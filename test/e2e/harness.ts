import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../../emulator';
import { type Credential, N8nClient, type Workflow } from '../../host/client';
import { chatNodeType, credentialType } from '../../host/names';

const apiKey = 'sk-emulator';

/** n8n's REST client on the server that setup.ts started. */
export async function connect(): Promise<N8nClient> {
	const url = process.env.E2E_N8N_URL;
	if (!url) throw new Error('The n8n server is not running: these tests run by npm run e2e');
	return await N8nClient.login(url);
}

/** An emulator of the test's own, and what a credential that leads to it holds. */
export async function emulator() {
	const running = await startEmulator({ apiKey });
	const credential = (name: string, changes: Credential['data'] = {}): Credential => ({
		name,
		type: credentialType,
		data: { apiKey, region: 'custom', plan: 'standard', baseUrl: running.url, ...changes },
	});
	return { ...running, credential };
}

/** A workflow of a manual trigger and one StepFun Chat node, connected. */
export function chatWorkflow(
	name: string,
	credential: { id: string; name: string },
	parameters: Record<string, unknown> = {},
): Workflow {
	return {
		name,
		nodes: [
			{
				id: 'start',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'chat',
				name: 'StepFun Chat',
				type: chatNodeType,
				typeVersion: 1,
				position: [220, 0],
				parameters,
				credentials: { [credentialType]: credential },
			},
		],
		connections: { Start: { main: [[{ node: 'StepFun Chat', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

export const examples = path.join(__dirname, '../../examples');

export const readExample = (file: string): Workflow => JSON.parse(readFileSync(path.join(examples, file), 'utf8')) as Workflow;

/** Imports a workflow and publishes it, so that its webhooks answer. @returns the workflow's id */
export async function publish(n8n: N8nClient, workflow: Workflow, credential: { id: string; name: string }): Promise<string> {
	const id = await n8n.importWorkflow(workflow, { [credentialType]: credential });
	const { versionId } = await n8n.call<{ versionId: string }>('GET', `/rest/workflows/${id}`);
	await n8n.call('POST', `/rest/workflows/${id}/activate`, { versionId });
	return id;
}

/** Posts to a webhook; n8n takes a moment until a published one answers. */
export async function postToWebhook(url: string, request: RequestInit): Promise<Response> {
	for (let tries = 0; ; tries += 1) {
		const response = await fetch(url, { ...request, method: 'POST' });
		if (response.status !== 404 || tries === 50) return response;
		await sleep(200);
	}
}
