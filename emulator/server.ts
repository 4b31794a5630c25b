import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRequest, type Answer } from './answer';
import { BodyReader } from './body';
import { checkRequest, countMessages } from './check';
import { realClock, type Clock } from './clock';
import { dialects, type DialectName } from './dialects';
import type { Dialect, Stamp } from './dialects/dialect';
import { reasoningReplayed } from './dialogue';
import { ApiError, badKey, unknownModel } from './errors';
import { Files, type FilesSettings } from './files';
import { replacement, schedule, type Fault, type FaultChooser } from './faults';
import { Limits, type LimitOptions, type Refusal } from './limits';
import { modelList, type ModelEntry, type Region } from './models';
import { MultipartReader } from './multipart';
import { deliver, errorReply, jsonReply, streamReply, textReply, type Reply } from './reply';
import { searchTheWeb } from './search';
import type { ChatRequest, RecordedRequest } from './types';
import { PromptCache } from './usage';
import { toEvents, type EventEnd } from './wire';

/** All of them may be changed while the emulator runs, except port, tls and clock. Times are milliseconds. */
export interface EmulatorOptions extends LimitOptions, FilesSettings {
	/** Default 0: any free port. */
	port?: number;
	/** The only key that is let in, `*` for any; default `sk-emulator`. */
	apiKey?: string;
	/** Pause before the headers of a chat answer. */
	delayMs?: number;
	/** Pause between two events of a stream. */
	chunkDelayMs?: number;
	/** Whose shapes the answers have; default `live`. */
	dialect?: DialectName;
	/** How the events of a stream end; default `blank-line`. */
	eventEnd?: EventEnd;
	/** Whose models are listed; default `international`. */
	region?: Region;
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
	| { kind: 'chat' | 'models'; stepPlan: boolean }
	| { kind: 'search' | 'count' | 'upload' | 'unknown' }
	| { kind: 'model' | 'file' | 'file content' | 'file removal'; id: string }
	| { kind: 'files'; purpose: string | undefined };

function findRoute(method: string, url: string): Route {
	const path = url.split('?')[0]!;
	const stepPlan = path.startsWith('/step_plan/');
	const rest = `${method} ${stepPlan ? path.slice('/step_plan'.length) : path}`;
	if (rest === 'POST /v1/chat/completions') return { kind: 'chat', stepPlan };
	if (rest === 'GET /v1/models') return { kind: 'models', stepPlan };
	if (!stepPlan && rest === 'POST /v1/search') return { kind: 'search' };
	if (!stepPlan && rest === 'POST /v1/token/count') return { kind: 'count' };
	const one = /^GET \/v1\/models\/([^/]+)$/.exec(rest);
	// The live plan base lists its models but does not show a single one.
	if (one && !stepPlan) return { kind: 'model', id: one[1]! };
	// The plan has no files.
	return (stepPlan ? undefined : findFileRoute(rest, url)) ?? { kind: 'unknown' };
}

function findFileRoute(rest: string, url: string): Route | undefined {
	if (rest === 'POST /v1/files') return { kind: 'upload' };
	if (rest === 'GET /v1/files')
		return { kind: 'files', purpose: new URL(url, 'http://localhost').searchParams.get('purpose') ?? undefined };
	const [, method, id, content] = /^(GET|DELETE) \/v1\/files\/([^/]+)(\/content)?$/.exec(rest) ?? [];
	if (id === undefined) return undefined;
	if (method === 'GET') return { kind: content ? 'file content' : 'file', id };
	return content ? undefined : { kind: 'file removal', id };
}

/** A request as it is answered. */
interface Asked {
	route: Route;
	record: RecordedRequest;
	/** The body as parsed JSON. */
	parsed: unknown;
	keyIsRight: boolean;
	/** By a limit. */
	refusal: Refusal | undefined;
}

/** 32 hex digits, the same for the same request of a repeated run. */
const traceId = (count: number): string => createHash('sha256').update(`trace ${count}`).digest('hex').slice(0, 32);

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
	files: Files;

	constructor(readonly options: EmulatorOptions) {
		this.clock = options.clock ?? realClock;
		this.limits = new Limits(this.clock);
		this.files = new Files(this.clock);
	}

	reset(): void {
		this.requests.length = 0;
		this.faults.length = 0;
		this.chooseFault = undefined;
		this.maxInFlight = 0;
		this.traces = 0;
		this.limits = new Limits(this.clock);
		this.cache = new PromptCache();
		this.files = new Files(this.clock);
	}

	async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const record = this.record(request);
		response.setHeader('Date', new Date(this.clock.now()).toUTCString());
		response.setHeader('X-Trace-Id', record.traceId);
		const route = findRoute(record.method, record.url);
		const { apiKey = 'sk-emulator' } = this.options;
		const keyIsRight = apiKey === '*' || record.headers.authorization === `Bearer ${apiKey}`;
		const refusal = route.kind === 'chat' && keyIsRight ? this.enter(response) : undefined;
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
		const answer = (fault && replacement(fault)) ?? this.answer({ route, record, parsed, keyIsRight, refusal }, fault);
		// A limit refuses at once, and so does a wrong key: they stand before the model.
		const timing = route.kind === 'chat' && keyIsRight && !refusal ? this.timing(answer) : {};
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
			traceId: traceId(this.traces),
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

	private answer({ route, record, parsed, keyIsRight, refusal }: Asked, fault: Fault = {}): Reply {
		const { contentType } = this.dialect;
		try {
			// Live, a missing or wrong key comes before everything else, an unknown path too.
			if (!keyIsRight) throw badKey();
			if (refusal) return this.refuse(refusal);
			switch (route.kind) {
				case 'unknown':
					return textReply(404, 'text/plain', '404 page not found');
				case 'models':
					return jsonReply({ object: 'list', data: this.models(route.stepPlan) }, contentType.json);
				case 'model':
					return jsonReply(findModel(this.models(false), route.id), contentType.json);
				case 'search':
					return jsonReply(searchTheWeb(parsed), contentType.json);
				case 'count':
					return jsonReply({ data: { total_tokens: countMessages(parsed) } }, contentType.json);
				case 'upload':
					return jsonReply(this.files.add(record.upload, this.options), contentType.json);
				case 'files':
					return jsonReply(this.files.list(route.purpose, this.options), contentType.json);
				case 'file':
					return jsonReply(this.files.retrieve(route.id, this.options), contentType.json);
				case 'file content':
					return textReply(200, 'text/plain; charset=utf-8', this.files.content(route.id, this.options));
				case 'file removal':
					return jsonReply(this.files.remove(route.id), contentType.json);
				case 'chat':
					return this.complete(checkRequest(parsed, route.stepPlan, this.files), record, fault);
			}
		} catch (error) {
			if (error instanceof ApiError) return errorReply(error);
			throw error;
		}
	}

	private get dialect(): Dialect {
		return dialects[this.options.dialect ?? 'live'];
	}

	private models(stepPlan: boolean): ModelEntry[] {
		return modelList(this.options.region ?? 'international', stepPlan);
	}

	private refuse({ error, retryAfter }: Refusal): Reply {
		const reply = errorReply(error);
		if (this.options.retryAfterHeader) reply.headers['Retry-After'] = String(retryAfter);
		return reply;
	}

	private complete(request: ChatRequest, record: RecordedRequest, fault: Fault): Reply {
		record.reasoningReplayed = reasoningReplayed(request.messages);
		const { dialect } = this;
		const answer = answerRequest(request, this.cache.look(request), dialect.callId, this.files);
		const stream = fault.respondSse ?? (request.stream === true && !fault.respondJson);
		const stamp = {
			id: dialect.completionId(record.traceId, stream),
			created: Math.floor(this.clock.now() / 1000),
		};
		const reply = stream
			? streamReply(this.events(answer, stamp, request, fault), dialect.contentType.stream)
			: jsonReply(dialect.toCompletion(answer, stamp), dialect.contentType.json);
		return { ...reply, headers: { ...reply.headers, ...dialect.headers } };
	}

	private events(answer: Answer, stamp: Stamp, request: ChatRequest, fault: Fault): Buffer[] {
		const includeUsage = request.stream_options?.include_usage === true;
		const chunks = this.dialect.toChunks(answer, stamp, { includeUsage });
		return toEvents(chunks, fault.eventEnd ?? this.options.eventEnd ?? 'blank-line');
	}
}

function findModel(models: ModelEntry[], id: string): ModelEntry {
	const model = models.find((entry) => entry.id === id);
	if (!model) throw unknownModel(id);
	return model;
}

/** Fills the record's fields of the body; undefined when the client left before it was whole. */
async function readBody(request: IncomingMessage, record: RecordedRequest): Promise<string | undefined> {
	const reader = new BodyReader();
	const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
	const form = boundary === undefined ? undefined : new MultipartReader(boundary);
	try {
		for await (const chunk of request) {
			if (form) {
				reader.count(chunk as Buffer);
				form.push(chunk as Buffer);
			} else reader.push(chunk as Buffer);
		}
	} catch {
		record.bodyBytes = reader.bytes;
		return undefined;
	}
	const { text, ...body } = reader.end();
	Object.assign(record, body, form && { upload: form.end() });
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
