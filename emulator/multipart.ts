import { createHash } from 'node:crypto';

/** A form with one file as it was received. */
export interface Upload {
	/** The form's fields but the file, by name. */
	fields: Record<string, string>;
	file?: {
		/** As it stood in the header. */
		name: string;
		contentType: string;
		bytes: number;
		/** In hex. */
		sha256: string;
		/** Its first megabyte. */
		head: Buffer;
	};
	/** Whether the form was whole, and as the standard writes it. */
	valid: boolean;
}

const headLimit = 1024 * 1024;

/** Takes a multipart/form-data body as it arrives (RFC 7578), and keeps of its file only length, hash and beginning. */
export class MultipartReader {
	private readonly delimiter: Buffer;
	/** Starts with a line break, so that the first delimiter is like the others. */
	private rest: Buffer = Buffer.from('\r\n');
	private part:
		{ name: string; file?: Omit<NonNullable<Upload['file']>, 'sha256' | 'head'>; kept: Buffer[] } | undefined;
	private hash = createHash('sha256');
	private keptBytes = 0;
	private state: 'preamble' | 'header' | 'content' | 'end' = 'preamble';
	private readonly upload: Upload = { fields: {}, valid: true };

	constructor(boundary: string) {
		this.delimiter = Buffer.from(`\r\n--${boundary}`);
	}

	push(chunk: Buffer): void {
		this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
		while (this.step());
	}

	end(): Upload {
		if (this.state !== 'end') this.upload.valid = false;
		return this.upload;
	}

	/** Returns whether there may be more to do with what is there. */
	private step(): boolean {
		switch (this.state) {
			case 'end':
				return false;
			case 'header': {
				const end = this.rest.indexOf('\r\n\r\n');
				if (end === -1) return false;
				this.open(this.rest.toString('utf8', 0, end));
				this.rest = this.rest.subarray(end + 4);
				this.state = 'content';
				return true;
			}
			default: {
				const found = this.rest.indexOf(this.delimiter);
				if (found === -1) {
					// A delimiter may have begun at the end.
					const whole = Math.max(0, this.rest.length - this.delimiter.length);
					this.take(this.rest.subarray(0, whole));
					this.rest = this.rest.subarray(whole);
					return false;
				}
				const after = found + this.delimiter.length;
				if (this.rest.length < after + 2) return false;
				this.take(this.rest.subarray(0, found));
				this.close();
				const mark = this.rest.toString('latin1', after, after + 2);
				this.rest = this.rest.subarray(after + 2);
				this.state = mark === '--' ? 'end' : 'header';
				if (mark !== '--' && mark !== '\r\n') this.upload.valid = false;
				return true;
			}
		}
	}

	private open(header: string): void {
		const lines = header.split('\r\n');
		const disposition = lines.find((line) => /^content-disposition:/i.test(line)) ?? '';
		const name = /\bname="([^"]*)"/.exec(disposition)?.[1];
		const fileName = /\bfilename="([^"]*)"/.exec(disposition)?.[1];
		const contentType = /^content-type:\s*(.*)$/im.exec(header)?.[1] ?? 'text/plain';
		if (name === undefined || lines.length > 3) this.upload.valid = false;
		this.part = {
			name: name ?? '',
			...(fileName !== undefined && { file: { name: unescaped(fileName), contentType, bytes: 0 } }),
			kept: [],
		};
		this.hash = createHash('sha256');
		this.keptBytes = 0;
	}

	private take(bytes: Buffer): void {
		if (!this.part) return;
		if (this.part.file) {
			this.part.file.bytes += bytes.length;
			this.hash.update(bytes);
		}
		if (this.keptBytes < headLimit) this.part.kept.push(Buffer.from(bytes.subarray(0, headLimit - this.keptBytes)));
		this.keptBytes += bytes.length;
	}

	private close(): void {
		if (!this.part) return;
		const { name, file, kept } = this.part;
		const head = Buffer.concat(kept);
		if (file) this.upload.file = { ...file, sha256: this.hash.digest('hex'), head };
		else this.upload.fields[name] = head.toString('utf8');
		this.part = undefined;
	}
}

/** As browsers write names: https://html.spec.whatwg.org/#multipart-form-data */
const unescaped = (name: string): string => name.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
