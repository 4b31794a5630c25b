import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { useEmulator } from '../use-emulator';
import { ask, send, upload } from './client';

const emulator = useEmulator();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const dataUrl = (mime: string, bytes: Buffer) => `data:${mime};base64,${bytes.toString('base64')}`;

test('answers with type, length and hash of each attachment in order', async () => {
	const [image, video, audio] = [randomBytes(68), randomBytes(3000), randomBytes(200_001)];
	const stored = await upload(emulator, { purpose: 'storage' }, { name: 'a.mp4', content: video });
	const id: string = stored.json.id;
	const answer = await send(
		emulator,
		ask([
			{ type: 'image_url', image_url: { url: dataUrl('image/png', image), detail: 'low' } },
			{ type: 'video_url', video_url: { url: dataUrl('video/mp4', video) } },
			{ type: 'input_audio', input_audio: { data: dataUrl('audio/mpeg', audio) } },
			{ type: 'image_url', image_url: { url: 'https://example.com/a.jpg' } },
			{ type: 'video_url', video_url: { url: `stepfile://${id}` } },
			{ type: 'text', text: 'What is it?' },
		]),
	);
	const content: string = answer.json.choices[0].message.content;
	expect(content).toContain('You asked: "What is it?".');
	expect(content.split('\n').at(-1)).toBe(
		`Attachments (5): image_url image/png, 68 bytes, sha256 ${sha256(image)}; ` +
			`video_url video/mp4, 3000 bytes, sha256 ${sha256(video)}; ` +
			`input_audio audio/mpeg, 200001 bytes, sha256 ${sha256(audio)}; ` +
			'image_url by reference https://example.com/a.jpg; ' +
			`video_url by reference stepfile://${id} (3000 bytes, sha256 ${sha256(video)}).`,
	);
	expect(answer.json.usage.prompt_tokens).toBeGreaterThan(800);
});

test('records short data URLs as they are and long ones by length and hash', async () => {
	const [short, long] = [dataUrl('image/png', randomBytes(60)), randomBytes(2_000_000)];
	const parts = [short, dataUrl('image/webp', long)].map((url) => ({
		type: 'image_url',
		image_url: { url },
	}));
	const body = JSON.stringify(ask([...parts, { type: 'text', text: 'a "quoted\\" text' }]));
	// Other languages write `/` as `\/` in JSON.
	const sent = Buffer.from(body.replaceAll('/', '\\/'));
	expect((await send(emulator, sent.toString())).status).toBe(200);
	const record = emulator.requests[0]!;
	expect(record.body).toEqual(
		ask([
			parts[0],
			{
				type: 'image_url',
				image_url: { url: `data:image/webp;base64,{bytes:2000000,sha256:${sha256(long)}}` },
			},
			{ type: 'text', text: 'a "quoted\\" text' },
		]),
	);
	expect(record).toMatchObject({ bodyBytes: sent.length, bodySha256: sha256(sent) });
	expect(record.rawBody.equals(sent.subarray(0, 1024 * 1024))).toBe(true);
});

test('finds the attachment however the body is cut', async () => {
	const bytes = randomBytes(100_000);
	const url = dataUrl('image/gif', bytes);
	const body = Buffer.from(JSON.stringify(ask([{ type: 'image_url', image_url: { url } }])));
	for (const size of [61, 1021, 65_537]) {
		const slices = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
			body.subarray(index * size, (index + 1) * size),
		);
		const response = await request(`${emulator.url}/chat/completions`, {
			method: 'POST',
			headers: { authorization: 'Bearer sk-emulator' },
			body: Readable.from(slices),
		});
		expect(await response.body.text()).toContain(`100000 bytes, sha256 ${sha256(bytes)}`);
	}
});

test('takes a body of 60 MB without keeping it', async () => {
	const slice = randomBytes(3 * 256 * 1024);
	const encoded = slice.toString('base64');
	const times = 60;
	const [head, tail] = JSON.stringify(
		ask([{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,@' } }]),
	).split('@');
	async function* body() {
		yield Buffer.from(head!);
		for (let index = 0; index < times; index++) yield Buffer.from(encoded);
		yield Buffer.from(tail!);
	}
	const response = await request(`${emulator.url}/chat/completions`, {
		method: 'POST',
		headers: { authorization: 'Bearer sk-emulator' },
		body: Readable.from(body()),
	});
	const hash = createHash('sha256');
	for (let index = 0; index < times; index++) hash.update(slice);
	expect(await response.body.text()).toContain(`${slice.length * times} bytes, sha256 ${hash.digest('hex')}`);
	expect(JSON.stringify(emulator.requests[0]!.body).length).toBeLessThan(1000);
});
