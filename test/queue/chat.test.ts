import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { N8nClient } from '../../host/client';
import { type N8n, startN8n } from '../../host/n8n';
import { type Line, publishChat, textOf } from '../e2e/chat';
import { setStage } from '../e2e/harness';
import { readExample } from '../e2e/workflows';
import { queueUnderTest } from './queue';

const stage = setStage('Queue: chat');
const { settings, webhookUrl } = queueUnderTest();
let userFolder: string;
let single: N8n;

beforeAll(async () => {
	userFolder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-stepfun-single-'));
	single = await startN8n({ host: settings.host, packageDirectory: settings.packageDirectory, userFolder });
});
afterAll(async () => {
	await single?.stop();
	rmSync(userFolder, { recursive: true, force: true });
});

/** Pause between two tokens, in ms: long enough for each to travel by itself on a busy machine. */
const TOKEN_MS = 40;

const chats = [
	['StepFun Chat', '08-chat-streaming.json'],
	['AI Agent with StepFun Chat Model', '09-ai-agent.json'],
] as const;

test.each(chats)('%s streams token by token through main and webhook process, as in one process', async (_, file) => {
	const ask = async (n8n: N8nClient, urls: string[]): Promise<Line[][]> => {
		const credential = await n8n.importCredential(stage.stepfun.credential('Queue: chat'));
		const chat = await publishChat(n8n, readExample(file), credential);
		const answers: Line[][] = [];
		for (const url of urls) {
			// The first answer waits for what the process has to load.
			await chat.say('Answer without tools: hello', { url, session: `warm up ${url}` });
			stage.stepfun.options.chunkDelayMs = TOKEN_MS;
			answers.push(await chat.say('Answer without tools: how is tea made?', { url, session: url }));
			stage.stepfun.options.chunkDelayMs = 0;
		}
		return answers;
	};
	const [alone] = await ask(single.client, [single.url]);
	const spread = await ask(stage.n8n, [stage.n8n.url, webhookUrl]);
	const shape = (lines: Line[]) => lines.map(({ type, content, metadata }) => [type, content, metadata.nodeName]);
	const items = alone!.filter(({ type }) => type === 'item');
	expect(items.length).toBeGreaterThan(20);
	for (const lines of spread) {
		expect(textOf(lines)).toBe(textOf(alone!));
		expect(shape(lines)).toEqual(shape(alone!));
		// Each arrives when it was written, not with the end.
		const [first, last] = [lines.find(({ type }) => type === 'item')!, lines.at(-1)!];
		expect(last.at - first.at).toBeGreaterThan(0.7 * TOKEN_MS * items.length);
	}
});
