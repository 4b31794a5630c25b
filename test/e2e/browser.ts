import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { findChromium } from '../../host/chromium';
import type { N8nClient } from '../../host/client';

const screenshots = path.join(__dirname, '../../screenshots');

/** How long an element may take to appear, in ms; the editor's first load takes the longest. */
const PATIENCE_MS = 30_000;

export async function launch(): Promise<Browser> {
	return await chromium.launch({
		executablePath: findChromium(),
		args: [
			// Chromium's sandbox does not run as root, as which container builds do.
			...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** A page in a browser profile of its own, logged in. */
export async function openPage(browser: Browser, client: N8nClient): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	const [name = '', value = ''] = client.cookie.split('=');
	await context.addCookies([{ name, value, url: client.url }]);
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE_MS);
	return page;
}

/** Opens a workflow in the editor, and waits until its nodes are drawn. */
export async function openEditor(page: Page, client: N8nClient, workflowId: string): Promise<void> {
	await page.goto(`${client.url}/workflow/${workflowId}`);
	await byTestId(page, 'canvas-node').first().waitFor();
}

/** Opens a node's panel from the canvas. */
export async function openNodePanel(page: Page, nodeName: string): Promise<Locator> {
	await byTestId(page, 'canvas-node').filter({ hasText: nodeName }).first().dblclick({ force: true });
	const panel = byTestId(page, 'ndv');
	await panel.waitFor();
	return panel;
}

/** The input of a panel's parameter by its internal name, which need not be unique: `.first()`, `.nth(1)`. */
export function parameter(panel: Locator, name: string): Locator {
	return byTestId(panel, `parameter-input-${name}`);
}

/** Runs the open node's step, and returns the output pane once it shows the items (as a table) or the error. */
export async function runStep(panel: Locator): Promise<Locator> {
	await byTestId(panel, 'node-execute-button').click();
	const output = byTestId(panel, 'output-panel');
	const items = byTestId(output, 'ndv-data-container').locator('table');
	await items.or(byTestId(output, 'node-error-message')).first().waitFor();
	return output;
}

/** Saves what the page shows as `screenshots/<name>.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
	mkdirSync(screenshots, { recursive: true });
	await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
}

export function byTestId(within: Page | Locator, id: string): Locator {
	return within.locator(`[data-test-id="${id}"]`);
}
