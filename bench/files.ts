import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** Writes a file of random bytes behind a beginning that tells its type. @returns its path */
export async function makeFile(file: string, megabytes: number, beginning = ''): Promise<string> {
	const stream = createWriteStream(file);
	stream.write(beginning);
	for (let left = Math.round(megabytes * 2 ** 20) - beginning.length; left > 0; left -= 2 ** 20) {
		if (!stream.write(randomBytes(Math.min(left, 2 ** 20)))) await once(stream, 'drain');
	}
	stream.end();
	await once(stream, 'finish');
	return file;
}
