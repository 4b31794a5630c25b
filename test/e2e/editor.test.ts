import type { Browser, Page } from 'playwright-core';
import { byTestId, launch, openEditor, openNodePanel, openPage, parameter, runStep, screenshot } from './browser';
import { setStage } from './harness';
import { chatWorkflow } from './workflows';

const stage = setStage('Panel tests');
let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await launch();
});
afterAll(async () => await browser?.close());

beforeEach(async () => {
	page = await openPage(browser, stage.n8n);
});
afterEach(async () => await page.context().close());

test('a model is picked, a message filled in, the step run and its answer read', async () => {
	await openEditor(page, stage.n8n, await stage.n8n.importWorkflow(chatWorkflow('Panel', stage.credential)));
	const panel = await openNodePanel(page, 'StepFun Chat');

	await byTestId(parameter(panel, 'model'), 'rlc-input').click();
	const models = byTestId(page, 'rlc-item');
	await models.first().waitFor();
	await screenshot(page, 'model-list');
	await models.getByText('step-3.5-flash', { exact: true }).click();

	await parameter(panel, 'content').locator('textarea').fill('Which colour has the sky?');
	const output = await runStep(panel);
	const answer = await output.innerText();
	await screenshot(page, 'panel-answer');

	expect(answer).toContain('1 item');
	expect(answer).toContain('You asked: "Which colour has the sky?"');
	expect(answer).toContain('step-3.5-flash');
	expect(stage.stepfun.requests.at(-1)?.body).toMatchObject({
		model: 'step-3.5-flash',
		messages: [{ role: 'user', content: 'Which colour has the sky?' }],
	});
});

test('an error is shown in the output pane', async () => {
	const workflow = chatWorkflow('Panel with an unknown model', stage.credential, {
		model: { __rl: true, mode: 'id', value: 'step-unknown' },
		messages: { values: [{ role: 'user', content: 'Hello' }] },
	});
	await openEditor(page, stage.n8n, await stage.n8n.importWorkflow(workflow));
	const panel = await openNodePanel(page, 'StepFun Chat');

	const output = await runStep(panel);
	await screenshot(page, 'panel-error');

	expect(await byTestId(output, 'node-error-message').innerText()).toContain('step-unknown');
});

test('the credential dialog says whether the key is accepted', async () => {
	const credential = await stage.n8n.importCredential(stage.stepfun.credential('Credential tests'));
	await openEditor(page, stage.n8n, await stage.n8n.importWorkflow(chatWorkflow('Credential', credential)));
	const panel = await openNodePanel(page, 'StepFun Chat');

	await byTestId(panel, 'credential-edit-button').click();
	const dialog = byTestId(page, 'credential-edit-dialog');
	await byTestId(dialog, 'credentials-config-container-test-success').waitFor();
	await screenshot(page, 'credential-accepted');

	await parameter(dialog, 'apiKey').locator('input').fill('sk-wrong');
	await byTestId(page, 'credential-save-button').click();
	await dialog.getByText(/couldn.t connect/i).waitFor();
	await dialog.getByText('More details').click();
	await screenshot(page, 'credential-refused');
});
