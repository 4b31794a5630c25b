import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installHost } from '../../host/install';
import { type N8n, startN8n } from '../../host/n8n';

declare global {
	// Jest gives setup and teardown the same globals, and the tests others; those learn the address from the environment.
	var n8nUnderTest: { n8n: N8n; userFolder: string } | undefined;
}

/** Starts the one n8n server of the run, with the packed tarball in it. */
export default async function setup() {
	const userFolder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-stepfun-e2e-'));
	const n8n = await startN8n({
		host: await installHost(),
		userFolder,
		packageDirectory: path.join(__dirname, '../../build/package'),
	});
	globalThis.n8nUnderTest = { n8n, userFolder };
	process.env.E2E_N8N_URL = n8n.url;
}
