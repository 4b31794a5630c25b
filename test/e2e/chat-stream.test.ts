import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { credentialType } from '../../host/names';
import { byTestId, launch, openEditor, openPage, screenshot } from './browser';
import { publishChat, textOf } from './chat';
import { setStage, stopAndWatch } from './harness';
import { readExample } from './workflows';

const stage = setStage('Chat tests');
let browser: Browser;

beforeAll(async () => {
	browser = await launch();
});
afterAll(async () => await browser?.close());

/** The answer's text at every step in which it was seen to differ, until the execution has ended. */
async function watchAnswer(page: Page, isOver: () => Promise<boolean>): Promise<string[]> {
	const seen: string[] = [];
	for (let over = false; !over;) {
		over = await isOver();
		const texts = await page.locator('.chat-message-from-bot').allInnerTexts();
		const text = texts.join('').trim();
		if (text !== '' && text !== seen.at(-1)) seen.push(text);
		await sleep(50);
	}
	return seen;
}

test.each([
	['StepFun Chat', '08-chat-streaming.json'],
	['AI Agent with StepFun Chat Model', '09-ai-agent.json'],
])("%s: the answer grows in n8n's chat window", async (name, file) => {
	const page = await openPage(browser, stage.n8n);
	try {
		await openEditor(
			page,
			stage.n8n,
			await stage.n8n.importWorkflow(readExample(file), { [credentialType]: stage.credential }),
		);
		stage.stepfun.options.chunkDelayMs = 15;
		await byTestId(page, 'workflow-chat-button').click();
		const input = byTestId(page, 'canvas-chat').locator('textarea');
		await input.fill('Answer without tools: how is tea made?');
		await input.press('Enter');
		const growing = await watchAnswer(page, async () => {
			const answer = await page.locator('.chat-message-from-bot').allInnerTexts();
			const isLong = answer.join('').includes('The StepFun emulator');
			if (isLong && stage.stepfun.requests.at(-1)?.finished === false)
				await screenshot(page, `chat-growing-${name.split(' ', 1)[0]!.toLowerCase()}`);
			return (
				stage.stepfun.requests.at(-1)?.finished === true &&
				(await page.getByText('Workflow executed successfully').count()) > 0
			);
		});
		const shown = growing.filter((text) => text.includes('You asked'));
		expect(shown.length).toBeGreaterThan(3);
		for (const [i, text] of shown.slice(1).entries()) expect(text.length).toBeGreaterThan(shown[i]!.length);
		expect(growing.at(-1)).toContain('how is tea made?". The StepFun emulator answers with model step-3.5-flash.');
		await screenshot(page, `chat-${name.split(' ', 1)[0]!.toLowerCase()}`);
	} finally {
		await page.context().close();
	}
});

test('a webhook that streams gets the answer as it is written, reasoning first as a quotation', async () => {
	const chat = await publishChat(stage.n8n, readExample('08-chat-streaming.json'), stage.credential);
	stage.stepfun.options.chunkDelayMs = 10;
	const lines = await chat.say('Tell me about tea');
	expect(lines[0]?.type).toBe('begin');
	expect(lines.at(-1)?.type).toBe('end');
	expect(lines.filter(({ type }) => type !== 'item')).toHaveLength(2);
	expect(textOf(lines)).toMatch(
		/^> The question is "Tell me about tea"[^]*I can answer now\.\n\nYou asked: "Tell me about tea"/,
	);
	expect(lines.at(-2)!.at - lines[1]!.at).toBeGreaterThan(200);
});

test('Stop in the middle of a streamed answer closes the socket within a second', async () => {
	const id = await stage.n8n.importWorkflow(readExample('08-chat-streaming.json'), {
		[credentialType]: stage.credential,
	});
	stage.stepfun.options.chunkDelayMs = 100;
	const executionId = await stage.n8n.startWorkflow(id, {
		action: 'sendMessage',
		sessionId: 'stop',
		chatInput: 'Tell me about tea',
	});
	while (stage.stepfun.requests.length === 0) await sleep(50);
	await sleep(500);
	expect(await stopAndWatch(stage, executionId)).toBeLessThan(1000);
	expect((await stage.n8n.finishedExecution(executionId)).status).toBe('canceled');
});
