import type { Browser, Locator, Page } from 'playwright-core';
import { byTestId, launch, openEditor, openPage, screenshot } from './browser';
import { setStage } from './harness';
import { chatWorkflow, readExample } from './workflows';

const stage = setStage('Search tests');
let browser: Browser;
let page: Page;
let workflowId: string;

beforeAll(async () => {
	workflowId = await stage.n8n.importWorkflow(chatWorkflow('Search', stage.credential));
	browser = await launch();
});
afterAll(async () => await browser?.close());

beforeEach(async () => {
	page = await openPage(browser, stage.n8n);
});
afterEach(async () => await page.context().close());

/** Types into the open list of nodes, and gives the entries that it shows. */
async function search(text: string): Promise<Locator> {
	await byTestId(page, 'node-creator-search-bar').fill(text);
	return byTestId(byTestId(page, 'node-creator'), 'node-creator-item-name');
}

test.each(['StepFun', 'Step', '阶跃星辰', 'vision'])('%s finds the node', async (text) => {
	await openEditor(page, stage.n8n, workflowId);
	await byTestId(page, 'node-creator-plus-button').click();
	const found = await search(text);
	await found.getByText('StepFun Chat', { exact: true }).waitFor();
	await screenshot(page, `search-${text.toLowerCase()}`);
	const names = await found.allInnerTexts();
	expect(names.indexOf('StepFun Chat')).toBeLessThan(5);
});

test.each([
	['ai_tool', 'StepFun Chat Tool'],
	['ai_languageModel', 'StepFun Chat Model'],
])('an agent is offered it as %s', async (input, name) => {
	const { connections, ...agent } = readExample('09-ai-agent.json');
	const bare = Object.fromEntries(
		Object.entries(connections).filter(([node]) => node === 'When chat message received'),
	);
	await openEditor(page, stage.n8n, await stage.n8n.importWorkflow({ ...agent, connections: bare }));
	const slot = page.locator(`[data-test-id="canvas-node-input-handle"][data-connection-type="${input}"]`);
	await byTestId(slot, 'canvas-handle-plus').first().click();
	const found = await search('StepFun');
	await found.getByText(name, { exact: true }).waitFor();
	await screenshot(page, `search-${input}`);
});
