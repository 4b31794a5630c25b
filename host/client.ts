import { setTimeout as sleep } from 'node:timers/promises';

/** The account of the host's owner; the server listens on the loopback interface only. */
export const owner = {
	email: 'owner@example.com',
	password: 'Loopback-1',
	firstName: 'Host',
	lastName: 'Owner',
};

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null; name: string }>;
	[setting: string]: unknown;
}

/** A workflow as n8n exports it. */
export interface Workflow {
	id?: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[field: string]: unknown;
}

export interface Credential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

interface NodeRun {
	data?: { main?: Array<Array<{ json: Record<string, unknown> }> | null> };
	error?: { message: string; description?: string };
	/** ms */
	executionTime: number;
}

/** What one execution left behind. */
export interface Execution {
	id: string;
	/** n8n's own word: success, error, canceled … */
	status: string;
	lastNode?: string;
	error?: { message: string; description?: string };
	/** The items a node put out in its last run, in order; `output` counts from 0. */
	items(nodeName: string, output?: number): Array<Record<string, unknown>>;
	/** Everything n8n recorded, by node name. */
	runData: Record<string, NodeRun[]>;
}

/** n8n's REST interface, the one its editor uses, as the logged-in owner. */
export class N8nClient {
	private constructor(
		readonly url: string,
		/** `name=value`, also good for a browser that is to be logged in. */
		readonly cookie: string,
	) {}

	/** Creates the owner's account on an instance without one, and logs in. */
	static async login(url: string): Promise<N8nClient> {
		const settings = (await send(url, '', 'GET', '/rest/settings')).data as Record<
			string,
			{ showSetupOnFirstLoad?: boolean }
		>;
		const isNew = settings.userManagement?.showSetupOnFirstLoad === true;
		const { response } = isNew
			? await send(url, '', 'POST', '/rest/owner/setup', owner)
			: await send(url, '', 'POST', '/rest/login', {
					emailOrLdapLoginId: owner.email,
					password: owner.password,
				});
		const cookie = response.headers.getSetCookie().find((entry) => entry.startsWith('n8n-auth='));
		if (!cookie) throw new Error('n8n accepted the login but set no cookie');
		return new N8nClient(url, cookie.split(';', 1)[0] ?? '');
	}

	/**
	 * One call; `path` as the editor calls it, for example `/rest/workflows`.
	 * @returns the answer without n8n's `data` wrapper
	 * @throws with n8n's message on any status but 2xx
	 */
	async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
		return (await send(this.url, this.cookie, method, path, body)).data as T;
	}

	/** Creates the credential, or overwrites the data of the one with the same name and type. */
	async importCredential(credential: Credential): Promise<{ id: string; name: string }> {
		const existing = await this.call<Array<{ id: string; name: string; type: string }>>('GET', '/rest/credentials');
		const id = existing.find(({ name, type }) => name === credential.name && type === credential.type)?.id;
		return id
			? await this.call('PATCH', `/rest/credentials/${id}`, credential)
			: await this.call('POST', '/rest/credentials', credential);
	}

	/**
	 * Creates the workflow, or overwrites the one with the same id.
	 * @param credentials ids by credential type, put into the nodes that name a credential of that type
	 * @returns the workflow's id
	 */
	async importWorkflow(
		workflow: Workflow,
		credentials: Record<string, { id: string; name: string }> = {},
	): Promise<string> {
		const nodes = workflow.nodes.map((node) => ({
			...node,
			...(node.credentials && {
				credentials: Object.fromEntries(
					Object.entries(node.credentials).map(([type, reference]) => {
						const known = credentials[type];
						return [type, known ? { id: known.id, name: known.name } : reference];
					}),
				),
			}),
		}));
		const { id, name, connections, settings = {} } = workflow;
		const content = { name, nodes, connections, settings };
		const existing = id && (await this.findWorkflow(id));
		if (!existing) {
			return (
				await this.call<{ id: string }>('POST', '/rest/workflows', { ...content, active: false, ...(id && { id }) })
			).id;
		}
		if (existing.isArchived) await this.call('POST', `/rest/workflows/${id}/unarchive`, {});
		await this.call('PATCH', `/rest/workflows/${id}?forceSave=true`, content);
		return id;
	}

	/** Publishes a workflow, so that its triggers and webhooks work by themselves. */
	async publishWorkflow(id: string): Promise<void> {
		const { versionId } = await this.call<{ versionId: string }>('GET', `/rest/workflows/${id}`);
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	/**
	 * Runs a workflow from its trigger, as the editor's button does, and waits for its end.
	 * @param timeout ms
	 * @param input what a trigger that waits for something, such as a chat message, is to have received
	 * @throws when it has not ended in time; a failed execution is returned, not thrown
	 */
	async executeWorkflow(
		id: string,
		{ timeout = 120_000, input }: { timeout?: number; input?: Record<string, unknown> } = {},
	): Promise<Execution> {
		return await this.finishedExecution(await this.startWorkflow(id, input), { timeout });
	}

	/** Starts a workflow as `executeWorkflow` does. @returns the execution's id */
	async startWorkflow(id: string, input?: Record<string, unknown>): Promise<string> {
		const workflow = await this.call<Workflow>('GET', `/rest/workflows/${id}`);
		const trigger = workflow.nodes.find(({ type }) => /trigger$/i.test(type));
		if (!trigger) throw new Error(`Workflow ${id} has no trigger to start from`);
		const started = await this.call<{ executionId?: string }>('POST', `/rest/workflows/${id}/run`, {
			// Read by n8n before 2.10, which runs what it is sent and not what it has stored.
			workflowData: workflow,
			triggerToStartFrom: { name: trigger.name, ...(input && { data: triggerData(input) }) },
		});
		if (!started.executionId) throw new Error(`n8n did not start workflow ${id}: ${JSON.stringify(started)}`);
		return started.executionId;
	}

	/** Waits for an execution's end. @param timeout ms */
	async finishedExecution(id: string, { timeout = 120_000 } = {}): Promise<Execution> {
		const deadline = Date.now() + timeout;
		for (;;) {
			const { status, data } = await this.execution(id);
			if (!['new', 'running', 'waiting', 'unknown'].includes(status) && hasData(data))
				return readExecution(id, status, data);
			if (Date.now() > deadline) throw new Error(`Execution ${id} is still ${status} after ${timeout} ms`);
			await sleep(100);
		}
	}

	/** n8n 2.20 answers 500 until an execution that has just begun is stored; `data` is '' then. */
	private async execution(id: string): Promise<{ status: string; data: string }> {
		try {
			return await this.call('GET', `/rest/executions/${id}`);
		} catch (error) {
			if (error instanceof Error && error.message.startsWith('n8n answered 500'))
				return { status: 'unknown', data: '' };
			throw error;
		}
	}

	private async findWorkflow(id: string) {
		const found = await this.call<Array<{ id: string; isArchived?: boolean }>>('GET', '/rest/workflows');
		return found.find((workflow) => workflow.id === id);
	}
}

/** n8n before 2.0 names the end of an execution a moment before it has stored what it did. */
const hasData = (flattened: string): boolean => flattened.length > '[]'.length;

/** What n8n records of a trigger that has received one item. */
const triggerData = (json: Record<string, unknown>) => ({
	startTime: Date.now(),
	executionTime: 0,
	executionIndex: 0,
	executionStatus: 'success',
	source: [],
	data: { main: [[{ json }]] },
});

async function send(url: string, cookie: string, method: string, path: string, body?: unknown) {
	const response = await fetch(url + path, {
		method,
		headers: { cookie, 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await response.text();
	if (!response.ok) {
		throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${text.slice(0, 500)}`);
	}
	const answer = JSON.parse(text) as { data?: unknown };
	return { response, data: answer.data ?? answer };
}

function readExecution(id: string, status: string, flattened: string): Execution {
	const { resultData } = unflatten(flattened) as {
		resultData: { runData: Record<string, NodeRun[]>; lastNodeExecuted?: string; error?: Execution['error'] };
	};
	return {
		id,
		status,
		lastNode: resultData.lastNodeExecuted,
		error: resultData.error,
		runData: resultData.runData,
		items: (nodeName, output = 0) =>
			(resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? []).map(({ json }) => json),
	};
}

/**
 * Reads the format of the package `flatted`, in which n8n sends execution data: a list of values, in which every string
 * inside an object or array is the index of the value meant.
 */
function unflatten(text: string): unknown {
	const values = JSON.parse(text) as unknown[];
	const seen = new Set<number>();
	const resolve = (index: number): unknown => {
		const value = values[index];
		if (typeof value !== 'object' || value === null || seen.has(index)) return value;
		seen.add(index);
		const container = value as Record<string, unknown>;
		for (const [key, entry] of Object.entries(container)) {
			if (typeof entry === 'string') container[key] = resolve(Number(entry));
		}
		return container;
	};
	return resolve(0);
}
