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
