import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** PEM texts of a certificate for localhost that signs itself, and the file to trust. */
export interface Certificate {
	key: string;
	cert: string;
	file: string;
}

/** @throws when there is no openssl */
export async function makeCertificate(folder: string): Promise<Certificate> {
	const file = path.join(folder, 'localhost.pem');
	const keyFile = path.join(folder, 'localhost.key');
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
	await promisify(execFile)('openssl', [
		'req',
		'-x509',
		'-newkey',
		'rsa:2048',
		'-nodes',
		'-days',
		'2',
		...names,
		'-keyout',
		keyFile,
		'-out',
		file,
	]);
	return { key: await readFile(keyFile, 'utf8'), cert: await readFile(file, 'utf8'), file };
}
