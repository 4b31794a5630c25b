import { createHash } from 'node:crypto';
import { jpeg, mp3, pdf, png } from '../media-files';
import { postToWebhook, setStage } from './harness';
import { publish, readExample } from './workflows';

const stage = setStage('Trigger tests');

/** Sends files as a browser's form does. */
async function upload(
	address: string,
	files: Array<[field: string, name: string, content: Buffer, type: string]>,
): Promise<Response> {
	const form = new FormData();
	for (const [field, name, content, type] of files)
		form.append(field, new Blob([new Uint8Array(content)], { type }), name);
	return await postToWebhook(stage.n8n.url + address, { body: form });
}

/** The parts of the last user message that the server received. */
const receivedParts = (): Array<{ type: string; [source: string]: unknown }> => {
	const { messages } = stage.stepfun.requests.at(-1)?.body as { messages: Array<{ content: never }> };
	return messages.at(-1)!.content;
};

test('images that are posted to a webhook are described as JSON', async () => {
	await publish(stage.n8n, readExample('03-describe-images.json'), stage.credential);
	const files = [png(5000), jpeg(7000)];
	const response = await upload('/webhook/describe-images', [
		['photo', 'a.png', files[0]!, 'image/png'],
		['other', 'b.jpg', files[1]!, 'image/jpeg'],
	]);
	expect(response.status).toBe(200);
	expect(await response.json()).toEqual({
		description: expect.any(String),
		objects: expect.any(Array),
		text_in_image: expect.any(String),
		mood: expect.stringMatching(/^(?:calm|lively|sad|cheerful)$/),
	});
	expect(receivedParts().map(({ type, image_url }) => [type, image_url])).toEqual([
		['image_url', { url: `data:image/png;base64,${files[0]!.toString('base64')}`, detail: 'high' }],
		['image_url', { url: `data:image/jpeg;base64,${files[1]!.toString('base64')}`, detail: 'high' }],
		['text', undefined],
	]);
});

test('a recording from a form is sent to the model whole', async () => {
	await publish(stage.n8n, readExample('04-transcribe-audio.json'), stage.credential);
	const file = mp3(20_000);
	const response = await upload('/form/5b1f1a50-0004-4000-8000-00000000f0f0', [
		['field-0', 'memo.mp3', file, 'audio/mpeg'],
	]);
	expect(response.status).toBe(200);
	expect(receivedParts()[0]).toEqual({
		type: 'input_audio',
		input_audio: { data: `data:audio/mpeg;base64,${file.toString('base64')}` },
	});
});

test('documents that are posted to a webhook are read by StepFun, and nothing of them stays there', async () => {
	await publish(stage.n8n, readExample('11-summarise-documents.json'), stage.credential);
	const report = pdf(300_000);
	const response = await upload('/webhook/summarise-documents', [
		['attachment_0', 'report 灯.pdf', report, 'application/pdf'],
		['attachment_1', 'notes.txt', Buffer.from('Twelve lamps'), 'text/plain'],
		['attachment_2', 'logo.png', png(), 'image/png'],
	]);
	expect(response.status).toBe(200);
	expect(await response.json()).toEqual({ summary: expect.any(String), tokens: expect.any(Number) });
	const [sent] = stage.stepfun.requests;
	const sha256 = createHash('sha256').update(report).digest('hex');
	expect(sent!.upload).toMatchObject({
		valid: true,
		fields: { purpose: 'file-extract' },
		file: { name: 'report 灯.pdf', bytes: report.length, sha256 },
	});
	expect(stage.stepfun.files).toEqual([]);
	const chat = stage.stepfun.requests.find(({ url }) => url.endsWith('/chat/completions'));
	const { messages } = chat!.body as { messages: Array<{ content: Array<{ text: string }> }> };
	expect(messages.at(-1)!.content.map(({ text }) => text)).toEqual([
		expect.stringMatching(new RegExp(`^<document name="report 灯.pdf">\\n[^]*${sha256}[^]*</document>$`)),
		'<document name="notes.txt">\nTwelve lamps\n</document>',
		expect.stringContaining('Summarise each attached document'),
	]);
});
