// The limit: the same calls by undici's pooled client without n8n. Requests are sent as the StepFun Chat node sends them, and their
// streams are read by eventsource-parser and JSON.parse into the text: what cannot be left out, and nothing else.
import { createReadStream, statSync } from 'node:fs';
import { createParser } from 'eventsource-parser';
import { Agent } from 'undici';
import { startProbe, type Usage } from './probe';

export interface Calls {
	url: string;
	apiKey: string;
	count: number;
	atOnce: number;
	model: string;
	/** Sent as the base64 of a video, read while it is sent. */
	file?: string;
}

export interface Result extends Usage {
	wallMs: number;
	/** When the first content was read: ms since 1970. */
	firstContentAt: number;
	characters: number;
}

const probe = startProbe();

async function run({ url, apiKey, count, atOnce, model, file }: Calls): Promise<Result> {
	const agent = new Agent({ connections: atOnce, headersTimeout: 0, bodyTimeout: 0 });
	const { origin, pathname } = new URL(`${url}/chat/completions`);
	let firstContentAt = 0;
	let characters = 0;
	const call = async (index: number): Promise<void> => {
		const { length, body } = requestBody(model, `Item ${index}`, file);
		const response = await agent.request({
			origin,
			path: pathname,
			method: 'POST',
			headers: {
				authorization: `Bearer ${apiKey}`,
				'content-type': 'application/json',
				'content-length': String(length),
			},
			body: body as unknown as Buffer,
		});
		if (response.statusCode !== 200)
			throw new Error(`The API answered ${response.statusCode}: ${await response.body.text()}`);
		let text = '';
		const parser = createParser({
			onEvent({ data }) {
				if (data === '[DONE]') return;
				text += (JSON.parse(data) as { choices: Array<{ delta: { content: string } }> }).choices[0]!.delta.content;
				if (text !== '') firstContentAt ||= Date.now();
			},
		});
		const decoder = new TextDecoder();
		for await (const bytes of response.body) parser.feed(decoder.decode(bytes as Buffer, { stream: true }));
		characters += text.length;
	};
	probe.begin();
	const started = performance.now();
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < count) await call(next++);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
	const wallMs = performance.now() - started;
	const usage = probe.end();
	await agent.close();
	return { ...usage, wallMs, firstContentAt, characters };
}

function requestBody(
	model: string,
	prompt: string,
	file: string | undefined,
): { length: number; body: string | AsyncIterable<string> } {
	const content = file
		? [
				{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,FILE' } },
				{ type: 'text', text: prompt },
			]
		: prompt;
	const json = JSON.stringify({ model, messages: [{ role: 'user', content }], stream: true });
	if (!file) return { length: Buffer.byteLength(json), body: json };
	const [before = '', after = ''] = json.split('FILE');
	async function* pieces() {
		yield before;
		for await (const bytes of createReadStream(file!, { highWaterMark: 3 * 64 * 1024 }))
			yield (bytes as Buffer).toString('base64');
		yield after;
	}
	return { length: before.length + after.length + 4 * Math.ceil(statSync(file).size / 3), body: pieces() };
}

process.on('message', ({ id, ...calls }: Calls & { id: number }) => {
	run(calls).then(
		(result) => process.send!({ id, result }),
		(error: Error) => {
			console.error(error);
			process.exit(1);
		},
	);
});
process.on('disconnect', () => process.exit());
process.send!({ id: 0, result: undefined });
