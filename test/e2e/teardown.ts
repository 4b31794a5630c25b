import { rmSync } from 'node:fs';

export default async function teardown() {
	if (!globalThis.n8nUnderTest) return;
	const { n8n, userFolder } = globalThis.n8nUnderTest;
	await n8n.stop();
	rmSync(userFolder, { recursive: true, force: true });
}
