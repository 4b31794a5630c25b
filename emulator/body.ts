import { createHash } from 'node:crypto';
import { Base64Digest, dataUrlHead, describeDigest } from './data-url';

const quoteByte = 0x22;
const backslashByte = 0x5c;
/** From this length (bytes) on, the base64 of a data URL is hashed as it passes instead of being kept. */
const longString = 64 * 1024;
/** How much of the raw body is kept, in bytes. */
const rawLimit = 1024 * 1024;

/**
 * Takes a JSON body as it arrives and keeps its text with the base64 of long data URLs replaced by length and
 * hash, so that a body of 180 MB costs no more memory than its other fields.
 */
export class BodyReader {
	private readonly hash = createHash('sha256');
	private readonly raw: Buffer[] = [];
	private readonly kept: Buffer[] = [];
	private state: 'outside' | 'string' | 'long string' | 'data' = 'outside';
	private string: Buffer[] = [];
	private stringBytes = 0;
	private backslashes = 0;
	private digest = new Base64Digest();
	/** Bytes taken so far. */
	bytes = 0;

	/** Takes note of bytes that are no JSON. */
	count(chunk: Buffer): void {
		this.hash.update(chunk);
		if (this.bytes < rawLimit) this.raw.push(chunk.subarray(0, rawLimit - this.bytes));
		this.bytes += chunk.length;
	}

	push(chunk: Buffer): void {
		this.count(chunk);
		let position = 0;
		while (position < chunk.length) {
			const quote = this.nextQuote(chunk, position);
			const end = quote === -1 ? chunk.length : quote;
			this.take(chunk.subarray(position, end));
			if (quote === -1) return;
			this.turn(chunk.subarray(quote, quote + 1));
			position = quote + 1;
		}
	}

	end(): { rawBody: Buffer; bodyBytes: number; bodySha256: string; text: string } {
		return {
			rawBody: Buffer.concat(this.raw),
			bodyBytes: this.bytes,
			bodySha256: this.hash.digest('hex'),
			text: Buffer.concat([...this.kept, ...this.string]).toString('utf8'),
		};
	}

	/** Position of the next quote that opens or closes a string, or -1. */
	private nextQuote(chunk: Buffer, from: number): number {
		if (this.state === 'outside') return chunk.indexOf(quoteByte, from);
		for (let start = from; ;) {
			const quote = chunk.indexOf(quoteByte, start);
			const end = quote === -1 ? chunk.length : quote;
			let run = 0;
			while (end - run > start && chunk[end - run - 1] === backslashByte) run++;
			this.backslashes = run === end - start ? this.backslashes + run : run;
			if (quote === -1 || this.backslashes % 2 === 0) return quote;
			this.backslashes = 0;
			start = quote + 1;
		}
	}

	private take(part: Buffer): void {
		if (this.state === 'data') this.digest.push(unescaped(part));
		else if (this.state !== 'string') this.kept.push(part);
		else {
			this.string.push(part);
			this.stringBytes += part.length;
			if (this.stringBytes > longString) this.decideLongString();
		}
	}

	private decideLongString(): void {
		const text = Buffer.concat(this.string);
		this.string = [];
		const isDataUrl = dataUrlHead.test(text.toString('latin1', 0, 256));
		this.state = isDataUrl ? 'data' : 'long string';
		if (!isDataUrl) {
			this.kept.push(text);
			return;
		}
		const start = text.indexOf(';base64,') + ';base64,'.length;
		this.kept.push(text.subarray(0, start));
		this.digest = new Base64Digest();
		this.digest.push(unescaped(text.subarray(start)));
	}

	private turn(quote: Buffer): void {
		if (this.state === 'outside') {
			this.state = 'string';
			this.stringBytes = 0;
			this.backslashes = 0;
		} else {
			if (this.state === 'data') this.kept.push(Buffer.from(describeDigest(this.digest.end())));
			else this.kept.push(...this.string);
			this.string = [];
			this.state = 'outside';
		}
		this.kept.push(quote);
	}
}

/** Base64 as JSON text may hold `\/` for `/`. */
const unescaped = (part: Buffer): string => part.toString('latin1').replaceAll('\\', '');
