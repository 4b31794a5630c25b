import { gzipSync } from 'node:zlib';
import { errorAnswer } from './errors';
import { streamReply, textReply, type Piece, type Reply, type Step } from './reply';
import type { RecordedRequest } from './types';
import type { EventEnd } from './wire';

/**
 * What goes wrong with one answer. Three groups, which may be combined: what is answered in place of the normal
 * answer, how the answer's bytes are laid out, and what happens to the connection. Times are milliseconds.
 */
export interface Fault {
	// In place of the answer

	/** HTTP status; alone it brings StepFun's body for it (an HTML page for 502). With `raw` or `redirectTo` theirs. */
	status?: number;
	/** The exact body, with `status` (default 200) and content type application/json unless `headers` says otherwise. */
	body?: string | Buffer;
	/** The exact bytes of a stream, written piece by piece with the pauses between them. */
	raw?: string | Buffer | Array<string | Buffer | { waitMs: number }>;
	/** Content type of `raw`; default text/event-stream. */
	contentType?: string;
	/** A redirect to this URL; status 307 unless `status` says otherwise. */
	redirectTo?: string;
	/** A JSON answer although a stream was asked for. */
	respondJson?: true;
	/** A stream although a JSON answer was asked for. */
	respondSse?: true;

	// The answer's headers and bytes

	/** More headers, or others in place of the usual ones. */
	headers?: Record<string, string>;
	/** The Retry-After header: seconds or a date. */
	retryAfter?: string;
	/** How the events of a normal stream end. */
	eventEnd?: EventEnd;
	/** Leaves the last event, `data: [DONE]`, away. */
	cutWithoutDone?: true;
	/** Content-Encoding: gzip, whether the client asked for it or not. */
	gzip?: true;
	/** Sizes of the writes in bytes; of a list the last one repeats. */
	splitBytes?: number | number[];
	/** Pause between two writes. */
	chunkDelayMs?: number;

	// The connection; byte and chunk counts are of the body. Beyond its end they mean its end.

	/** Pause before the headers. */
	delayMs?: number;
	/** Nothing is ever sent. */
	stallBeforeHeaders?: true;
	/** Nothing more after so many bytes (0: headers only). */
	stallAfterBytes?: number;
	/** Nothing more after so many events. */
	stallAfterChunks?: number;
	/** While it stalls, an SSE comment `: ping` every so often; without a place to stall, at the end. */
	pings?: number;
	/** The socket is closed in place of an answer. */
	resetBeforeHeaders?: true;
	/** The socket is closed after so many bytes. */
	resetAfterBytes?: number;
	/** The socket is closed after so many events. */
	resetAfterChunks?: number;
}

/** Chooses a fault for a request, or none. It sees every request, of chat and of models. */
export type FaultChooser = (request: RecordedRequest) => Fault | undefined;

/** The answer that a fault puts in place of the normal one, if it does. */
export function replacement(fault: Fault): Reply | undefined {
	if (fault.redirectTo !== undefined) {
		const reply = textReply(fault.status ?? 307, 'text/plain', '');
		return { ...reply, headers: { ...reply.headers, Location: fault.redirectTo } };
	}
	if (fault.raw !== undefined) {
		const pieces = [fault.raw].flat().map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
		return { ...streamReply(pieces, fault.contentType), status: fault.status ?? 200 };
	}
	if (fault.body !== undefined) return textReply(fault.status ?? 200, 'application/json', fault.body);
	if (fault.status === undefined) return undefined;
	const usual = errorAnswer(fault.status);
	return textReply(fault.status, usual.contentType, usual.body);
}

/** The answer with a fault's headers and layout of bytes, and the steps that send it. */
export function schedule(reply: Reply, fault: Fault): { reply: Reply; steps: Step[] } {
	const whole = fault.cutWithoutDone ? reply.body.slice(0, -1) : reply.body;
	const events = firstChunks(whole, fault.resetAfterChunks ?? fault.stallAfterChunks);
	const coded = fault.gzip ? [gzipSync(Buffer.concat(events.filter(Buffer.isBuffer)))] : events;
	const bytes = firstBytes(coded, fault.resetAfterBytes ?? fault.stallAfterBytes);
	const writes = spaced(split(bytes, fault.splitBytes), fault.chunkDelayMs);
	const headers: Record<string, string> = {
		...reply.headers,
		...(fault.gzip && { 'Content-Encoding': 'gzip' }),
		...(fault.retryAfter !== undefined && { 'Retry-After': fault.retryAfter }),
		...fault.headers,
	};
	if (fault.gzip) delete headers['Content-Length'];
	return {
		reply: { ...reply, headers },
		steps: [...beforeHeaders(fault), 'headers', ...writes, ...ending(fault)],
	};
}

function beforeHeaders(fault: Fault): Step[] {
	return [
		...(fault.delayMs ? [{ waitMs: fault.delayMs }] : []),
		...(fault.stallBeforeHeaders ? [{ stall: true as const }] : []),
		...(fault.resetBeforeHeaders ? ['reset' as const] : []),
	];
}

function ending(fault: Fault): Step[] {
	if (fault.resetAfterBytes !== undefined || fault.resetAfterChunks !== undefined) return ['reset'];
	const stalls = fault.stallAfterBytes ?? fault.stallAfterChunks ?? fault.pings;
	return stalls === undefined ? [] : [{ stall: true, pingMs: fault.pings }];
}

function firstChunks(pieces: Piece[], count = Infinity): Piece[] {
	let chunks = 0;
	return pieces.filter((piece) => (Buffer.isBuffer(piece) ? ++chunks : chunks) <= count);
}

function firstBytes(pieces: Piece[], count = Infinity): Piece[] {
	let left = count;
	return pieces.flatMap((piece): Piece[] => {
		if (left <= 0) return [];
		if (!Buffer.isBuffer(piece)) return [piece];
		const part = piece.subarray(0, left);
		left -= part.length;
		return [part];
	});
}

/** Runs of bytes between pauses are joined and cut anew. */
function split(pieces: Piece[], sizes: number | number[] | undefined): Piece[] {
	const wanted = [sizes ?? []].flat().map((size) => Math.max(1, size));
	if (wanted.length === 0) return pieces;
	let taken = 0;
	const nextSize = () => wanted[Math.min(taken++, wanted.length - 1)]!;
	return joined(pieces).flatMap((piece): Piece[] => {
		if (!Buffer.isBuffer(piece)) return [piece];
		const parts: Buffer[] = [];
		for (let start = 0; start < piece.length;) {
			const part = piece.subarray(start, start + nextSize());
			parts.push(part);
			start += part.length;
		}
		return parts;
	});
}

function joined(pieces: Piece[]): Piece[] {
	const result: Piece[] = [];
	let run: Buffer[] = [];
	const close = () => {
		if (run.length > 0) result.push(Buffer.concat(run));
		run = [];
	};
	for (const piece of pieces) {
		if (Buffer.isBuffer(piece)) run.push(piece);
		else {
			close();
			result.push(piece);
		}
	}
	close();
	return result;
}

const spaced = (pieces: Piece[], delayMs: number | undefined): Piece[] =>
	delayMs ? pieces.flatMap((piece, index) => (index === 0 ? [piece] : [{ waitMs: delayMs }, piece])) : pieces;
