import type { Clock } from './clock';
import { ApiError, invalid, refuse } from './errors';
import type { Upload } from './multipart';

const MB = 1024 * 1024;

/** What is taken for each purpose (page files/create): extensions, and bytes of a file. */
const purposes: Readonly<Record<string, { extensions: string[]; bytes: number }>> = {
	'file-extract': {
		extensions: ['txt', 'md', 'pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'csv', 'html', 'htm', 'xml'],
		bytes: 64 * MB,
	},
	storage: { extensions: ['mp4', 'jpg', 'jpeg', 'png', 'webp', 'gif', 'mp3', 'wav'], bytes: 128 * MB },
};

export interface FilesSettings {
	/**
	 * The status of a file: the first in the answer to its upload, the next each time it is asked for, the last from then on. The
	 * pages contradict each other; this is what both of them say together.
	 */
	fileStatuses?: string[];
	/** What the parser reads; without it, text that the file holds in the open, and its name, length and hash. */
	fileText?: string;
	/** How many files an account may have; default 1000. */
	fileLimit?: number;
}

/** A file that an account has. */
export interface KeptFile {
	id: string;
	purpose: string;
	name: string;
	contentType: string;
	bytes: number;
	/** In hex. */
	sha256: string;
	/** Its first megabyte. */
	head: Buffer;
	createdAt: number;
	/** How often it was asked for. */
	asked: number;
}

const defaultStatuses = ['processed', 'processing', 'success'];

/** The files of an account. */
export class Files {
	private readonly files = new Map<string, KeptFile>();
	private count = 0;

	constructor(private readonly clock: Clock) {}

	get all(): KeptFile[] {
		return [...this.files.values()];
	}

	find(id: string): KeptFile | undefined {
		return this.files.get(id);
	}

	/** @throws ApiError for what the API does not take. */
	add(upload: Upload | undefined, settings: FilesSettings): object {
		const purpose = upload?.fields['purpose'] ?? '';
		const file = upload?.file;
		if (!upload?.valid || !file) throw refuse('request body is not a valid multipart form with a file');
		const taken = Object.hasOwn(purposes, purpose) ? purposes[purpose] : undefined;
		if (!taken) throw invalid('purpose', Object.keys(purposes).join(' or '));
		const extension = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
		if (!taken.extensions.includes(extension)) throw refuse(`file type not supported: ${extension}`);
		if (file.bytes === 0) throw refuse('file is empty');
		if (file.bytes > taken.bytes) throw refuse(`file size exceeds ${taken.bytes / MB}MB`);
		const limit = settings.fileLimit ?? 1000;
		if (this.files.size >= limit) throw refuse(`file count exceeds ${limit}`);
		this.count += 1;
		const kept: KeptFile = {
			...file,
			id: `file-${this.count.toString(36).padStart(10, 'E')}`,
			purpose,
			createdAt: Math.floor(this.clock.now() / 1000),
			asked: 0,
		};
		this.files.set(kept.id, kept);
		return described(kept, settings);
	}

	retrieve(id: string, settings: FilesSettings): object {
		const file = this.require(id);
		file.asked += 1;
		return described(file, settings);
	}

	list(purpose: string | undefined, settings: FilesSettings): object {
		const files = this.all.filter((file) => purpose === undefined || file.purpose === purpose);
		return { object: 'list', data: files.map((file) => described(file, settings)) };
	}

	content(id: string, { fileText }: FilesSettings): string {
		const file = this.require(id);
		if (file.purpose !== 'file-extract') throw refuse('only files with the purpose file-extract have content');
		return fileText ?? textOf(file);
	}

	remove(id: string): object {
		this.require(id);
		this.files.delete(id);
		return { id, object: 'file', deleted: true };
	}

	private require(id: string): KeptFile {
		const file = this.files.get(id);
		if (!file) throw new ApiError(404, `file ${id} not found`, 'not_found');
		return file;
	}
}

const described = (
	{ id, bytes, createdAt, name, purpose, asked }: KeptFile,
	{ fileStatuses = defaultStatuses }: FilesSettings,
): object => ({
	id,
	object: 'file',
	bytes,
	created_at: createdAt,
	filename: name,
	purpose,
	// What is only stored is there at once.
	status: purpose === 'storage' ? 'success' : fileStatuses[Math.min(asked, fileStatuses.length - 1)],
});

/** The strings that an uncompressed PDF shows, the whole of a text, and else what can be said of the file. */
function textOf({ name, bytes, sha256, head }: KeptFile): string {
	const shown = [...head.toString('latin1').matchAll(/\(((?:[^()\\]|\\.)*)\)\s*Tj/g)].map((match) => match[1]!);
	const about = `The emulator's parser read ${name}: ${bytes} bytes, sha256 ${sha256}.`;
	return [...(/\.(?:txt|md|csv|html?|xml)$/i.test(name) ? [head.toString('utf8')] : shown), about].join('\n');
}
