import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installHost } from '../../host/install';
import { type N8nQueue, startQueue } from '../../host/queue';
import type { QueueUnderTest } from './queue';

declare global {
	// Jest gives setup and teardown the same globals, and the tests others; those learn what they need from the environment.
	var queueUnderTest: { queue: N8nQueue; folder: string } | undefined;
}

/** Starts the one n8n of the run, with the packed tarball in all its processes. */
export default async function setup() {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-stepfun-queue-'));
	const queue = await startQueue({
		host: await installHost(),
		folder,
		packageDirectory: path.join(__dirname, '../../build/package'),
		env: {
			// n8n notices a dead worker after its lock has run out; with its defaults that takes 60 to 90 s.
			QUEUE_WORKER_LOCK_DURATION: '20000',
			QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
			QUEUE_WORKER_STALLED_INTERVAL: '5000',
			// A folder that all processes reach, as with a volume that containers share.
			N8N_BINARY_DATA_STORAGE_PATH: path.join(folder, 'files'),
		},
	});
	globalThis.queueUnderTest = { queue, folder };
	const { settings, servers, main, webhook, workers } = queue;
	const told: QueueUnderTest = {
		settings,
		redis: servers.redis,
		postgres: servers.postgres,
		webhookUrl: webhook.url,
		workerLogs: workers.map(({ logFile }) => logFile),
	};
	process.env.E2E_N8N_URL = main.url;
	process.env.E2E_QUEUE = JSON.stringify(told);
}
