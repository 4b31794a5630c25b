import type { RequestBody } from '../client/http';
import type { FileSource } from '../types';

/** A form with one file, as browsers send it (https://html.spec.whatwg.org/#multipart-form-data), of known length. */
export function multipartBody(
	fields: Readonly<Record<string, string>>,
	name: string,
	file: FileSource,
): { contentType: string; body: RequestBody } {
	// Random, so that no file can contain it.
	const boundary = `----stepfun-${crypto.randomUUID()}`;
	const before = Object.entries(fields)
		.map(
			([field, value]) =>
				`--${boundary}\r\ncontent-disposition: form-data; name="${escaped(field)}"\r\n\r\n${value}\r\n`,
		)
		.concat(
			`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${escaped(name)}"\r\n` +
				`content-type: ${file.mimeType}\r\n\r\n`,
		)
		.join('');
	const after = `\r\n--${boundary}--\r\n`;
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		body: {
			length: Buffer.byteLength(before) + file.size + Buffer.byteLength(after),
			async *chunks() {
				yield before;
				yield* file.bytes();
				yield after;
			},
		},
	};
}

/** Line breaks and quotes would end the header; everything else stands as UTF-8. */
const escaped = (name: string): string =>
	name.replace(/\r\n?|\n/g, (end) => encodeURIComponent(end)).replaceAll('"', '%22');
