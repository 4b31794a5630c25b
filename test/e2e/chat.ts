import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nClient, Workflow } from '../../host/client';
import { credentialType } from '../../host/names';

const examples = path.join(__dirname, '../../examples');

export const readExample = (file: string): Workflow => JSON.parse(readFileSync(path.join(examples, file), 'utf8')) as Workflow;

/** One line of a streaming response, as n8n's chat receives it. */
export interface Line {
	type: 'begin' | 'item' | 'end' | 'error';
	content?: string;
	metadata: { nodeName: string; itemIndex: number };
	/** When it arrived, in ms since 1970. */
	at: number;
}

export interface Chat {
	workflowId: string;
	/** Sends a message and reads the answer to its end; messages of one session share the memory. */
	say(text: string, options?: { session?: string; signal?: AbortSignal }): Promise<Line[]>;
}

/** Publishes a workflow that begins with a Chat Trigger, at an address of its own. */
export async function publishChat(n8n: N8nClient, workflow: Workflow, credential: { id: string; name: string }): Promise<Chat> {
	const webhookId = crypto.randomUUID();
	const nodes = workflow.nodes.map((node) =>
		node.type.endsWith('.chatTrigger') ? { ...node, webhookId, parameters: { ...node.parameters, public: true } } : node,
	);
	const workflowId = await n8n.importWorkflow({ ...workflow, nodes }, { [credentialType]: credential });
	const { versionId } = await n8n.call<{ versionId: string }>('GET', `/rest/workflows/${workflowId}`);
	await n8n.call('POST', `/rest/workflows/${workflowId}/activate`, { versionId });
	return {
		workflowId,
		async say(text, { session = webhookId, signal } = {}) {
			const response = await post(`${n8n.url}/webhook/${webhookId}/chat`, { action: 'sendMessage', sessionId: session, chatInput: text }, signal);
			return await readLines(response);
		},
	};
}

/** n8n takes a moment until a published webhook answers. */
async function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
	for (let tries = 0; ; tries += 1) {
		const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: signal ?? null });
		if (response.status !== 404 || tries === 50) return response;
		await sleep(200);
	}
}

async function readLines(response: Response): Promise<Line[]> {
	if (!response.ok || !response.body) throw new Error(`The chat answered ${response.status}: ${await response.text()}`);
	const lines: Line[] = [];
	const decoder = new TextDecoder();
	let rest = '';
	for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
		const texts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
		rest = texts.pop() ?? '';
		// Lines without JSON keep the connection open.
		for (const text of texts.filter((line) => line.startsWith('{'))) lines.push({ ...(JSON.parse(text) as Line), at: Date.now() });
	}
	return lines;
}

export const textOf = (lines: Line[]): string => lines.map(({ type, content }) => (type === 'item' ? (content ?? '') : '')).join('');
