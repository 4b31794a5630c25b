import { randomBytes } from 'node:crypto';
import { Attachment } from '../../../stepfun/request/attachment';
import { requestBody } from '../../../stepfun/request/body';
import {
	checkMediaLimits,
	headBytes,
	mediaPart,
	mediaSource,
	requireMediaType,
	sniffType,
} from '../../../stepfun/request/media';
import type { ContentPart, MediaKind } from '../../../stepfun/types';
import * as files from '../../media-files';

test.each([
	['image/png', files.png()],
	['image/jpeg', files.jpeg()],
	['image/webp', files.webp()],
	['image/gif', files.gif(1)],
	['video/mp4', files.mp4()],
	['video/quicktime', files.mov()],
	['video/x-matroska', files.mkv()],
	['audio/mpeg', files.mp3()],
	['audio/mpeg', files.mp3WithoutTag()],
	['audio/wav', files.wav()],
	['audio/ogg', files.ogg()],
	['application/pdf', files.pdf()],
	[undefined, Buffer.from('just a text')],
	[undefined, Buffer.alloc(0)],
])('tells %s by the first bytes', (type, bytes) => {
	expect(sniffType(bytes)).toBe(type);
});

test.each<[MediaKind, string, Buffer, string]>([
	['image', 'image/jpeg', Buffer.alloc(0), 'image/jpeg'],
	['image', 'image/jpg', Buffer.alloc(0), 'image/jpeg'],
	['image', 'application/octet-stream', files.png(), 'image/png'],
	['image', 'text/plain', files.webp(), 'image/webp'],
	['image', '', files.gif(1), 'image/gif'],
	['audio', 'audio/mp3; charset=binary', Buffer.alloc(0), 'audio/mpeg'],
	['audio', 'audio/x-wav', Buffer.alloc(0), 'audio/wav'],
	['video', 'binary/octet-stream', files.mp4(), 'video/mp4'],
])('sends %s declared as "%s" with the type that fits', (kind, declared, head, type) => {
	expect(headBytes(kind, declared) > 0).toBe(head.length > 0);
	expect(requireMediaType(kind, declared, head, 'The file')).toBe(type);
});

test.each<[MediaKind, string, Buffer, string]>([
	[
		'image',
		'application/pdf',
		files.pdf(),
		'The file is application/pdf, but StepFun accepts only JPG, PNG, WebP and static GIF as image',
	],
	['image', 'application/octet-stream', files.mp4(), 'The file is video/mp4, but StepFun accepts only'],
	['audio', 'audio/ogg', files.ogg(), 'The file is audio/ogg, but StepFun accepts only MP3 and WAV as audio'],
	[
		'video',
		'text/plain',
		Buffer.from('hello'),
		'The file is text/plain, but StepFun accepts only MP4, MOV and MKV as video',
	],
	['video', '', Buffer.from('hello'), 'The file is of an unknown type'],
	['image', 'image/gif', files.gif(2), 'The file is an animated GIF'],
])('refuses %s declared as "%s"', (kind, declared, head, message) => {
	expect(() => requireMediaType(kind, declared, head, 'The file')).toThrow(
		expect.objectContaining({ type: 'invalid_input', message: expect.stringContaining(message) }),
	);
});

test('takes a GIF that is cut in the middle for a static one', () => {
	for (let length = 0; length < files.gif(1).length; length += 1) {
		expect(requireMediaType('image', 'image/gif', files.gif(1).subarray(0, length), 'The file')).toBe('image/gif');
	}
});

describe('the source of a part', () => {
	test.each<[MediaKind, string]>([
		['image', 'https://example.com/cat.jpg'],
		['image', 'stepfile://file-abc'],
		['video', 'http://example.com/film.mp4'],
	])('leaves an address of %s untouched: %s', (kind, url) => {
		expect(mediaSource(kind, url, 'The URL')).toBe(url);
	});

	test.each<[MediaKind, string, string]>([
		['image', `data:image/jpg;base64,${files.jpeg().toString('base64')}`, 'image/jpeg'],
		['image', `data:application/octet-stream;base64,${files.png().toString('base64')}`, 'image/png'],
		['audio', files.wav().toString('base64'), 'audio/wav'],
		['audio', `data:audio/mpeg;base64,${files.mp3WithoutTag().toString('base64')}`, 'audio/mpeg'],
	])('reads data of %s', (kind, source, type) => {
		expect(mediaSource(kind, source, 'The data')).toMatchObject({ mimeType: type });
	});

	const lines = (text: string, size: number, end: string): string =>
		(text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(end) + end;

	test.each<[string, (text: string) => string]>([
		['lines of 76 characters', (text) => lines(text, 76, '\n')],
		['lines of 64 characters with CRLF', (text) => lines(text, 64, '\r\n')],
		['lines of 20 characters', (text) => lines(text, 20, '\n')],
		['lines that are indented', (text) => lines(text, 64, '\n ')],
		['a line break at the end', (text) => `${text}\n`],
		['a line break at the beginning', (text) => `\n${text}`],
		['a line break far behind', (text) => `${text.slice(0, 400_000)}\n${text.slice(400_000)}`],
	])('reads base64 with %s, and sends it without them', async (_, written) => {
		const wav = Buffer.concat([files.wav(), randomBytes(600_001)]);
		const base64 = wav.toString('base64');
		for (const prefix of ['', 'data:audio/wav;base64,', 'data:;base64,']) {
			const source = mediaSource('audio', prefix + written(base64), 'The data');
			expect(source).toMatchObject({ mimeType: 'audio/wav', size: wav.length });
			let sent = '';
			for await (const piece of (source as Attachment).base64()) sent += piece;
			expect(sent).toBe(base64);
			const body = requestBody({ model: 'm', messages: [{ role: 'user', content: [mediaPart('audio', source)] }] });
			let length = 0;
			for await (const piece of body.chunks()) length += Buffer.byteLength(piece);
			expect(length).toBe(body.length);
		}
	});

	test.each<[MediaKind, string, string]>([
		['image', 'cat.jpg', 'The source is neither an address nor a data URL'],
		['image', 'ftp://example.com/cat.jpg', 'neither an address'],
		['audio', 'https://example.com/talk.mp3', 'neither a data URL nor base64'],
		['image', 'data:image/png;base64,abc', 'The source is not valid base64'],
		['image', 'data:image/png;base64,iVBO\nRw0', 'The source is not valid base64'],
		['audio', 'UklGR\ng', 'neither a data URL nor base64'],
		['audio', 'A talk about tea and rain\nand snow', 'neither a data URL nor base64'],
		['image', 'data:application/pdf;base64,JVBERi0xLjc=', 'The source is application/pdf'],
	])('refuses for %s: %j', (kind, source, message) => {
		expect(() => mediaSource(kind, source, 'The source')).toThrow(
			expect.objectContaining({ type: 'invalid_input', message: expect.stringContaining(message) }),
		);
	});
});

describe('limits of one request', () => {
	const file = (kind: MediaKind, megabytes: number): ContentPart =>
		mediaPart(
			kind,
			Attachment.fromBytes(
				{ image: 'image/png', video: 'video/mp4', audio: 'audio/wav' }[kind],
				megabytes * 2 ** 20,
				async () => (async function* () {})(),
			),
		);
	const check =
		(...parts: ContentPart[]) =>
		() =>
			checkMediaLimits([{ role: 'user', content: parts }]);

	test('are not crossed by what they allow', () => {
		expect(check(...Array.from({ length: 60 }, () => mediaPart('image', 'https://example.com/a.png')))).not.toThrow();
		expect(
			check(file('image', 12), file('image', 8), file('video', 128), file('video', 128), file('audio', 7.5)),
		).not.toThrow();
	});

	test.each([
		[
			'61 images',
			Array.from({ length: 61 }, () => mediaPart('image', 'https://example.com/a.png')),
			'The messages contain 61 images, but StepFun accepts at most 60 in one request',
		],
		[
			'images above 20 MB',
			[file('image', 12), file('image', 8.5)],
			'The images in the messages are 20.5 MB in total, but StepFun accepts at most 20 MB',
		],
		[
			'a video of 200 MB',
			[file('video', 200)],
			'A video in the messages is 200 MB, but StepFun accepts at most 128 MB',
		],
		[
			'audio above 10 MB of base64',
			[file('audio', 4), file('audio', 4)],
			'The audio in the messages is 10.7 MB as base64, but StepFun accepts at most 10 MB',
		],
	])('refuse %s', (_, parts, message) => {
		expect(check(...parts)).toThrow(expect.objectContaining({ type: 'invalid_input', message }));
	});
});
