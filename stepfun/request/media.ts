import { invalidInput } from '../errors';
import type { ErrorText } from '../texts';
import type { ContentPart, FileSource, MediaKind, MediaSource, Message } from '../types';
import { Attachment, base64Length, withoutBlanks } from './attachment';
import { isParsedType } from './document-formats';
import * as texts from './texts';

const MB = 2 ** 20;

/** Limits of one request, in bytes (pages image-chat, video-chat, audio of StepFun's guides). */
const MEDIA_LIMITS = {
	images: 60,
	/** All images together. */
	imageBytes: 20 * MB,
	/** Each video. */
	videoBytes: 128 * MB,
	/** All audio together, counted as base64. */
	audioBase64Bytes: 10 * MB,
	/** Each file that is stored on StepFun. */
	storedBytes: 128 * MB,
} as const;

/** What StepFun takes, by kind. */
const MIME_TYPES: Readonly<Record<MediaKind, readonly string[]>> = {
	image: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
	video: ['video/mp4', 'video/quicktime', 'video/x-matroska'],
	audio: ['audio/mpeg', 'audio/wav'],
};

const FORMAT_NAMES: Readonly<Record<MediaKind, string>> = {
	image: 'JPG, PNG, WebP and static GIF',
	video: 'MP4, MOV and MKV',
	audio: 'MP3 and WAV',
};

/** Other names of the same types. */
const ALIASES: Readonly<Record<string, string>> = {
	'image/jpg': 'image/jpeg',
	'image/pjpeg': 'image/jpeg',
	'image/x-png': 'image/png',
	'application/mp4': 'video/mp4',
	'video/x-m4v': 'video/mp4',
	'video/matroska': 'video/x-matroska',
	'audio/mp3': 'audio/mpeg',
	'audio/x-mp3': 'audio/mpeg',
	'audio/mpeg3': 'audio/mpeg',
	'audio/x-mpeg': 'audio/mpeg',
	'audio/x-wav': 'audio/wav',
	'audio/wave': 'audio/wav',
	'audio/vnd.wave': 'audio/wav',
};

/** How many of a file's first bytes {@link mediaType} needs to see: none where the declared type is taken at its word. */
export function headBytes(kind: MediaKind, declaredType: string): number {
	const declared = canonical(declaredType);
	return accepts(kind, declared) && declared !== GIF ? 0 : kind === 'image' ? GIF_BYTES : SNIFFED_BYTES;
}

/**
 * The MIME type to send a file with: the declared one where StepFun takes it for this kind, else the one that the file's first
 * bytes tell. Undefined for a file of another kind.
 */
export function mediaType(kind: MediaKind, declaredType: string, head: Uint8Array): string | undefined {
	return [canonical(declaredType), sniffType(head)].find((type) => type !== undefined && accepts(kind, type));
}

/**
 * The same for a file that is to be sent.
 *
 * @param label What the file is to its reader, such as `The file "data" of attachment 1`.
 * @throws StepfunError `invalid_input` for a file of another type, and for an animated GIF.
 */
export function requireMediaType(kind: MediaKind, declaredType: string, head: Uint8Array, label: string): string {
	const type = mediaType(kind, declaredType, head);
	if (type === undefined) {
		const told = sniffType(head) ?? (canonical(declaredType) || 'of an unknown type');
		const text = isParsedType(told) ? texts.documentAmongMedia : texts.unsupportedType;
		throw invalidInput(text(label, told, FORMAT_NAMES[kind], kind));
	}
	if (type === GIF && isAnimatedGif(head)) throw invalidInput(texts.animatedGif(label));
	return type;
}

const canonical = (type: string): string => {
	const bare = type.split(';')[0]!.trim().toLowerCase();
	return ALIASES[bare] ?? bare;
};

const accepts = (kind: MediaKind, type: string): boolean => MIME_TYPES[kind].includes(type);

const GIF = 'image/gif';

const SNIFFED_BYTES = 64;
/** Enough of a GIF to meet its second frame; a first frame beyond it is taken for a static picture. */
const GIF_BYTES = MB;

/**
 * The MIME type that a file's first bytes tell, also of types that StepFun does not take.
 *
 * @public
 */
export function sniffType(head: Uint8Array): string | undefined {
	const text = latin1(head.subarray(0, SNIFFED_BYTES));
	if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
	if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
	if (/^GIF8[79]a/.test(text)) return 'image/gif';
	if (text.startsWith('RIFF'))
		return { WEBP: 'image/webp', WAVE: 'audio/wav', 'AVI ': 'video/x-msvideo' }[text.slice(8, 12)];
	if (text.slice(4, 8) === 'ftyp') return isoBrandType(text.slice(8, 12));
	if (text.startsWith('\x1a\x45\xdf\xa3')) return text.includes('webm') ? 'video/webm' : 'video/x-matroska';
	if (text.startsWith('OggS')) return 'audio/ogg';
	if (text.startsWith('fLaC')) return 'audio/flac';
	if (text.startsWith('%PDF-')) return 'application/pdf';
	if (text.startsWith('ID3') || isMp3Frame(head)) return 'audio/mpeg';
	return undefined;
}

/** Files of the ISO base media family tell their use by their brand. */
function isoBrandType(brand: string): string {
	if (brand.startsWith('qt')) return 'video/quicktime';
	if (/^(?:hei|hev|mif)/.test(brand)) return 'image/heic';
	if (brand.startsWith('avi')) return 'image/avif';
	if (/^M4[AB]/.test(brand)) return 'audio/mp4';
	return 'video/mp4';
}

/** The head of an MPEG audio frame: sync, layer III, and a bit rate and sample rate that exist. */
const isMp3Frame = ([sync = 0, version = 0, rates = 0]: Uint8Array): boolean =>
	sync === 0xff &&
	(version & 0xe6) === 0xe2 &&
	(version & 0x18) !== 0x08 &&
	rates >> 4 !== 0x0f &&
	(rates & 0x0c) !== 0x0c;

/** Whether a GIF, as far as it is given, holds a second frame. */
function isAnimatedGif(bytes: Uint8Array): boolean {
	const colors = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
	let at = 13 + colors(bytes[10] ?? 0);
	for (let frames = 0; at < bytes.length;) {
		const block = bytes[at]!;
		if (block === 0x2c) {
			frames += 1;
			if (frames === 2) return true;
			at += 11 + colors(bytes[at + 9] ?? 0);
		} else if (block === 0x21) at += 2;
		else return false;
		for (let size = bytes[at]; size !== undefined && size > 0; size = bytes[at]) at += size + 1;
		at += 1;
	}
	return false;
}

/**
 * The source of a part as it is sent: a URL that StepFun fetches itself, a data URL, or bare base64, which becomes one.
 *
 * @throws StepfunError `invalid_input` for another kind of address and for data of another type.
 */
export function mediaSource(kind: MediaKind, text: string, label: string): MediaSource {
	const source = text.trim();
	if (kind !== 'audio' && /^(?:https?|stepfile):\/\/./i.test(source)) return source;
	const comma = /^data:/i.test(source) ? source.indexOf(',') : -1;
	if (comma === -1 && !/^[A-Za-z0-9+/]{16,}=*$/.test(source.slice(0, SNIFFED_BYTES).replace(/[\r\n]+ ?/g, ''))) {
		throw invalidInput(NO_SOURCE[kind](label));
	}
	const data = withoutBlanks(source.slice(comma + 1));
	const declaredType = comma === -1 ? '' : source.slice('data:'.length, comma);
	const head = Buffer.from(data.slice(0, base64Length(headBytes(kind, declaredType))), 'base64');
	return Attachment.fromBase64(requireMediaType(kind, declaredType, head, label), data, label);
}

const NO_SOURCE: Readonly<Record<MediaKind, (label: string) => ErrorText>> = {
	image: texts.noImageAddress,
	video: texts.noVideoAddress,
	audio: texts.noAudioData,
};

/**
 * Holds the attachments of all messages against StepFun's limits; what StepFun fetches itself only counts.
 *
 * @throws StepfunError `invalid_input` with the figure.
 */
export function checkMediaLimits(messages: readonly Message[]): void {
	const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
	const images = parts.filter((part) => part.type === 'image_url').map(({ image_url: { url } }) => url);
	if (images.length > MEDIA_LIMITS.images) throw invalidInput(texts.tooManyImages(images.length, MEDIA_LIMITS.images));
	const imageBytes = sum(images.map(sizeOf));
	if (imageBytes > MEDIA_LIMITS.imageBytes) {
		throw invalidInput(texts.imagesTooLarge(megabytes(imageBytes), megabytes(MEDIA_LIMITS.imageBytes)));
	}
	for (const video of parts.filter((part) => part.type === 'video_url').map(({ video_url: { url } }) => sizeOf(url))) {
		if (video > MEDIA_LIMITS.videoBytes) {
			throw invalidInput(texts.videoTooLarge(megabytes(video), megabytes(MEDIA_LIMITS.videoBytes)));
		}
	}
	const audio = sum(
		parts.filter((part) => part.type === 'input_audio').map(({ input_audio: { data } }) => base64Length(sizeOf(data))),
	);
	if (audio > MEDIA_LIMITS.audioBase64Bytes) {
		throw invalidInput(texts.audioTooLarge(megabytes(audio), megabytes(MEDIA_LIMITS.audioBase64Bytes)));
	}
}

const sizeOf = (source: MediaSource): number => (typeof source === 'string' ? 0 : source.size);
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const megabytes = (bytes: number): string => `${(bytes / MB).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
const latin1 = (bytes: Uint8Array): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** A content part of one file or address. */
export function mediaPart(kind: MediaKind, source: MediaSource, detail?: 'low' | 'high'): ContentPart {
	switch (kind) {
		case 'image':
			return { type: 'image_url', image_url: { url: source, ...(detail && { detail }) } };
		case 'video':
			return { type: 'video_url', video_url: { url: source } };
		case 'audio':
			return { type: 'input_audio', input_audio: { data: source } };
	}
}

/** Images and videos that StepFun stores for requests to refer to, with the extension of their files (page files/create). */
export const STORED_TYPES: Readonly<Record<string, string>> = {
	'video/mp4': 'mp4',
	'image/jpeg': 'jpg',
	'image/png': 'png',
	'image/webp': 'webp',
	'image/gif': 'gif',
};

/** The file of a part, where StepFun can store it; audio is taken within the request only. */
export function storableFile(part: ContentPart): FileSource | undefined {
	const source =
		part.type === 'image_url' ? part.image_url.url : part.type === 'video_url' ? part.video_url.url : undefined;
	if (source === undefined || typeof source === 'string') return undefined;
	return Object.hasOwn(STORED_TYPES, source.mimeType) && source.size <= MEDIA_LIMITS.storedBytes ? source : undefined;
}

/** The part with an address in the place of its file. */
export function withAddress(part: ContentPart, url: string): ContentPart {
	if (part.type === 'image_url') return { ...part, image_url: { ...part.image_url, url } };
	return part.type === 'video_url' ? { ...part, video_url: { url } } : part;
}
