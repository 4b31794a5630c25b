import { readdirSync } from 'node:fs';
import type { Workflow } from '../../host/client';
import { chatNodeType, credentialType } from '../../host/names';
import { setStage } from './harness';
import { chatWorkflow, examples, node, readExample, workflowOf } from './workflows';

const stage = setStage('Server tests');

test('n8n offers the node and its credential', async () => {
	const nodes = await stage.n8n.call<Array<{ name: string }>>('GET', '/types/nodes.json');
	const credentials = await stage.n8n.call<Array<{ name: string }>>('GET', '/types/credentials.json');
	expect(nodes.map(({ name }) => name)).toContain(chatNodeType);
	expect(credentials.map(({ name }) => name)).toContain(credentialType);
});

const isChat = ({ nodes }: Workflow): boolean => nodes.some(({ type }) => type.endsWith('.chatTrigger'));
const chatMessage = { action: 'sendMessage', sessionId: 'example', chatInput: 'Hello' };

/** What waits for a file is run with one in triggers.test.ts. */
const waitsForFile = ({ nodes }: Workflow): boolean =>
	nodes.some(({ type }) => type.endsWith('.formTrigger')) || !nodes.some(({ type }) => /trigger$/i.test(type));

/** On the older hosts that host/matrix.ts runs, StepFun Chat without connected tools is what is claimed. */
const hostHasAiNodes = process.env.N8N_HOST_VERSION === undefined;
const usesAiNodes = ({ nodes }: Workflow): boolean =>
	nodes.some(({ type }) => type.startsWith('@n8n/n8n-nodes-langchain.') && !type.endsWith('.chatTrigger'));

const runnable = readdirSync(examples)
	.filter((file) => file.endsWith('.json'))
	.filter((file) => !waitsForFile(readExample(file)) && (hostHasAiNodes || !usesAiNodes(readExample(file))));

test.each(runnable)('example %s succeeds', async (file) => {
	const workflow = readExample(file);
	const id = await stage.n8n.importWorkflow(workflow, { [credentialType]: stage.credential });
	const execution = await stage.n8n.executeWorkflow(id, isChat(workflow) ? { input: chatMessage } : {});
	expect(execution).toMatchObject({ status: 'success', error: undefined });
});

test('the first example answers each of its topics', async () => {
	const workflow = readExample('01-first-answer.json');
	const id = await stage.n8n.importWorkflow(workflow, { [credentialType]: stage.credential });
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution.items('StepFun Chat').map(({ content }) => content)).toEqual([
		expect.stringContaining('Explain why the sky is blue.'),
		expect.stringContaining('Explain how bread rises.'),
	]);
	expect(stage.stepfun.requests).toHaveLength(2);
});

test('HTTP Request takes the credential, too', async () => {
	const request = {
		...node('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
			url: `${stage.stepfun.url}/models`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: credentialType,
			options: {},
		}),
		credentials: { [credentialType]: stage.credential },
	};
	const execution = await stage.n8n.executeWorkflow(await stage.n8n.importWorkflow(workflowOf(request)));
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('HTTP Request')[0]).toMatchObject({ object: 'list' });
});

test('a wrong key fails the execution with a message that says so', async () => {
	const wrong = await stage.n8n.importCredential(
		stage.stepfun.credential('Server tests, wrong key', { apiKey: 'sk-wrong' }),
	);
	const id = await stage.n8n.importWorkflow(
		chatWorkflow('Wrong key', wrong, {
			model: { __rl: true, mode: 'id', value: 'step-3.5-flash' },
			messages: { values: [{ role: 'user', content: 'Hello' }] },
		}),
	);
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution.status).toBe('error');
	expect(execution.lastNode).toBe('StepFun Chat');
	expect(execution.error?.message).toMatch(/key/i);
});
