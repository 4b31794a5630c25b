import { rmSync } from 'node:fs';

export default async function teardown() {
	if (!globalThis.queueUnderTest) return;
	const { queue, folder } = globalThis.queueUnderTest;
	await queue.stop();
	rmSync(folder, { recursive: true, force: true });
}
