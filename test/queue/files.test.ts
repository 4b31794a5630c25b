import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { N8nProcess } from '../../host/n8n';
import { startWebhookProcess, startWorker } from '../../host/queue';
import { mp4 } from '../media-files';
import { postToWebhook, setStage } from '../e2e/harness';
import { publish } from '../e2e/workflows';
import { behindWebhook, chatNode, formWith, queueUnderTest, videos } from './queue';

const stage = setStage('Queue: files');
const { settings, webhookUrl } = queueUnderTest();
const MB = 1_000_000;

beforeAll(async () => {
	for (const [path, options] of [
		['files', {}],
		['uploads', { uploadLargeFiles: true }],
	] as const) {
		const describeIt = chatNode('What is this?', { ...videos, options });
		await publish(stage.n8n, behindWebhook(path, describeIt), stage.credential);
	}
});

/** Sends a file as a form does, to the process of n8n that stores it for the worker. @returns its SHA-256 */
async function send(url: string, file: Buffer): Promise<string> {
	const response = await postToWebhook(url, { body: formWith(file) });
	expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 });
	return createHash('sha256').update(file).digest('hex');
}

async function expectWhole(url: string, size: number) {
	const file = mp4(size);
	const sha256 = await send(`${url}/webhook/files`, file);
	expect(stage.stepfun.requests).toHaveLength(1);
	expect(JSON.stringify(stage.stepfun.requests[0]!.body)).toContain(
		`data:video/mp4;base64,{bytes:${file.length},sha256:${sha256}}`,
	);
}

test.each([
	['15 MB through main', () => stage.n8n.url, 15 * MB],
	['96 MB through main', () => stage.n8n.url, 96 * MB],
	['96 MB through the webhook process', () => webhookUrl, 96 * MB],
])('database: %s reach StepFun from a worker whole', async (_, url, size) => {
	await expectWhole(url(), size);
});

test('database: 96 MB that are sent by upload are stored on StepFun whole, and deleted by the worker', async () => {
	const sha256 = await send(`${webhookUrl}/webhook/uploads`, mp4(96 * MB));
	const { requests, files } = stage.stepfun;
	expect(requests.map(({ method, url }) => `${method} ${url.replace(/file-.*/, 'ID')}`)).toEqual([
		'POST /v1/files',
		'POST /v1/chat/completions',
		'DELETE /v1/files/ID',
	]);
	expect(requests[0]!.upload?.file?.sha256).toBe(sha256);
	expect(JSON.stringify(requests[1]!.body)).toContain('stepfile://');
	expect(files).toEqual([]);
});

test('filesystem, in a folder that all processes share: 96 MB reach StepFun from a worker whole', async () => {
	const process = await startWebhookProcess(settings, 'webhook-filesystem', {
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
	});
	try {
		await expectWhole(process.url, 96 * MB);
	} finally {
		await process.stop();
	}
});

test('s3: n8n does not start without a licence for it', async () => {
	const started = startWorker(settings, 'worker-s3', { env: { N8N_DEFAULT_BINARY_DATA_MODE: 's3' } });
	await started.then((worker: N8nProcess) => worker.stop()).catch(() => {});
	await expect(started).rejects.toThrow('ended before it was ready');
	expect(readFileSync(path.join(settings.folder, 'worker-s3/n8n.log'), 'utf8')).toContain(
		'S3 binary data storage requires a valid license',
	);
});
