import { createHash, randomBytes } from 'node:crypto';
import { Limiter } from '../../stepfun/client/limiter';
import { Attachment } from '../../stepfun/request/attachment';
import { fingerprint } from '../../stepfun/request/fingerprint';
import { RunFiles } from '../../stepfun/run-files';
import type { ChatRequest, DocumentFile } from '../../stepfun/types';
import { nodeClock, undiciSend } from '../send';
import { useEmulator } from '../use-emulator';

const api = useEmulator({ fileStatuses: ['success'] });
const sender = undiciSend('sk-emulator');
afterAll(() => sender.close());

const patience = { retries: 0, silenceMs: 10_000, totalMs: 0 };
const runFiles = () =>
	new RunFiles({
		baseUrl: api.url,
		apiKey: 'sk-emulator',
		send: sender,
		clock: nodeClock,
		lane: new Limiter(nodeClock).lane(),
	});
const asking = (document: DocumentFile): ChatRequest => ({
	model: 'm',
	messages: [{ role: 'user', content: [{ type: 'document', document }] }],
});
const pdf = (bytes: Buffer): DocumentFile => ({
	name: 'a.pdf',
	format: 'pdf',
	label: 'The file',
	file: Attachment.fromBase64('application/pdf', bytes.toString('base64'), 'The file'),
});
const uploads = () => api.requests.filter(({ method }) => method === 'POST').length;

test('forgets the oldest texts where they become too much to keep, and reads them anew', async () => {
	api.options.fileText = 'a'.repeat(9_000_000);
	const files = runFiles();
	const [first, second, third] = [randomBytes(9), randomBytes(9), randomBytes(9)];
	for (const bytes of [first, second, first]) await files.withDocuments(asking(pdf(bytes)), patience);
	expect(uploads()).toBe(2);
	await files.withDocuments(asking(pdf(third)), patience);
	await files.withDocuments(asking(pdf(first)), patience);
	expect(uploads()).toBe(3);
	await files.withDocuments(asking(pdf(second)), patience);
	expect(uploads()).toBe(4);
	await files.close();
	expect(api.files).toEqual([]);
});

test('files are told apart by all of their bytes, however they are cut', async () => {
	const bytes = randomBytes(2_500_000);
	const cut = (size: number) =>
		Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
	const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
	const expected = sha256(Buffer.concat(cut(2 ** 20).map(sha256))).toString('hex');
	for (const size of [999, 2 ** 20, bytes.length]) expect(await fingerprint(cut(size))).toBe(expected);
	for (const place of [0, 1_048_575, 1_048_576, bytes.length - 1]) {
		const other = Buffer.from(bytes);
		other[place]! ^= 1;
		expect(await fingerprint([other])).not.toBe(expected);
	}
	expect(await fingerprint([bytes.subarray(1)])).not.toBe(expected);
	expect(await fingerprint([])).not.toBe(await fingerprint([Buffer.from([0])]));
});
