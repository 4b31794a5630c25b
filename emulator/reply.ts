import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Clock } from './clock';
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

export const jsonReply = (value: unknown, contentType: string): Reply =>
	textReply(200, contentType, JSON.stringify(value));

export const errorReply = (error: ApiError): Reply => textReply(error.status, 'application/json', error.body());

export const streamReply = (body: Piece[], contentType = 'text/event-stream'): Reply => ({
	status: 200,
	headers: { 'Content-Type': contentType, 'Cache-Control': 'no-cache' },
	body,
});

/** Plays the steps on the connection, waiting whenever the client reads more slowly; stops when it goes away. */
export async function deliver(response: ServerResponse, reply: Reply, steps: Step[], clock: Clock): Promise<void> {
	const gone = new AbortController();
	response.once('close', () => gone.abort());
	if (response.destroyed) return;
	try {
		for (const step of steps) {
			if (await play(step, { response, reply, clock, signal: gone.signal })) return;
		}
		response.end();
	} catch (error) {
		if (!gone.signal.aborted) throw error;
	}
}

/** An answer on its way. */
interface Delivery {
	response: ServerResponse;
	reply: Reply;
	clock: Clock;
	/** Aborted when the client goes away. */
	signal: AbortSignal;
}

/** Returns true when the connection was cut. */
async function play(step: Step, delivery: Delivery): Promise<boolean> {
	const { response, reply, clock, signal } = delivery;
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
		await clock.sleep(step.waitMs, signal);
	} else {
		await stall(delivery, step.pingMs);
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
async function stall({ response, clock, signal }: Delivery, pingMs: number | undefined): Promise<void> {
	for (;;) {
		await clock.sleep(pingMs ?? 60_000, signal);
		if (pingMs !== undefined) response.write(': ping\n\n');
	}
}
