import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatRequest } from '../../emulator/types';
import { jpeg, png } from '../media-files';
import { postToWebhook, setStage } from './harness';
import { publish, readExample } from './workflows';

const stage = setStage('Structured tests');

const formOf = (fields: Record<string, string | Buffer>): FormData => {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') form.append(name, value);
		else form.append(name, new Blob([new Uint8Array(value)], { type: 'image/png' }), `${name}.png`);
	}
	return form;
};

/** Lets the model say these texts, one for each request. */
const answers = (...contents: string[]): void =>
	stage.stepfun.fault(
		contents.map((content) => ({
			body: JSON.stringify({
				id: 'c',
				model: 'm',
				choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
			}),
		})),
	);

test('images of receipts become the rows of a spreadsheet, after a correction', async () => {
	await publish(stage.n8n, readExample('11-receipts-to-rows.json'), stage.credential);
	const row = { shop: 'Bakery', date: '2026-01-31', total: 4.5, currency: 'EUR' };
	answers(
		`\`\`\`json\n${JSON.stringify({ receipts: [row, { ...row, date: '1 February', total: '7' }] })}\n\`\`\``,
		JSON.stringify({ receipts: [row, { ...row, shop: 'Café', date: '2026-02-01', total: 7 }] }),
	);
	const body = formOf({ first: png(5000), second: jpeg(7000) });
	const response = await postToWebhook(`${stage.n8n.url}/webhook/receipts-to-rows`, { body });
	expect(response.status).toBe(200);
	expect((await response.text()).replace('\uFEFF', '').trim().split(/\r?\n/)).toEqual([
		'shop,date,total,currency',
		'Bakery,2026-01-31,4.5,EUR',
		'Café,2026-02-01,7,EUR',
	]);
	const [asked, corrected] = stage.stepfun.requests.map(({ body: sent }) => (sent as ChatRequest).messages);
	expect(corrected!.slice(0, 1)).toEqual(asked);
	expect(corrected!.at(-1)!.content).toContain('/receipts/1/total: expected a number, but got "7"');
});

test('a person corrects what the model has read', async () => {
	await publish(stage.n8n, readExample('12-approved-invoices.json'), stage.credential);
	const invoice = { supplier: 'Analytical Engines', number: '4711', due: '2026-02-01', total: 120 };
	answers(JSON.stringify(invoice));
	const first = await postToWebhook(`${stage.n8n.url}/form/5b1f1a50-0012-4000-8000-00000000f0f0`, {
		body: formOf({ 'field-0': png(5000) }),
	});
	const { formWaitingUrl } = (await first.json()) as { formWaitingUrl: string };
	const page = await shown(formWaitingUrl, 'Is this right?');
	for (const value of Object.values(invoice)) expect(page).toContain(String(value));
	const fields = { 'field-0': 'Analytical Engines', 'field-1': '4712', 'field-2': '2026-02-01', 'field-3': '120' };
	await fetch(formWaitingUrl, { method: 'POST', body: formOf(fields) });
	await shown(formWaitingUrl, 'The invoice was saved with your corrections.');
});

/** The page of a form that waits for a person, once it does; it shows a text. */
async function shown(url: string, text: string): Promise<string> {
	const status = new URL(url);
	status.pathname += '/n8n-execution-status';
	for (let tries = 0; tries < 100; tries += 1) {
		if ((await (await fetch(status)).text()) === 'form-waiting') break;
		await sleep(100);
	}
	const page = await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
	expect(page).toContain(text);
	return page;
}
