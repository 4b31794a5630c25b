import { createHash } from 'node:crypto';

/** Length in bytes and SHA-256 (hex) of a decoded file. */
export interface Digest {
	bytes: number;
	sha256: string;
}

export interface DataUrl extends Partial<Digest> {
	mime: string;
	/** The base64 is whole and padded; bytes and sha256 are there only then. */
	valid: boolean;
}

/** Decodes base64 slice by slice, keeping nothing but the hash. */
export class Base64Digest {
	private readonly hash = createHash('sha256');
	private bytes = 0;
	private carry = '';
	private valid = true;
	private padded = false;

	push(text: string): void {
		const slice = this.carry + text;
		const whole = slice.length - (slice.length % 4);
		this.carry = slice.slice(whole);
		if (whole > 0) this.decode(slice.slice(0, whole));
	}

	end(): Digest | undefined {
		if (!this.valid || this.carry !== '' || this.bytes === 0) return undefined;
		return { bytes: this.bytes, sha256: this.hash.digest('hex') };
	}

	private decode(quads: string): void {
		const padding = quads.endsWith('==') ? 2 : quads.endsWith('=') ? 1 : 0;
		const decoded = Buffer.from(quads, 'base64');
		// Node skips what is not base64 and takes base64url: a shorter result and [-_] tell the two.
		if (this.padded || decoded.length !== (quads.length / 4) * 3 - padding || /[-_]/.test(quads)) {
			this.valid = false;
		}
		this.padded = padding > 0;
		this.bytes += decoded.length;
		this.hash.update(decoded);
	}
}

export const dataUrlHead = /^data:([^,"]{0,200});base64,/;
const described = /^\{bytes:(\d+),sha256:([0-9a-f]{64})\}$/;

/** The text that stands for long base64 in a recorded body; `parseDataUrl` reads it back. */
export const describeDigest = (digest: Digest | undefined): string =>
	digest ? `{bytes:${digest.bytes},sha256:${digest.sha256}}` : '{invalid base64}';

/** Reads `data:<mime>[;…];base64,<base64 or description>`; undefined when the text is no such URL. */
export function parseDataUrl(url: string): DataUrl | undefined {
	const head = dataUrlHead.exec(url);
	if (!head) return undefined;
	const mime = head[1]!.split(';')[0]!.toLowerCase();
	const rest = url.slice(head[0].length);
	const known = described.exec(rest);
	if (known) return { mime, valid: true, bytes: Number(known[1]), sha256: known[2]! };
	const digest = new Base64Digest();
	digest.push(rest);
	const result = digest.end();
	return { mime, valid: result !== undefined, ...result };
}
