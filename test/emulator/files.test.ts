import { createHash, randomBytes } from 'node:crypto';
import { MultipartReader } from '../../emulator/multipart';
import { useEmulator } from '../use-emulator';
import { ask, send, upload } from './client';

const emulator = useEmulator();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const pdf = Buffer.from('%PDF-1.4\nBT (Twelve lamps) Tj (for \\(Ada\\)) Tj ET\n');
const extract = { purpose: 'file-extract' };
const get = (path: string, method = 'GET') => send(emulator, undefined, { path: `/v1/files${path}`, method });

test('a file goes up, is parsed, read and deleted', async () => {
	const stored = await upload(emulator, extract, { name: 'order.pdf', content: pdf, type: 'application/pdf' });
	expect(stored).toMatchObject({
		status: 200,
		json: { object: 'file', bytes: pdf.length, filename: 'order.pdf', purpose: 'file-extract', status: 'processed' },
	});
	const { id } = stored.json;
	expect(emulator.requests[0]!.upload).toMatchObject({
		valid: true,
		fields: extract,
		file: { name: 'order.pdf', contentType: 'application/pdf', bytes: pdf.length, sha256: sha256(pdf) },
	});
	expect((await get(`/${id}`)).json.status).toBe('processing');
	expect((await get(`/${id}`)).json.status).toBe('success');
	expect((await get(`/${id}/content`)).text).toContain('Twelve lamps\nfor \\(Ada\\)\n');
	expect((await get('?purpose=file-extract')).json.data).toHaveLength(1);
	expect((await get('?purpose=storage')).json.data).toEqual([]);
	expect((await get(`/${id}`, 'DELETE')).json).toEqual({ id, object: 'file', deleted: true });
	for (const [path, method] of [[`/${id}`], [`/${id}/content`], [`/${id}`, 'DELETE']])
		expect((await get(path!, method)).status).toBe(404);
	expect(emulator.files).toEqual([]);
});

test('a text is its own content, and options decide what else there is', async () => {
	const text = await upload(emulator, extract, { name: 'a.txt', content: Buffer.from('Lamps 灯') });
	expect((await get(`/${text.json.id}/content`)).text).toContain('Lamps 灯\n');
	Object.assign(emulator.options, { fileStatuses: ['failed'], fileText: '' });
	const failed = await upload(emulator, extract, { name: 'a.txt', content: Buffer.from('Lamps') });
	expect(failed.json.status).toBe('failed');
	expect((await get(`/${failed.json.id}/content`)).text).toBe('');
});

test.each<[string, Record<string, string>, string, number, string]>([
	['no purpose', {}, 'a.pdf', 10, 'purpose'],
	['another purpose', { purpose: 'fine-tune' }, 'a.pdf', 10, 'purpose'],
	['a type that is not parsed', extract, 'a.exe', 10, 'file type not supported: exe'],
	['a type that is not stored', { purpose: 'storage' }, 'a.pdf', 10, 'file type not supported: pdf'],
	['nothing', extract, 'a.pdf', 0, 'empty'],
	['more than is parsed', extract, 'a.pdf', 64 * 2 ** 20 + 1, 'exceeds 64MB'],
])('refuses %s', async (_, fields, name, bytes, words) => {
	const { status, json } = await upload(emulator, fields, { name, content: Buffer.alloc(bytes) });
	expect(status).toBe(400);
	expect(json.error.message).toContain(words);
	expect(emulator.files).toEqual([]);
});

test('refuses a file too many, a body that is no form, a key that is wrong, and files of the Step Plan', async () => {
	emulator.options.fileLimit = 1;
	const small = { name: 'a.txt', content: Buffer.from('a') };
	expect((await upload(emulator, extract, small)).status).toBe(200);
	expect((await upload(emulator, extract, small)).json.error.message).toBe('file count exceeds 1');
	expect((await send(emulator, {}, { path: '/v1/files' })).status).toBe(400);
	expect((await send(emulator, {}, { path: '/v1/files', key: 'no' })).status).toBe(401);
	expect((await send(emulator, {}, { path: '/step_plan/v1/files' })).status).toBe(404);
});

test('takes references to stored files only while they are there', async () => {
	const video = (id: string) => ask([{ type: 'video_url', video_url: { url: `stepfile://${id}` } }]);
	const { json: film } = await upload(emulator, { purpose: 'storage' }, { name: 'a.mp4', content: randomBytes(99) });
	const { json: text } = await upload(emulator, extract, { name: 'a.txt', content: Buffer.from('a') });
	expect((await send(emulator, video(film.id))).status).toBe(200);
	expect((await send(emulator, video(text.id))).status).toBe(400);
	await get(`/${film.id}`, 'DELETE');
	expect((await send(emulator, video(film.id))).json.error.message).toContain('not found');
});

test('reads a form however it is cut, and keeps no more of its file than its first megabyte', () => {
	const content = Buffer.concat([Buffer.from('\r\n--b\r\n--bound'), randomBytes(70_000), Buffer.from('\r\n--boundar')]);
	const body = Buffer.concat([
		Buffer.from('--boundary\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nstorage\r\n'),
		Buffer.from('--boundary\r\nContent-Disposition: form-data; name="file"; filename="a%22%0D%0A灯.mp4"\r\n'),
		Buffer.from('Content-Type: video/mp4\r\n\r\n'),
		content,
		Buffer.from('\r\n--boundary--\r\n'),
	]);
	for (const size of [1, 2, 7, 64, 1000, body.length]) {
		const reader = new MultipartReader('boundary');
		for (let at = 0; at < body.length; at += size) reader.push(body.subarray(at, at + size));
		expect(reader.end()).toEqual({
			valid: true,
			fields: { purpose: 'storage' },
			file: {
				name: 'a"\r\n灯.mp4',
				contentType: 'video/mp4',
				bytes: content.length,
				sha256: sha256(content),
				head: content,
			},
		});
	}
	const reader = new MultipartReader('boundary');
	reader.push(body.subarray(0, 200));
	for (let i = 0; i < 128; i += 1) reader.push(Buffer.alloc(2 ** 20));
	const { valid, file } = reader.end();
	expect({ valid, kept: file }).toEqual({ valid: false, kept: undefined });
});
