const BLOCK_BYTES = 2 ** 20;

/**
 * Tells files apart by their bytes: the SHA-256 of the SHA-256 of each megabyte, as Web Crypto, which is all that a community node
 * may use, hashes nothing in pieces.
 */
export async function fingerprint(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string> {
	const digests: Uint8Array[] = [];
	const block = new Uint8Array(BLOCK_BYTES);
	let filled = 0;
	for await (const piece of pieces) {
		for (let at = 0; at < piece.length;) {
			const part = piece.subarray(at, at + BLOCK_BYTES - filled);
			block.set(part, filled);
			filled += part.length;
			at += part.length;
			if (filled < BLOCK_BYTES) continue;
			digests.push(await sha256(block));
			filled = 0;
		}
	}
	digests.push(await sha256(block.subarray(0, filled)));
	return Buffer.from(await sha256(Buffer.concat(digests))).toString('hex');
}

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
	new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
