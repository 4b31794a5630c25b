import { request } from 'undici';
import type { Emulator } from '../../emulator';

// What an answer holds is the matter of each test; its type is not.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
	json: Json;
}

export async function send(
	emulator: Emulator,
	body: unknown,
	{ path = '/v1/chat/completions', key = 'sk-emulator', method = 'POST' } = {},
): Promise<Answer> {
	const response = await request(`${emulator.origin}${path}`, {
		method,
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
		body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
	});
	const text = await response.body.text();
	const isJson = String(response.headers['content-type']).includes('json');
	return {
		status: response.statusCode,
		headers: response.headers,
		text,
		json: isJson ? JSON.parse(text) : undefined,
	};
}

/** Puts a file up in a form that Node's own client writes. */
export async function upload(
	emulator: Emulator,
	fields: Record<string, string>,
	{ name, content, type = 'application/octet-stream' }: { name: string; content: Buffer; type?: string },
): Promise<Answer> {
	const form = new FormData();
	for (const [field, value] of Object.entries(fields)) form.append(field, value);
	form.append('file', new Blob([new Uint8Array(content)], { type }), name);
	const response = await fetch(`${emulator.url}/files`, {
		method: 'POST',
		headers: { authorization: 'Bearer sk-emulator' },
		body: form,
	});
	const text = await response.text();
	return {
		status: response.status,
		headers: Object.fromEntries(response.headers),
		text,
		json: JSON.parse(text) as Json,
	};
}

export const ask = (content: unknown, more: object = {}) => ({
	model: 'step-3.7-flash',
	messages: [{ role: 'user', content }],
	...more,
});

/** The chunks of an SSE text, `[DONE]` left out. */
export const chunksOf = (text: string): Json[] =>
	text
		.split(/\r?\n/)
		.filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
		.map((line) => JSON.parse(line.slice('data: '.length)));

export const joinDeltas = (chunks: Json[], field: string, index = 0): string =>
	chunks
		.flatMap((chunk) => chunk.choices)
		.filter((choice) => choice.index === index)
		.map((choice) => choice.delta[field] ?? '')
		.join('');
