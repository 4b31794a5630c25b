import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRequest } from './answer';
import { BodyReader } from './body';
import { checkRequest } from './check';
import { realClock, type Clock } from './clock';
import { reasoningReplayed } from './dialogue';
import { ApiError, badKey, unknownModel } from './errors';
import { replacement, schedule, type Fault, type FaultChooser } from './faults';
import { Limits, type LimitOptions, type Refusal } from './limits';
import { modelList } from './models';
import { deliver, errorReply, jsonReply, streamReply, textReply, type Reply } from './reply';
import type { ChatRequest, RecordedRequest } from './types';
import { PromptCache } from './usage';
import { toCompletion, toEvents, type Dialect } from './wire';

/** All of them may be changed while the emulator runs, except port, tls and clock. Times are milliseconds. */
export interface EmulatorOptions extends LimitOptions {
	/** Default 0: any free port. */
	port?: number;
	/** The only key that is let in; default `sk-emulator`. */
	apiKey?: string;
	/** Pause before the headers of a chat answer. */
	delayMs?: number;
	/** Pause between two events of a stream. */
	chunkDelayMs?: number;
	/** How the events of a stream end; default `blank-line`. */
	dialect?: Dialect;
	/** Whether a 429 of `rateLimit` or `concurrencyLimit` has a Retry-After header; the live API sends none. */
	retryAfterHeader?: boolean;
	/** How many requests are remembered; default 1000, the oldest are dropped first. */
	keepRequests?: number;
	/** PEM texts; the emulator then speaks HTTPS. */
	tls?: { key: string | Buffer; cert: string | Buffer };
	/** Decides when pauses end and windows pass, and stamps the requests; default the real one. */
	clock?: Clock;
}

type Route =
	{ kind: 'chat'; stepPlan: boolean } | { kind: 'models' } | { kind: 'model'; id: string } | { kind: 'unknown' };

function findRoute(method: string, url: string): Route {
	const path = url.split('?')[0]!;
	const stepPlan = path.startsWith('/step_plan/');
	const rest = `${method} ${stepPlan ? path.slice('/step_plan'.length) : path}`;
	if (rest === 'POST /v1/chat/completions') return { kind: 'chat', stepPlan };
	if (rest === 'GET /v1/models') return { kind: 'models' };
	const one = /^GET \/v1\/models\/([^/]+)$/.exec(rest);
	// The live plan base lists its models but does not show a single one.
	if (one && !stepPlan) return { kind: 'model', id: one[1]! };
	return { kind: 'unknown' };
}

/** What one emulator knows while it runs, and how it treats a request. */
export class EmulatorState {
	readonly requests: RecordedRequest[] = [];
	/** Faults for the next chat requests, in order. */
	readonly faults: Fault[] = [];
	chooseFault?: FaultChooser;
	maxInFlight = 0;
	private inFlight = 0;
	private traces = 0;
	private readonly clock: Clock;
	private limits: Limits;
	private cache = new PromptCache();

	constructor(readonly options: EmulatorOptions) {
		this.clock = options.clock ?? realClock;
		this.limits = new Limits(this.clock);
	}

	reset(): void {
		this.requests.length = 0;
		this.faults.length = 0;
		this.chooseFault = undefined;
		this.maxInFlight = 0;
		this.traces = 0;
		this.limits = new Limits(this.clock);
		this.cache = new PromptCache();
	}

	async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const record = this.record(request);
		response.setHeader('Date', new Date(this.clock.now()).toUTCString());
		response.setHeader('X-Trace-Id', record.traceId);
		const route = findRoute(record.method, record.url);
		const refusal = route.kind === 'chat' ? this.enter(response) : undefined;
		let cut = false;
		const note = () => {
			record.finished = response.writableFinished;
			if (response.headersSent) record.status = response.statusCode;
		};
		response.once('finish', note).once('close', () => {
			note();
			if (!record.finished && !cut) record.socketClosedAt = this.clock.now();
		});
		const text = await readBody(request, record);
		if (text === undefined) return;
		const parsed = parseJson(text, record);
		const fault = refusal ? {} : this.takeFault(route, record);
		const answer = (fault && replacement(fault)) ?? this.answer(route, record, parsed, refusal, fault);
		// A limit refuses at once: it stands before the model.
		const timing = route.kind === 'chat' && !refusal ? this.timing(answer) : {};
		const { reply, steps } = schedule(answer, { ...timing, ...fault });
		cut = steps.includes('reset');
		await deliver(response, reply, steps, this.clock);
	}

	private timing(reply: Reply): Fault {
		const { delayMs, chunkDelayMs } = this.options;
		return { delayMs, ...(reply.status === 200 && { chunkDelayMs }) };
	}

	private record(request: IncomingMessage): RecordedRequest {
		this.traces++;
		const record: RecordedRequest = {
			method: request.method ?? '',
			url: request.url ?? '',
			headers: request.headers,
			rawBody: Buffer.alloc(0),
			bodyBytes: 0,
			bodySha256: '',
			body: undefined,
			traceId: `trace-${String(this.traces).padStart(6, '0')}`,
			startedAt: this.clock.now(),
			finished: false,
		};
		this.requests.push(record);
		const surplus = this.requests.length - (this.options.keepRequests ?? 1000);
		if (surplus > 0) this.requests.splice(0, surplus);
		return record;
	}

	/** Counts a chat request until its answer ends. */
	private enter(response: ServerResponse): Refusal | undefined {
		const { limits } = this;
		const refusal = limits.enter(this.options);
		this.inFlight++;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
		response.once('close', () => {
			this.inFlight--;
			if (!refusal) limits.leave();
		});
		return refusal;
	}

	private takeFault(route: Route, record: RecordedRequest): Fault | undefined {
		return (route.kind === 'chat' ? this.faults.shift() : undefined) ?? this.chooseFault?.(record);
	}

	private answer(
		route: Route,
		record: RecordedRequest,
		body: unknown,
		refusal: Refusal | undefined,
		fault: Fault = {},
	): Reply {
		if (route.kind === 'unknown') return textReply(404, 'text/plain', '404 page not found');
		try {
			if (refusal) return this.refuse(refusal);
			if (record.headers.authorization !== `Bearer ${this.options.apiKey ?? 'sk-emulator'}`) throw badKey();
			switch (route.kind) {
				case 'models':
					return jsonReply({ object: 'list', data: modelList });
				case 'model':
					return jsonReply(findModel(route.id));
				case 'chat':
					return this.complete(checkRequest(body, route.stepPlan), record, fault);
			}
		} catch (error) {
			if (error instanceof ApiError) return errorReply(error);
			throw error;
		}
	}

	private refuse({ error, retryAfter }: Refusal): Reply {
		const reply = errorReply(error);
		if (this.options.retryAfterHeader) reply.headers['Retry-After'] = String(retryAfter);
		return reply;
	}

	private complete(request: ChatRequest, record: RecordedRequest, fault: Fault): Reply {
		record.reasoningReplayed = reasoningReplayed(request.messages);
		const answer = answerRequest(request, this.cache.look(request));
		const stamp = { id: completionId(record.traceId), created: Math.floor(this.clock.now() / 1000) };
		const stream = fault.respondSse ?? (request.stream === true && !fault.respondJson);
		if (!stream) return jsonReply(toCompletion(answer, stamp));
		return streamReply(toEvents(answer, stamp, fault.dialect ?? this.options.dialect ?? 'blank-line'));
	}
}

/** A UUID from the trace id, so that a repeated run gives the same ids. */
const completionId = (traceId: string): string =>
	createHash('sha256')
		.update(traceId)
		.digest('hex')
		.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

function findModel(id: string) {
	const model = modelList.find((entry) => entry.id === id);
	if (!model) throw unknownModel(id);
	return model;
}

/** Fills the record's fields of the body; undefined when the client left before it was whole. */
async function readBody(request: IncomingMessage, record: RecordedRequest): Promise<string | undefined> {
	const reader = new BodyReader();
	try {
		for await (const chunk of request) reader.push(chunk as Buffer);
	} catch {
		record.bodyBytes = reader.bytes;
		return undefined;
	}
	const { text, ...body } = reader.end();
	Object.assign(record, body);
	return text;
}

function parseJson(text: string, record: RecordedRequest): unknown {
	try {
		record.body = JSON.parse(text);
	} catch {
		record.body = undefined;
	}
	return record.body;
}
