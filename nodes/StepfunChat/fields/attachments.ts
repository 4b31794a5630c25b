import type {
	IBinaryData,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { readBytes } from '../../../stepfun/client/http';
import { invalidInput } from '../../../stepfun/errors';
import { asRecord } from '../../../stepfun/json';
import { idsWhere } from '../../../stepfun/models';
import { Attachment, base64Length } from '../../../stepfun/request/attachment';
import {
	DOCUMENT_HEAD_BYTES,
	documentFile,
	documentFormat,
	documentFromBase64,
} from '../../../stepfun/request/document';
import { headBytes, mediaPart, mediaSource, mediaType, requireMediaType } from '../../../stepfun/request/media';
import type { JoiningParts } from '../../../stepfun/request/messages';
import type { DocumentFile, MediaKind, MediaSource } from '../../../stepfun/types';
import { present } from '../../shared/fields/present';
import * as texts from '../texts';

/** Shown in an attachment of a kind that the chosen model is not documented to accept. */
const unsupportedNotice = (kind: MediaKind, name: string, displayName: string): INodeProperties => ({
	displayName,
	name,
	type: 'notice',
	default: '',
	displayOptions: {
		show: {
			type: [kind],
			'/model': [{ _cnd: { regex: idsWhere(({ accepts }) => accepts?.includes(kind) === false) } }],
		},
	},
});

const sourceChoices = {
	binary: { name: 'Binary File(s)', value: 'binary', description: 'Files that came with the input item' },
	url: { name: 'URL', value: 'url', description: 'Images and video that StepFun downloads itself' },
	base64: { name: 'Base64', value: 'base64', description: 'The content as text' },
} satisfies Record<string, INodePropertyOptions>;

/** StepFun downloads images and video, but no audio; documents come from n8n. */
const sourceField = (kinds: AttachmentRow['type'][], options: INodePropertyOptions[]): INodeProperties => ({
	displayName: 'Source',
	name: 'source',
	type: 'options',
	options,
	default: 'binary',
	displayOptions: { show: { type: kinds } },
	description: 'Where the attachment comes from',
});

const attachmentFields: INodeProperties[] = [
	unsupportedNotice(
		'image',
		'textOnlyNotice',
		'According to StepFun, the chosen model does not accept images. Choose one that does, such as step-3.7-flash.',
	),
	unsupportedNotice(
		'video',
		'videoNotice',
		'According to StepFun, the chosen model does not accept video. Choose one that does, such as step-3.7-flash.',
	),
	unsupportedNotice(
		'audio',
		'audioNotice',
		'StepFun does not name audio among the inputs of the chosen model. For audio choose one such as stepaudio-2.5-chat.',
	),
	{
		displayName: 'Type',
		name: 'type',
		type: 'options',
		options: [
			{ name: 'Image', value: 'image', description: 'JPG, PNG, WebP or static GIF: up to 60, and 20 MB in total' },
			{ name: 'Video', value: 'video', description: 'MP4, MOV or MKV: up to 128 MB, ideally under 5 minutes' },
			{ name: 'Audio', value: 'audio', description: 'MP3 or WAV: up to 7.5 MB in total' },
			{
				name: 'Document',
				value: 'document',
				description:
					'PDF, Word, Excel or PowerPoint up to 64 MB, read by StepFun, and text such as TXT, MD, CSV, HTML, XML and JSON up to 10 MB: the model gets its text',
			},
		],
		default: 'image',
	},
	sourceField(['image', 'video'], [sourceChoices.binary, sourceChoices.url, sourceChoices.base64]),
	sourceField(['audio', 'document'], [sourceChoices.binary, sourceChoices.base64]),
	{
		displayName: 'Input Data Field Name(s)',
		name: 'binaryFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. data, attachment_*',
		hint: 'Empty: every file of this type. Separate several names with commas; * matches any text.',
		displayOptions: { show: { source: ['binary'] } },
		description:
			'The names of the input fields that contain the files. If it is empty, every file of this type is added, whatever its field is called, and there has to be one. A name with * adds those whose field name matches, if there are any.',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/photo.jpg',
		displayOptions: { show: { source: ['url'] } },
		description:
			'A public address, or stepfile:// followed by the ID of a file on StepFun. An expression can return a list of them.',
	},
	{
		displayName: 'Base64',
		name: 'base64',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.recording }}',
		displayOptions: { show: { source: ['base64'] } },
		description: 'The content of the file as base64, or as a data URL',
	},
	{
		displayName: 'Detail',
		name: 'detail',
		type: 'options',
		options: [
			{ name: 'Default', value: 'default', description: "The model's own default" },
			{ name: 'High', value: 'high', description: 'For small text and fine detail' },
			{ name: 'Low', value: 'low', description: 'About 400 tokens per image' },
		],
		default: 'default',
		displayOptions: { show: { type: ['image'] } },
		description: 'How closely the model looks at the image',
	},
	{
		displayName: 'Position',
		name: 'position',
		type: 'options',
		options: [
			{ name: 'After the Text', value: 'afterText', description: "As in StepFun's examples of the API" },
			{ name: 'Before the Text', value: 'beforeText', description: "As StepFun's guides to images and video advise" },
		],
		default: 'afterText',
		description:
			'Where the attachment stands in the message. Behind a text that stays the same, changing files leave it in the prompt cache, where it costs a fifth (from 256 tokens on).',
	},
];

export const attachmentsFields: INodeProperties[] = [
	{
		displayName: 'Attachments',
		name: 'attachments',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Attachment' },
		placeholder: 'Add Attachment',
		default: {},
		description:
			'Images, video, audio and documents that the model should see, hear or read. They are added to the last user message, after its text unless Position says otherwise.',
		options: [
			{
				displayName: 'Attachment',
				name: 'values',
				values: attachmentFields,
			},
		],
	},
];

interface AttachmentRow {
	type: MediaKind | 'document';
	source?: 'binary' | 'url' | 'base64';
	binaryFields?: unknown;
	url?: unknown;
	base64?: unknown;
	detail?: 'default' | 'low' | 'high';
	position?: 'afterText' | 'beforeText';
}

/**
 * The attachments in the order of the panel. Of binary files only the first bytes are read, and only where the type is in doubt.
 *
 * @throws StepfunError `invalid_input` for a missing file, an invalid address, and a file of another type.
 */
export async function readAttachments(context: IExecuteFunctions, itemIndex: number): Promise<JoiningParts> {
	const rows = context.getNodeParameter('attachments.values', itemIndex, []) as AttachmentRow[];
	const joining: JoiningParts = { before: [], after: [] };
	for (const [i, row] of rows.entries()) {
		const parts = row.position === 'beforeText' ? joining.before : joining.after;
		const detail = row.detail === 'low' || row.detail === 'high' ? row.detail : undefined;
		const place = `attachment ${i + 1}`;
		if (row.type === 'document') {
			const documents = await readSources(context, itemIndex, row, place, documentReader);
			parts.push(...documents.map((document) => ({ type: 'document' as const, document })));
		} else {
			const kind = row.type;
			const sources = await readSources(context, itemIndex, row, place, mediaReader(kind));
			parts.push(...sources.map((source) => mediaPart(kind, source, detail)));
		}
	}
	return joining;
}

/** How the files of one type are told from others, and what becomes of them. */
interface Reader<Source> {
	/** How many of a file's first bytes it takes to tell what it is. */
	headBytes(file: IBinaryData): number;
	/** Whether a file is of this type. */
	isOne(file: IBinaryData, head: Uint8Array): boolean;
	/** @throws StepfunError `invalid_input` for a file of another type. */
	fromFile(file: IBinaryData, head: Uint8Array, label: string, open: (mimeType: string) => Attachment): Source;
	fromText(text: string, label: string): Source;
}

const mediaReader = (kind: MediaKind): Reader<MediaSource> => ({
	headBytes: ({ mimeType }) => headBytes(kind, mimeType),
	isOne: ({ mimeType }, head) => mediaType(kind, mimeType, head) !== undefined,
	fromFile: ({ mimeType }, head, label, open) => open(requireMediaType(kind, mimeType, head, label)),
	fromText: (text, label) => mediaSource(kind, text, label),
});

const documentReader: Reader<DocumentFile> = {
	headBytes: () => DOCUMENT_HEAD_BYTES,
	isOne: ({ fileName = '', mimeType }, head) => documentFormat(fileName, mimeType, head) !== undefined,
	fromFile: ({ fileName: name = '', mimeType }, head, label, open) =>
		documentFile({ name, label, file: open(mimeType) }, head),
	fromText: documentFromBase64,
};

async function readSources<Source>(
	context: IExecuteFunctions,
	itemIndex: number,
	row: AttachmentRow,
	place: string,
	reader: Reader<Source>,
): Promise<Source[]> {
	const { source = 'binary' } = row;
	if (source === 'binary') {
		const label = `In Attachments, Input Data Field Name(s) of ${place}`;
		const names = 'binaryFields' in row ? list(present(row.binaryFields, label)) : [];
		return await readBinaries(context, itemIndex, reader, names, { place, type: row.type });
	}
	const [label, value] = source === 'url' ? ['URL', row.url] : ['Base64', row.base64];
	const sources = Array.isArray(value) ? (value as unknown[]) : [value];
	return sources.map((given) => {
		const text = present(given, `In Attachments, the ${label} of ${place}`);
		if (typeof text === 'string' && text.trim() !== '')
			return reader.fromText(text, `In Attachments, the ${label} of ${place}`);
		throw invalidInput(texts.attachmentEmpty(label, place));
	});
}

/** Names from a field with commas, or from an expression that returns a list. */
const list = (value: unknown): string[] =>
	(Array.isArray(value) ? value : String(value).split(','))
		.map((name) => String(name).trim())
		.filter((name) => name !== '');

/** @param names None for every file of the type. */
async function readBinaries<Source>(
	context: IExecuteFunctions,
	itemIndex: number,
	reader: Reader<Source>,
	names: string[],
	{ place, type }: { place: string; type: AttachmentRow['type'] },
): Promise<Source[]> {
	const item = context.getInputData()[itemIndex]!;
	const files = filesOf(item);
	const found: Source[] = [];
	for (const name of names.length > 0 ? names : ['*']) {
		if (name.includes('*')) {
			for (const [field, file] of Object.entries(files).filter(([field]) => matches(name, field))) {
				const head = await headOf(context, file, reader.headBytes(file));
				if (reader.isOne(file, head)) found.push(await sourceOf(context, reader, file, labelOf(field, place), head));
			}
		} else found.push(await sourceOf(context, reader, fileAt(item, files, name, place), labelOf(name, place)));
	}
	if (found.length > 0 || names.length > 0) return found;
	const [only, ...others] = Object.entries(files);
	if (only && others.length === 0) return [await sourceOf(context, reader, only[1], labelOf(only[0], place))];
	throw invalidInput(texts.noFileOfType(type, place, typesOf(files)));
}

const labelOf = (field: string, place: string): string => `In Attachments, the file "${field}" of ${place}`;

/** Where n8n's combined binary mode puts the files that a node gives out. */
const COMBINED = '_files';

/** The files of an item by the names of their fields; in n8n's combined binary mode they are among the JSON fields. */
const filesOf = ({ binary, json }: INodeExecutionData): Record<string, IBinaryData> => ({
	...filesIn(json),
	...filesIn(asRecord(json[COMBINED])),
	...binary,
});

const filesIn = (fields: Record<string, unknown> = {}): Record<string, IBinaryData> =>
	Object.fromEntries(Object.entries(fields).filter((field): field is [string, IBinaryData] => isFile(field[1])));

function isFile(value: unknown): value is IBinaryData {
	const fields = asRecord(value);
	return (
		typeof fields?.['mimeType'] === 'string' && (typeof fields['id'] === 'string' || typeof fields['data'] === 'string')
	);
}

/** Names can be paths where files are among the JSON fields. */
function fileAt(
	{ json }: INodeExecutionData,
	files: Record<string, IBinaryData>,
	name: string,
	place: string,
): IBinaryData {
	const file = Object.hasOwn(files, name)
		? files[name]
		: name.split('.').reduce<unknown>((value, key) => asRecord(value)?.[key], json);
	if (isFile(file)) return file;
	throw invalidInput(texts.noSuchFile(name, place, namesOf(files)));
}

const namesOf = (files: Record<string, IBinaryData>): string => Object.keys(files).slice(0, 10).join(', ') || 'none';

const typesOf = (files: Record<string, IBinaryData>): string =>
	Object.entries(files)
		.slice(0, 10)
		.map(([field, { mimeType }]) => `${field} (${mimeType || 'of an unknown type'})`)
		.join(', ') || 'none';

const matches = (pattern: string, field: string): boolean =>
	new RegExp(
		`^${pattern
			.split('*')
			.map((text) => text.replace(/[.?+^$|(){}[\]\\]/g, '\\$&'))
			.join('.*')}$`,
		's',
	).test(field);

/**
 * A file as n8n stores it: by id in a file system, a database or S3, or as base64 in the item. `head` is the part of it that has
 * already been read.
 */
async function sourceOf<Source>(
	context: IExecuteFunctions,
	reader: Reader<Source>,
	file: IBinaryData,
	label: string,
	head?: Uint8Array,
): Promise<Source> {
	const { id } = file;
	const size = id === undefined ? file.data.length : await sizeOf(context, id);
	if (size === 0) throw invalidInput(texts.fileGone(label));
	return reader.fromFile(file, head ?? (await headOf(context, file, reader.headBytes(file))), label, (mimeType) =>
		id === undefined
			? Attachment.fromBase64(mimeType, file.data, label)
			: Attachment.fromBytes(mimeType, size, async () => await context.helpers.getBinaryStream(id, CHUNK_BYTES)),
	);
}

/** In bytes; 0 also for a file that n8n has since deleted, as it does with those of old executions. */
const sizeOf = async (context: IExecuteFunctions, id: string): Promise<number> =>
	await context.helpers.getBinaryMetadata(id).then(
		({ fileSize }) => fileSize,
		() => 0,
	);

/**
 * Bytes that are read at a time: a multiple of three, so that each piece is base64 without padding, and so few that the text of a
 * piece is a small object for the collector of garbage, which frees it, and the bytes, soon: 192 KB take 100 MB of memory more.
 */
const CHUNK_BYTES = 3 * 16 * 1024;

/** So many of a file's first bytes, or all where it has fewer. */
async function headOf(context: IExecuteFunctions, { id, data }: IBinaryData, count: number): Promise<Uint8Array> {
	if (count === 0) return new Uint8Array(0);
	if (id === undefined) return Buffer.from(data.slice(0, base64Length(count)), 'base64').subarray(0, count);
	try {
		const stream: AsyncIterable<Uint8Array> = await context.helpers.getBinaryStream(id, CHUNK_BYTES);
		return (await readBytes(stream, count)).subarray(0, count);
	} catch {
		// A file that is gone has no size either, and that is told.
		return new Uint8Array(0);
	}
}
