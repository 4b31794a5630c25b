import { invalidInput } from '../errors';
import type { DocumentFile, DocumentFormat, FileSource } from '../types';
import { Attachment, withoutBlanks } from './attachment';
import { DOCUMENT_TYPES } from './document-formats';
import { sniffType } from './media';
import { looksLikeText } from './plain-text';
import * as texts from './texts';

const MB = 2 ** 20;

/** Of StepFun's parser (https://platform.stepfun.com/docs/zh/api-reference/files/create). */
const MAX_PARSED_BYTES = 64 * MB;
/** More than fits into any model: the largest takes about a million tokens. */
export const MAX_TEXT_BYTES = 10 * MB;

/** How many of a file's first bytes tell its format. */
export const DOCUMENT_HEAD_BYTES = 4096;

/** Such as `text/csv` of `text/csv; charset=gb2312`. */
const bareType = (type: string): string => type.split(';')[0]!.trim().toLowerCase();

/** What a file is, by its first bytes; names and MIME types only tell apart what has the same container. Undefined for no document. */
export function documentFormat(name: string, mimeType: string, head: Uint8Array): DocumentFormat | undefined {
	const start = Buffer.from(head).toString('latin1');
	const named = namedFormat(name, mimeType);
	const isText = looksLikeText(head);
	// Other bytes may stand before the mark of a PDF, and a text may be about it.
	const mark = start.slice(0, 1024).indexOf('%PDF-');
	if (mark === 0 || (mark > 0 && (named === 'pdf' || !isText))) return 'pdf';
	const old = named === 'pdf' ? undefined : (named?.slice(0, 3) as 'doc' | 'xls' | 'ppt' | undefined);
	if (start.startsWith('PK\x03\x04')) return zippedFormat(start) ?? (old && (`${old}x` as const));
	if (start.startsWith('\xd0\xcf\x11\xe0')) return old;
	return isText ? 'text' : undefined;
}

/** The names of an archive's first files stand in its first bytes. */
const zippedFormat = (start: string): DocumentFormat | undefined =>
	start.includes('word/') ? 'docx' : start.includes('xl/') ? 'xlsx' : start.includes('ppt/') ? 'pptx' : undefined;

function namedFormat(name: string, mimeType: string): DocumentFormat | undefined {
	const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
	const type = bareType(mimeType);
	const formats = (Object.keys(DOCUMENT_TYPES) as DocumentFormat[]).filter((format) => format !== 'text');
	return formats.find((format) => format === extension) ?? formats.find((format) => DOCUMENT_TYPES[format] === type);
}

/**
 * A file as a document.
 *
 * @param head Its first bytes: as many as `DOCUMENT_HEAD_BYTES`, where there are so many.
 * @throws StepfunError `invalid_input` for a file of another kind, and for one that is too large.
 */
export function documentFile({ name, label, file }: Omit<DocumentFile, 'format'>, head: Uint8Array): DocumentFile {
	const format = documentFormat(name, file.mimeType, head);
	if (!format) {
		throw invalidInput(texts.notADocument(label, sniffType(head) ?? (bareType(file.mimeType) || 'of an unknown type')));
	}
	const limit = format === 'text' ? MAX_TEXT_BYTES : MAX_PARSED_BYTES;
	if (file.size > limit)
		throw invalidInput(texts.documentTooLarge(label, sizeBeyond(file.size, limit), megabytes(limit)));
	const base = baseName(name);
	return {
		name: base === '' ? (format === 'text' ? 'document.txt' : `document.${format}`) : base,
		format,
		file,
		label,
	};
}

/**
 * A document from base64 or a data URL, which has no name.
 *
 * @throws StepfunError `invalid_input` for what is not base64, and as `documentFile` does.
 */
export function documentFromBase64(text: string, label: string): DocumentFile {
	const [, mimeType = '', data = ''] = /^\s*(?:data:([^,]*?)(?:;base64)?,)?([^]*)$/i.exec(text)!;
	const file = Attachment.fromBase64(mimeType, data, label);
	const head = Buffer.from(
		withoutBlanks(data.slice(0, 2 * DOCUMENT_HEAD_BYTES)).slice(0, DOCUMENT_HEAD_BYTES),
		'base64',
	);
	return documentFile({ name: '', label, file }, head);
}

/** Without the folders that some programs put before it. */
const baseName = (name: string): string =>
	name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).trim();

/** The name for StepFun's parser, which goes by its extension, and the bytes with the MIME type of the format. */
export function uploadOf({ name, format, file }: DocumentFile): { name: string; file: FileSource } {
	const isNamed = name.toLowerCase().endsWith(`.${format}`);
	return {
		name: isNamed ? name : `${name}.${format}`,
		file: { mimeType: DOCUMENT_TYPES[format], size: file.size, base64: () => file.base64(), bytes: () => file.bytes() },
	};
}

/** The charset that came with a file, such as that of `text/csv; charset=gb2312`. */
export const charsetOf = (mimeType: string): string | undefined => /;\s*charset="?([\w-]+)/i.exec(mimeType)?.[1];

/** A document's text between marks that it does not contain itself, with its name. */
export function documentBlock(name: string, text: string): string {
	let tag = 'document';
	for (let count = 2; text.includes(`</${tag}>`); count += 1) tag = `document-${count}`;
	const shown = name.replace(/[\s"<>]+/g, ' ').trim();
	return `<${tag} name="${shown}">\n${text.trim()}\n</${tag}>`;
}

const megabytes = (bytes: number): string => `${(bytes / MB).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;

/** Such as `64.1 MB`, and `67,108,865 bytes` where megabytes would look like the limit. */
const sizeBeyond = (bytes: number, limit: number): string =>
	megabytes(bytes) === megabytes(limit) ? `${bytes.toLocaleString('en')} bytes` : megabytes(bytes);
