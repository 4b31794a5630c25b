import 'reflect-metadata';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeConnectionTypes,
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHttpRequestOptions,
	type IExecuteFunctions,
	type INode,
	type INodeCredentials,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { StepfunApi } from '../../credentials/StepfunApi.credentials';
import { StepfunChat } from '../../nodes/StepfunChat/StepfunChat.node';

/** Runs nodes in n8n-core's own engine; only the database behind credentials is missing, and is played by an object. */
export interface WorkflowOptions {
	/** Name and parameters of the nodes after the start, in order; each feeds the next. */
	nodes: Array<Partial<INode> & { name: string }>;
	items?: INodeExecutionData[];
	credential?: IDataObject;
	mode?: WorkflowExecuteMode;
	/** Further node types by name. */
	types?: Record<string, INodeType>;
	additionalData?: Partial<IWorkflowExecuteAdditionalData>;
	hooks?: (hooks: ExecutionLifecycleHooks) => void;
	/** Further connections, such as the error output's or a sub-node's. */
	connections?: IWorkflowBase['connections'];
	settings?: IDataObject;
}

const start: INodeType = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: { name: 'Start' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async trigger() {
		return {};
	},
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

/** Gives on what it gets: for seeing what arrives at an output. */
const passOn: INodeType = {
	description: {
		...start.description,
		displayName: 'Pass On',
		name: 'passOn',
		group: ['transform'],
		inputs: [NodeConnectionTypes.Main],
	},
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

/** Authenticates by the credential type itself, as n8n does. */
class CredentialsInMemory extends ICredentialsHelper {
	private readonly type = new StepfunApi();

	constructor(private readonly data: ICredentialDataDecryptedObject) {
		super();
	}
	getParentTypes(): string[] {
		return [];
	}
	isCredentialUsableByNode(): boolean {
		return true;
	}
	async authenticate(credentials: ICredentialDataDecryptedObject, _type: string, request: IHttpRequestOptions) {
		return await this.type.authenticate(credentials, request);
	}
	async preAuthentication() {
		return undefined;
	}
	async runPreAuthentication() {
		return undefined;
	}
	async getCredentials(): Promise<never> {
		throw new Error('Credentials are read decrypted here');
	}
	async getDecrypted() {
		return this.data;
	}
	async updateCredentials() {}
	async updateCredentialsOauthTokenData() {}
	getCredentialsProperties() {
		return this.type.properties;
	}
}

export const credentials: INodeCredentials = { stepfunApi: { id: '1', name: 'StepFun' } };

/** A StepFun Chat node with one user message, and what a test changes of it. */
export const chatNode = (
	parameters: IDataObject = {},
	node: Partial<INode> = {},
): Partial<INode> & { name: string } => ({
	name: 'StepFun Chat',
	type: 'stepfunChat',
	credentials,
	...node,
	parameters: {
		model: { __rl: true, mode: 'id', value: 'step-3.5-flash' },
		messages: { values: [{ role: 'user', content: 'Hello' }] },
		...parameters,
	} as INode['parameters'],
});

export const customEndpoint = (url: string, apiKey = 'sk-emulator'): IDataObject => ({
	apiKey,
	region: 'custom',
	plan: 'standard',
	baseUrl: url,
});

export interface Execution {
	run: IRun;
	/** Items of a node's output, the first by default. */
	items(node: string, output?: number): INodeExecutionData[];
	json(node: string, output?: number): IDataObject[];
}

/** Starts a workflow; `.cancel()` on the promise is n8n's Stop. */
export function startWorkflow(options: WorkflowOptions) {
	const types: Record<string, INodeType> = { start, passOn, stepfunChat: new StepfunChat(), ...options.types };
	const nodeTypes: INodeTypes = {
		getByName: (type) => types[type]!,
		getByNameAndVersion: (type) => types[type]!,
		getKnownTypes: () => ({}),
	};
	const nodes: INode[] = [{ name: 'Start', type: 'start' }, ...options.nodes].map((node, i) => ({
		id: String(i),
		typeVersion: 1,
		position: [i * 200, 0],
		type: 'passOn',
		parameters: {},
		...node,
	}));
	const chain = nodes.filter(
		({ type, name }) =>
			type === 'start' || !(hasOwnConnection(options.connections, name) || isSubNode(options.connections, name)),
	);
	const connections: IWorkflowBase['connections'] = { ...options.connections };
	for (const [i, { name }] of chain.slice(0, -1).entries()) {
		connections[name] = {
			main: [[{ node: chain[i + 1]!.name, type: NodeConnectionTypes.Main, index: 0 }]],
			...connections[name],
		};
	}
	const workflow = new Workflow({
		id: 'w',
		name: 'w',
		active: false,
		nodeTypes,
		nodes,
		connections,
		settings: options.settings ?? {},
	});
	const mode = options.mode ?? 'manual';
	const hooks = new ExecutionLifecycleHooks(mode, '1', {
		id: 'w',
		name: 'w',
		nodes,
		connections,
	} as unknown as IWorkflowBase);
	options.hooks?.(hooks);
	const additionalData = {
		hooks,
		executionId: '1',
		credentialsHelper: new CredentialsInMemory((options.credential ?? {}) as ICredentialDataDecryptedObject),
		variables: {},
		currentNodeExecutionIndex: 0,
		webhookWaitingBaseUrl: 'http://localhost',
		formWaitingBaseUrl: 'http://localhost',
		setExecutionStatus() {},
		logAiEvent() {},
		...options.additionalData,
	} as unknown as IWorkflowExecuteAdditionalData;
	const runData = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [
				{ node: workflow.getStartNode()!, data: { main: [options.items ?? [{ json: {} }]] }, source: null },
			],
			waitingExecutionSource: null,
		},
	});
	return new WorkflowExecute(additionalData, mode, runData).processRunExecutionData(workflow);
}

/** Whether some connection given by the test already brings items to a node. */
const hasOwnConnection = (connections: WorkflowOptions['connections'], name: string): boolean =>
	Object.values(connections ?? {}).some(({ main = [] }) => main.flat().some((to) => to?.node === name));

/** Whether a node feeds another one's sub-node input rather than the chain. */
const isSubNode = (connections: WorkflowOptions['connections'], name: string): boolean =>
	Object.keys(connections?.[name] ?? {}).some((type) => type !== NodeConnectionTypes.Main);

export async function runWorkflow(options: WorkflowOptions): Promise<Execution> {
	const run = await startWorkflow(options);
	const items = (node: string, output = 0): INodeExecutionData[] =>
		run.data.resultData.runData[node]?.[0]?.data?.['main']?.[output] ?? [];
	return { run, items, json: (node, output) => items(node, output).map(({ json }) => json) };
}
