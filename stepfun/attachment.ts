/**
 * Bytes that travel inside a request as a data URL and are read only while they are being sent.
 * `open` starts from the first byte every time it is called, so that a retry can send them again.
 */
export class Attachment {
	constructor(
		/** Such as `image/png`. */
		readonly mimeType: string,
		/** Exact size in bytes, before base64. */
		readonly size: number,
		readonly open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
	) {}

	/** Guards against a copy of the file ending up in an error, a log or a JSON body by accident. */
	toJSON(): string {
		return `[${this.mimeType}, ${this.size} bytes]`;
	}
}
