import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { ApiError } from './errors';

/** A piece of a body: bytes that are written at once, or a pause. */
export type Piece = Buffer | { waitMs: number };

/** An answer before it is sent. */
export interface Reply {
	status: number;
	headers: Record<string, string>;
	body: Piece[];
}

/** What happens on the connection, in order. Without `reset` or `stall` the answer ends after the last step. */
export type Step = Piece | 'headers' | 'reset' | { stall: true; pingMs?: number };

export const textReply = (status: number, contentType: string, body: string | Buffer): Reply => {
	const bytes = typeof body === 'string' ? Buffer.from(body) : body;
	return {
		status,
		headers: { 'Content-Type': contentType, 'Content-Length': String(bytes.length) },
		body: bytes.length > 0 ? [bytes] : [],
	};
};

export const jsonReply = (value: unknown): Reply => textReply(200, 'application/json', JSON.stringify(value));

export const errorReply = (error: ApiError): Reply => textReply(error.status, 'application/json', error.body());

export const streamReply = (body: Piece[], contentType = 'text/event-stream'): Reply => ({
	status: 200,
	headers: { 'Content-Type': contentType, 'Cache-Control': 'no-cache' },
	body,
});

/** Plays the steps on the connection, waiting whenever the client reads more slowly; stops when it goes away. */
export async function deliver(response: ServerResponse, reply: Reply, steps: Step[]): Promise<void> {
	const gone = new AbortController();
	response.once('close', () => gone.abort());
	if (response.destroyed) return;
	try {
		for (const step of steps) {
			if (await play(response, reply, step, gone.signal)) return;
		}
		response.end();
	} catch (error) {
		if (!gone.signal.aborted) throw error;
	}
}

/** Returns true when the connection was cut. */
async function play(response: ServerResponse, reply: Reply, step: Step, signal: AbortSignal): Promise<boolean> {
	signal.throwIfAborted();
	if (step === 'headers') {
		response.writeHead(reply.status, reply.headers);
		response.flushHeaders();
	} else if (step === 'reset') {
		await flushed(response, signal);
		response.destroy();
		return true;
	} else if (Buffer.isBuffer(step)) {
		if (!response.write(step)) await once(response, 'drain', { signal });
		// A turn of the event loop between writes keeps them apart on the wire.
		else await nextTurn();
	} else if ('waitMs' in step) {
		await wait(step.waitMs, undefined, { signal });
	} else {
		await stall(response, step.pingMs, signal);
	}
	return false;
}

/** Destroying a socket drops what it has not yet handed to the network. */
async function flushed(response: ServerResponse, signal: AbortSignal): Promise<void> {
	while (response.writableLength > 0) {
		signal.throwIfAborted();
		await nextTurn();
	}
}

/** Holds the connection until the client leaves; with pings an SSE comment goes out every so many milliseconds. */
async function stall(response: ServerResponse, pingMs: number | undefined, signal: AbortSignal): Promise<void> {
	for (;;) {
		await wait(pingMs ?? 60_000, undefined, { signal });
		if (pingMs !== undefined) response.write(': ping\n\n');
	}
}
