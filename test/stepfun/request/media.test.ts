import { Attachment } from '../../../stepfun/request/attachment';
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

	test.each<[MediaKind, string, string]>([
		['image', 'cat.jpg', 'The source is neither an address nor a data URL'],
		['image', 'ftp://example.com/cat.jpg', 'neither an address'],
		['audio', 'https://example.com/talk.mp3', 'neither a data URL nor base64'],
		['image', 'data:image/png;base64,abc', 'The source is not valid base64'],
		['image', 'data:image/png;base64,iVBO\nRw0K', 'The source is not valid base64'],
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
