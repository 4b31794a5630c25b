import { randomBytes } from 'node:crypto';

/** Files of each type, as far as their first bytes tell it. */
const latin1 = (text: string, more = 400): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), randomBytes(more)]);

export const png = (more?: number): Buffer => latin1('\x89PNG\r\n\x1a\n', more);
export const jpeg = (more?: number): Buffer => latin1('\xff\xd8\xff\xe0\0\x10JFIF\0', more);
export const webp = (more?: number): Buffer => latin1('RIFF\x10\0\0\0WEBPVP8 ', more);
export const mp4 = (more?: number): Buffer => latin1('\0\0\0\x18ftypmp42\0\0\0\0', more);
export const mov = (more?: number): Buffer => latin1('\0\0\0\x14ftypqt  \0\0\0\0', more);
export const mkv = (more?: number): Buffer => latin1('\x1a\x45\xdf\xa3\xa3B\x82\x88matroska', more);
export const mp3 = (more?: number): Buffer => latin1('ID3\x04\0\0\0\0\0\0', more);
export const mp3WithoutTag = (more?: number): Buffer => latin1('\xff\xfb\x90\x64\0\0', more);
export const wav = (more?: number): Buffer => latin1('RIFF\x10\0\0\0WAVEfmt ', more);
export const ogg = (more?: number): Buffer => latin1('OggS\0\x02', more);
export const pdf = (more?: number): Buffer => latin1('%PDF-1.7\n', more);

/** The containers of Word, Excel and PowerPoint, of before 2007 and since; an archive tells by its first names what it is of. */
export const ole = (more?: number): Buffer => latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', more);
export const zip = (name = '[Content_Types].xml', more?: number): Buffer =>
	latin1(`PK\x03\x04\x14\0\x06\0\b\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0${name}`, more);

/** A whole GIF of 1 by 1 pixel with so many frames, each behind a control block, as programs write them. */
export function gif(frames: number): Buffer {
	const screen = Buffer.from([...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
	const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
	const image = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
	return Buffer.concat([
		screen,
		...Array.from({ length: frames }, () => Buffer.from([...control, ...image])),
		Buffer.from([0x3b]),
	]);
}
