import { publishChat, textOf } from '../e2e/chat';
import { setStage } from '../e2e/harness';
import { node, readExample } from '../e2e/workflows';
import { credentialType } from '../../host/names';
import { executionsOf, begunBy, queueUnderTest, until } from './queue';

const stage = setStage('Queue: agents');
const { redis, postgres, webhookUrl, workerLogs } = queueUnderTest();

test('connected tools run in a worker', async () => {
	const id = await stage.n8n.importWorkflow(readExample('07-connected-tools.json'), {
		[credentialType]: stage.credential,
	});
	const execution = await stage.n8n.executeWorkflow(id);
	expect(execution).toMatchObject({ status: 'success', error: undefined });
	expect(execution.items('StepFun Chat')[0]?.['content']).toContain(
		'Tool results (2): get_stock returned "340 cups in stock"; Calculator returned "28.333333333333332".',
	);
	expect(stage.stepfun.requests).toHaveLength(2);
	expect(workerLogs.flatMap(begunBy)).toContain(execution.id);
});

const { host, port } = redis;
const memories = {
	Redis: {
		memory: node('Simple Memory', 'memoryRedisChat', 1.6, { sessionTTL: 0, contextWindowLength: 10 }),
		credential: { type: 'redis', data: { host, port, database: 0, ssl: false } },
	},
	Postgres: {
		memory: node('Simple Memory', 'memoryPostgresChat', 1.4, { contextWindowLength: 10 }),
		credential: { type: 'postgres', data: { ...postgres, ssl: 'disable' } },
	},
};

test.each(['Redis', 'Postgres'] as const)('AI Agent remembers in %s, whichever process answers', async (name) => {
	const { memory, credential } = memories[name];
	const { id } = await stage.n8n.importCredential({ name, ...credential });
	const example = readExample('09-ai-agent.json');
	const nodes = example.nodes.map((one) =>
		one.name === memory.name
			? {
					...memory,
					parameters: { ...memory.parameters, sessionIdType: 'fromInput' },
					credentials: { [credential.type]: { id, name } },
				}
			: one,
	);
	const chat = await publishChat(stage.n8n, { ...example, nodes }, stage.credential);
	const questions = [
		'Use get_stock for Cups and Calculator for 340 / 12',
		'Answer without tools: one',
		'Answer without tools: two',
		'Answer without tools: what did I ask?',
	];
	const answers: string[] = [];
	for (const [i, question] of questions.entries())
		answers.push(textOf(await chat.say(question, { url: i % 2 === 0 ? stage.n8n.url : webhookUrl })));
	expect(answers[0]).toContain('340 cups in stock');
	const earlier = questions.slice(0, 3).map((question) => `"${question}"`);
	expect(answers[3]).toContain('Earlier questions (3): ');
	for (const question of earlier) expect(answers[3]).toContain(question);
	expect(stage.stepfun.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
	await until('all executions are stored', async () =>
		(await executionsOf(stage.n8n, chat.workflowId)).every(({ status }) => status === 'success'),
	);
});
