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
	const [text, ...images] = receivedParts();
	expect(text).toEqual({ type: 'text', text: 'Describe these images for people who cannot see them.' });
	const image = (type: string, file: Buffer) => ({
		type: 'image_url',
		image_url: { url: `data:${type};base64,${file.toString('base64')}`, detail: 'high' },
	});
	// n8n takes the files of a form as they are written to its disk, in either order.
	expect(images).toHaveLength(2);
	expect(images).toEqual(
		expect.arrayContaining([image('image/png', files[0]!), image('image/jpeg', files[1]!)]) as unknown,
	);
});

test('a recording from a form is sent to the model whole', async () => {
	await publish(stage.n8n, readExample('04-transcribe-audio.json'), stage.credential);
	const file = mp3(20_000);
	const response = await upload('/form/5b1f1a50-0004-4000-8000-00000000f0f0', [
		['field-0', 'memo.mp3', file, 'audio/mpeg'],
	]);
	expect(response.status).toBe(200);
	expect(receivedParts()[1]).toEqual({
		type: 'input_audio',
		input_audio: { data: `data:audio/mpeg;base64,${file.toString('base64')}` },
	});
});

test('a voice note that is posted to a webhook, in a form or as the body, is answered by voice', async () => {
	await publish(stage.n8n, readExample('14-voice-answer.json'), stage.credential);
	const note = mp3(30_000);
	const address = '/webhook/voice-note';
	const headers = { 'content-type': 'audio/mpeg' };
	for (const response of [
		await upload(address, [['my_note', 'note.mp3', note, 'audio/mpeg']]),
		await postToWebhook(stage.n8n.url + address, { headers, body: new Uint8Array(note) }),
	]) {
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toContain('audio/wav');
		const wav = Buffer.from(await response.arrayBuffer());
		expect(wav.toString('latin1', 0, 16)).toMatch(/^RIFF[^]{4}WAVEfmt $/);
		expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
		expect(wav.length).toBeGreaterThan(50_000);
	}
	const sound = `data:audio/mpeg;base64,${note.toString('base64')}`;
	expect(stage.stepfun.requests).toHaveLength(2);
	for (const { body } of stage.stepfun.requests) {
		expect(body).toMatchObject({
			messages: [
				{ role: 'system' },
				{
					role: 'user',
					content: [
						{ type: 'text', text: 'Answer this voice note.' },
						{ type: 'input_audio', input_audio: { data: sound } },
					],
				},
			],
			modalities: ['text', 'audio'],
			audio: { voice: 'wenrounansheng', format: 'pcm' },
			stream: true,
		});
	}
});

test('documents that are posted to a webhook are read by StepFun, and nothing of them stays there', async () => {
	await publish(stage.n8n, readExample('13-summarise-documents.json'), stage.credential);
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
		expect.stringContaining('Summarise each attached document'),
		expect.stringMatching(new RegExp(`^<document name="report 灯.pdf">\\n[^]*${sha256}[^]*</document>$`)),
		'<document name="notes.txt">\nTwelve lamps\n</document>',
	]);
});
