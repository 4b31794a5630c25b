import type { SoundFile, SpokenAnswer } from '../types';

/** A WAV file's header: RIFF, the 16 bytes of `fmt `, and the head of `data`. */
const HEADER_BYTES = 44;
/** What StepFun streams (https://platform.stepfun.com/docs/zh/guides/developer/audio-chat): 24 kHz, one channel, 16 bit. */
const [RATE, CHANNELS, SAMPLE_BYTES] = [24_000, 1, 2];

const FIRST_BYTES = 64 * 1024;

/**
 * The sound of an answer, decoded as it arrives and held once: its base64 is not kept, and the bytes stand behind room for a header.
 * Pieces may be cut anywhere, or each be base64 of its own with padding.
 */
export class Sound implements SpokenAnswer {
	#buffer = Buffer.alloc(0);
	#end = HEADER_BYTES;
	/** Characters that do not make up whole bytes yet. */
	#rest = '';

	/** In bytes. */
	get size(): number {
		return this.#end - HEADER_BYTES;
	}

	/** Returns how many bytes the piece has brought. */
	add(base64: string): number {
		const before = this.#end;
		const text = /\s/.test(base64) ? base64.replace(/\s+/g, '') : base64;
		for (const [piece] of text.matchAll(/[^=]+=*|=+/g)) {
			const whole = this.#rest + piece;
			// Padding ends a text; what belongs to the next one stands behind it.
			const length = whole.endsWith('=') ? whole.length : whole.length - (whole.length % 4);
			this.#write(whole.slice(0, length));
			this.#rest = whole.slice(length);
		}
		return this.#end - before;
	}

	/**
	 * The sound as a file that players know: a WAV file as it came, or what was streamed with a header put before it.
	 *
	 * @param format The one that was asked for, where the API is not the one to choose.
	 */
	file(format = 'wav'): SoundFile {
		this.#write(this.#rest);
		this.#rest = '';
		const bytes = this.#buffer.subarray(HEADER_BYTES, this.#end);
		if (bytes.toString('latin1', 0, 4) === 'RIFF') return { bytes: withSizes(bytes), ...WAV };
		if (format !== 'wav' && format !== 'pcm') return { bytes, ...fileType(format) };
		return { bytes: this.#withHeader(), ...WAV };
	}

	/** Guards against the sound ending up in an error, a log or an item's data. */
	toJSON(): string {
		return `[${this.size} bytes]`;
	}

	#write(base64: string): void {
		// As many as it stands for at most.
		const needed = this.#end + Math.ceil((base64.length / 4) * 3);
		if (needed > this.#buffer.length) {
			const larger = Buffer.alloc(Math.max(needed, 2 * this.#buffer.length, FIRST_BYTES));
			this.#buffer.copy(larger);
			this.#buffer = larger;
		}
		this.#end += this.#buffer.write(base64, this.#end, 'base64');
	}

	#withHeader(): Buffer {
		const size = this.size - (this.size % SAMPLE_BYTES);
		const file = this.#buffer.subarray(0, HEADER_BYTES + size);
		file.write('RIFF', 0, 'latin1');
		file.writeUInt32LE(HEADER_BYTES - 8 + size, 4);
		file.write('WAVEfmt ', 8, 'latin1');
		file.writeUInt32LE(16, 16);
		file.writeUInt16LE(1, 20);
		file.writeUInt16LE(CHANNELS, 22);
		file.writeUInt32LE(RATE, 24);
		file.writeUInt32LE(RATE * CHANNELS * SAMPLE_BYTES, 28);
		file.writeUInt16LE(CHANNELS * SAMPLE_BYTES, 32);
		file.writeUInt16LE(8 * SAMPLE_BYTES, 34);
		file.write('data', 36, 'latin1');
		file.writeUInt32LE(size, 40);
		return file;
	}
}

/** Players go by the sizes in the header. One that was written before its sound holds 0, or more than has come. */
function withSizes(file: Buffer): Buffer {
	const start = file.subarray(0, 4096).indexOf('data', 12, 'latin1') + 8;
	const size = file.length - start;
	if (start < 20 || size < 0) return file;
	const said = file.readUInt32LE(start - 4);
	if (said > 0 && said <= size) return file;
	file.writeUInt32LE(file.length - 8, 4);
	file.writeUInt32LE(size, start - 4);
	return file;
}

const WAV = { mimeType: 'audio/wav', extension: 'wav' };

const fileType = (format: string): Pick<SoundFile, 'mimeType' | 'extension'> => ({
	mimeType: `audio/${format === 'mp3' ? 'mpeg' : format}`,
	extension: format,
});
