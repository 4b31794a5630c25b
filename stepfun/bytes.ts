/** The first bytes of a stream: at least `enough`, where there are so many, and up to the end of the piece that brings them. */
export async function readBytes(stream: AsyncIterable<Uint8Array>, enough: number): Promise<Buffer> {
	const pieces: Uint8Array[] = [];
	let size = 0;
	for await (const piece of stream) {
		pieces.push(piece);
		size += piece.length;
		if (size >= enough) break;
	}
	return Buffer.concat(pieces);
}
