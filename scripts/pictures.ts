/**
 * Takes the pictures of the READMEs (docs/images) in a real n8n with the packed package, the emulator answering in the words below.
 * usage: gulp pack && tsx scripts/pictures.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startEmulator, type Fault } from '../emulator';
import type { N8nClient } from '../host/client';
import { installHost } from '../host/install';
import { startN8n } from '../host/n8n';
import { credentialType } from '../host/names';
import { byTestId, launch, openEditor, openNodePanel, openPage, parameter, runStep } from '../test/e2e/browser';
import { chatWorkflow, readExample } from '../test/e2e/workflows';

const root = path.join(__dirname, '..');
const images = path.join(root, 'docs/images');

interface Answer {
	reasoning: string;
	content?: string;
	call?: { name: string; arguments: string };
}

const HEADLINE: Answer = {
	reasoning: 'A headline for autumn: warmth, ritual, one image. The cups are handmade, so the hands belong in it.',
	content: 'Warm hands, slow mornings: meet the cup that autumn was waiting for',
};

const TEA: Answer = {
	reasoning: 'The user wants a short guide. Amount, temperature, time, and one tip are enough.',
	content:
		'Here is a simple way to make a good cup of green tea:\n\n1. **Warm the cup** with a little hot water and pour it out.\n2. Take **one teaspoon of leaves** for each cup.\n3. Let boiling water cool for about **three minutes**, to 80 °C: hotter water makes the tea bitter.\n4. Pour, wait **two minutes**, and take out the leaves.\n\nThe same leaves give a second, milder cup.',
};

const STOCK: Answer[] = [
	{ reasoning: 'First the stock of cups.', call: { name: 'get_stock', arguments: '{"product":"cups"}' } },
	{ reasoning: '340 cups in boxes of 12.', call: { name: 'Calculator', arguments: '{"input":"340 / 12"}' } },
	{
		reasoning: 'That is 28 full boxes, and four cups are left.',
		content: 'There are 340 cups in stock: 28 full boxes of 12, and 4 cups are left over.',
	},
];

/** The answer as StepFun streams it, a few words at a time. */
function streamed({ reasoning, content = '', call }: Answer, pauseMs = 0): Fault {
	const chunk = (delta: object, finish = '') =>
		`data: ${JSON.stringify({ id: 'chatcmpl-7f3a', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'step-3.7-flash', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
	const words = (text: string) => text.match(/\S*\s*/g)!.filter((word) => word !== '');
	const [thought, written] = [words(reasoning).length, words(content).length];
	const usage = {
		prompt_tokens: 38,
		completion_tokens: thought + written,
		reasoning_tokens: thought,
		total_tokens: 38 + thought + written,
		cached_tokens: 0,
	};
	const pieces = [
		...words(reasoning).map((text) => chunk({ reasoning: text })),
		...words(content).map((text) => chunk({ content: text })),
		...(call ? [chunk({ tool_calls: [{ index: 0, id: `call_${call.name}`, type: 'function', function: call }] })] : []),
		chunk({}, call ? 'tool_calls' : 'stop'),
		`data: ${JSON.stringify({ id: 'chatcmpl-7f3a', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'step-3.7-flash', choices: [], usage })}\n\n`,
		'data: [DONE]\n\n',
	];
	return { raw: pauseMs === 0 ? pieces.join('') : pieces.flatMap((piece) => [piece, { waitMs: pauseMs }]) };
}

const save = async (page: Page, name: string) =>
	void (await page.screenshot({ path: path.join(images, `${name}.png`) }));

async function panel(page: Page, n8n: N8nClient, credential: { id: string; name: string }): Promise<void> {
	const content = 'Write a headline for the newsletter about our handmade tea cups';
	const workflow = chatWorkflow('Newsletter', credential, { messages: { values: [{ role: 'user', content: '' }] } });
	await openEditor(page, n8n, await n8n.importWorkflow(workflow));
	const open = await openNodePanel(page, 'StepFun Chat');
	await parameter(open, 'content').locator('textarea').fill(content);
	const output = await runStep(open);
	await output.getByText('JSON', { exact: true }).click();
	await output.getByText('finish_reason').waitFor();
	await calm(page);
	await save(page, 'panel');
}

async function chat(
	page: Page,
	n8n: N8nClient,
	credentials: Record<string, { id: string; name: string }>,
): Promise<void> {
	await openEditor(page, n8n, await n8n.importWorkflow(readExample('08-chat-streaming.json'), credentials));
	await say(page, 'How do I make green tea?');
	await page.locator('.chat-message-from-bot').getByText('three minutes').waitFor();
	await save(page, 'chat');
}

async function agent(
	page: Page,
	n8n: N8nClient,
	credentials: Record<string, { id: string; name: string }>,
): Promise<void> {
	await openEditor(page, n8n, await n8n.importWorkflow(readExample('09-ai-agent.json'), credentials));
	await say(page, 'How many boxes of 12 can we fill with the cups in stock?');
	await page.getByText('28 full boxes').first().waitFor();
	await page.getByText('Workflow executed successfully').waitFor();
	await byTestId(page, 'zoom-to-fit').click();
	await calm(page);
	await save(page, 'agent');
}

async function say(page: Page, text: string): Promise<void> {
	await byTestId(page, 'workflow-chat-button').click();
	const input = byTestId(page, 'canvas-chat').locator('textarea');
	await input.fill(text);
	await input.press('Enter');
}

/** Messages over the canvas have gone, and so has the mouse. */
async function calm(page: Page): Promise<void> {
	await page.mouse.move(700, 5);
	for (const close of await page.locator('.el-notification__closeBtn').all()) await close.click().catch(() => {});
	await page.waitForTimeout(600);
}

async function main() {
	mkdirSync(images, { recursive: true });
	const userFolder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-stepfun-pictures-'));
	const stepfun = await startEmulator({ apiKey: 'sk-emulator' });
	const n8n = await startN8n({
		host: await installHost(),
		userFolder,
		packageDirectory: path.join(root, 'build/package'),
	});
	const browser = await launch();
	try {
		const data = { apiKey: 'sk-emulator', region: 'custom', plan: 'standard', baseUrl: stepfun.url };
		const credential = await n8n.client.importCredential({ name: 'StepFun account', type: credentialType, data });
		/** `chatHeight` is the share of the window that n8n gives to its chat. */
		const take = async (
			chatHeight: string,
			answer: (question: string) => Fault,
			picture: (page: Page) => Promise<void>,
		) => {
			stepfun.fault(({ method, body }) => (method === 'POST' ? answer(JSON.stringify(body)) : undefined));
			const page = await openPage(browser, n8n.client);
			const sizes = { N8N_CANVAS_CHAT_HEIGHT: chatHeight, N8N_CANVAS_CHAT_WIDTH: '0.45' };
			await page.addInitScript(`Object.assign(localStorage, ${JSON.stringify(sizes)})`);
			await picture(page);
			await page.context().close();
		};
		await take(
			'0.3',
			() => streamed(HEADLINE),
			(page) => panel(page, n8n.client, credential),
		);
		await take(
			'0.58',
			() => streamed(TEA, 80),
			(page) => chat(page, n8n.client, { [credentialType]: credential }),
		);
		await take(
			'0.34',
			(sent) => streamed(STOCK[sent.split('"role":"tool"').length - 1]!),
			(page) => agent(page, n8n.client, { [credentialType]: credential }),
		);
	} finally {
		await browser.close();
		await n8n.stop();
		await stepfun.close();
		rmSync(userFolder, { recursive: true, force: true });
	}
}

main().catch((error: Error) => {
	console.error(error);
	process.exitCode = 1;
});
