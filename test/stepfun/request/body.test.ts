import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import type { RequestBody } from '../../../stepfun/client/http';
import { Attachment } from '../../../stepfun/request/attachment';
import { requestBody } from '../../../stepfun/request/body';
import { mediaPart } from '../../../stepfun/request/media';
import type { ChatRequest } from '../../../stepfun/types';

const ask = (...content: Array<ReturnType<typeof mediaPart>>): ChatRequest => ({
	model: 'm',
	messages: [{ role: 'user', content: [...content, { type: 'text', text: 'Häuser, 家' }] }],
});

async function textOf(body: RequestBody): Promise<string> {
	let text = '';
	for await (const chunk of body.chunks()) text += chunk;
	return text;
}

/** A file that is read in pieces of the given sizes. */
const stream = (bytes: Uint8Array, sizes: number[]) => async () =>
	(async function* () {
		for (let at = 0, i = 0; at < bytes.length; i += 1) {
			const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
			yield bytes.subarray(at, at + size);
			at += size;
		}
	})();

test('is plain JSON without attachments', () => {
	const request: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'Häuser, 家' }] };
	expect(requestBody(request)).toMatchObject({
		text: JSON.stringify(request),
		length: Buffer.byteLength(JSON.stringify(request)),
	});
});

test('writes the very bytes of an attachment, whatever pieces it is read in; the length is known before', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uint8Array({ minLength: 1, maxLength: 500 }),
			fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 }),
			async (bytes, sizes) => {
				const body = requestBody(
					ask(mediaPart('image', Attachment.fromBytes('image/png', bytes.length, stream(bytes, sizes)))),
				);
				const text = await textOf(body);
				expect(body.length).toBe(Buffer.byteLength(text));
				expect(JSON.parse(text)).toEqual(
					ask(mediaPart('image', `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`)),
				);
			},
		),
	);
});

test('writes base64 that is there already as it is, also beyond one piece', async () => {
	for (const size of [1, 2, 3, 700_001]) {
		const base64 = randomBytes(size).toString('base64');
		const body = requestBody(ask(mediaPart('audio', Attachment.fromBase64('audio/wav', base64, 'The file'))));
		const text = await textOf(body);
		expect(body.length).toBe(Buffer.byteLength(text));
		expect(JSON.parse(text)).toEqual(ask(mediaPart('audio', `data:audio/wav;base64,${base64}`)));
	}
});

test('can be read again from the first byte', async () => {
	const bytes = randomBytes(1000);
	const body = requestBody(
		ask(
			mediaPart('image', Attachment.fromBytes('image/png', 1000, stream(bytes, [100]))),
			mediaPart('image', Attachment.fromBytes('image/png', 1000, stream(bytes, [7]))),
		),
	);
	const first = await textOf(body);
	expect(first).toContain(bytes.toString('base64'));
	expect(await textOf(body)).toBe(first);
});

test.each([
	['longer', 999],
	['shorter', 1001],
])('ends when a file is %s than was announced', async (_, announced) => {
	await expect(
		textOf(
			requestBody(
				ask(mediaPart('image', Attachment.fromBytes('image/png', announced, stream(randomBytes(1000), [100])))),
			),
		),
	).rejects.toThrow('changed while it was being sent');
});

test('ends when base64 turns out to be none in its middle', async () => {
	const base64 = 'A'.repeat(300_000) + '"}],' + 'A'.repeat(300_000);
	await expect(
		textOf(requestBody(ask(mediaPart('image', Attachment.fromBase64('image/png', base64, 'The file'))))),
	).rejects.toThrow('not valid base64');
});

test('keeps the bytes out of anything that is logged', () => {
	expect(JSON.stringify(Attachment.fromBase64('image/png', 'iVBORw0KGgo=', 'The file'))).toBe('"[image/png, 8 bytes]"');
});
