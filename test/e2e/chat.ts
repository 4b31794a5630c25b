import type { N8nClient, Workflow } from '../../host/client';
import { postToWebhook } from './harness';
import { publish } from './workflows';

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
	/** Sends a message and reads the answer to its end; messages of one session share the memory. `url` is that of another process. */
	say(text: string, options?: { session?: string; signal?: AbortSignal; url?: string }): Promise<Line[]>;
}

/** Publishes a workflow that begins with a Chat Trigger, at an address of its own. */
export async function publishChat(
	n8n: N8nClient,
	workflow: Workflow,
	credential: { id: string; name: string },
): Promise<Chat> {
	const webhookId = crypto.randomUUID();
	const nodes = workflow.nodes.map((node) =>
		node.type.endsWith('.chatTrigger')
			? { ...node, webhookId, parameters: { ...node.parameters, public: true } }
			: node,
	);
	const workflowId = await publish(n8n, { ...workflow, nodes }, credential);
	return {
		workflowId,
		async say(text, { session = webhookId, signal, url = n8n.url } = {}) {
			const response = await postToWebhook(`${url}/webhook/${webhookId}/chat`, {
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ action: 'sendMessage', sessionId: session, chatInput: text }),
				signal: signal ?? null,
			});
			return await readLines(response);
		},
	};
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
		for (const text of texts.filter((line) => line.startsWith('{')))
			lines.push({ ...(JSON.parse(text) as Line), at: Date.now() });
	}
	return lines;
}

export const textOf = (lines: Line[]): string =>
	lines.map(({ type, content }) => (type === 'item' ? (content ?? '') : '')).join('');
