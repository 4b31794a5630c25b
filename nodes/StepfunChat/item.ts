import { accumulateTokenUsage, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Lane } from '../../stepfun/client/limiter';
import type { CallOptions } from '../../stepfun/client/call';
import { complete } from '../../stepfun/complete';
import { StepfunError } from '../../stepfun/errors';
import { asksForJson } from '../../stepfun/response/check';
import { RunFiles } from '../../stepfun/run-files';
import { withOwnSearch } from '../../stepfun/search';
import { completeStructured } from '../../stepfun/structured';
import { completeWithTools, type RunnableTool } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion } from '../../stepfun/types';
import { fileLimiterOf, limiterOf } from '../shared/accounts';
import { clock } from '../shared/clock';
import { connect, type Connection } from '../shared/connection';
import { readAttemptsToCorrect } from '../shared/fields/corrections';
import { readOptions } from '../shared/fields/options';
import { readPatience } from '../shared/fields/patience';
import type { ItemsOptions } from '../shared/items';
import { announcedLane } from './announced-lane';
import { withChatStream, type ChatStream } from './chat-stream';
import { connectedTools } from './connected-tools';
import { readStreamSettings } from './fields/chat-stream';
import { readPacing, readRunPacing } from './fields/limits';
import { streamOptions } from './fields/options';
import { readOutputSettings } from './fields/output';
import { readMaxIterations } from './fields/tools';
import { readsByUpload } from './fields/uploads';
import { Hints } from './hints';
import { messagesOutput, outputItem, outputSounds } from './output';
import { readRequest } from './request';
import * as texts from './texts';

/** What the items of one execution share. */
interface Run extends Omit<ItemsOptions, 'continueOnFail'> {
	connection: Connection;
	lane: Lane;
	hints: Hints;
	tools: RunnableTool[];
	files: RunFiles;
	/** The item whose fields set the pace; those before it have faults in these fields. */
	decidedBy: number;
}

/**
 * Opens the connection that the credential describes. Expressions in settings of the whole run see the first item, where they work
 * for it.
 *
 * @throws StepfunError, NodeOperationError, or what n8n throws, for what no item can do without.
 */
export async function startRun(context: IExecuteFunctions): Promise<Run> {
	const connection = await connect(context);
	const own = new AbortController();
	const canceled = context.getExecutionCancelSignal();
	const signal = canceled ? AbortSignal.any([canceled, own.signal]) : own.signal;
	const { maxConcurrent, requestsPerMinute, decidedBy } = readRunPacing(context);
	const limiter = await limiterOf(connection);
	return {
		connection,
		maxConcurrent,
		lane: announcedLane(context, limiter.lane({ requestsPerMinute })),
		hints: new Hints(context, context.getInputData().length),
		tools: await connectedTools(context, signal),
		files: new RunFiles({ ...connection, clock, lane: fileLane(connection), signal }),
		decidedBy,
		signal,
		abort: () => own.abort(),
	};
}

/** Few runs have files: the limits that hold for these are looked up when the first one is sent. */
function fileLane(connection: Connection): Lane {
	let lane: Lane | undefined;
	return {
		async turn(request) {
			lane ??= (await fileLimiterOf(connection)).lane();
			return await lane.turn(request);
		},
	};
}

/** Leaves nothing on StepFun, and shows what there is to say about the run as a whole. */
export async function endRun(context: IExecuteFunctions, { files, hints }: Run): Promise<void> {
	await files.close();
	hints.files(files);
	// A run that fails shows no hints.
	if (files.left.length > 0)
		context.logger.warn(texts.filesLeft(String(files.left.length), files.left.join(', ')).message);
	hints.show();
}

/** One input item: its fields become a request, its completion becomes the item that comes out. */
export async function completeItem(
	context: IExecuteFunctions,
	itemIndex: number,
	run: Run,
): Promise<INodeExecutionData> {
	if (itemIndex < run.decidedBy) readPacing(context, itemIndex);
	// Read once for each item: n8n evaluates all their expressions each time.
	const options = context.getNodeParameter('options', itemIndex, {});
	return await withChatStream(context, itemIndex, readStreamSettings(options), async (chatStream) => {
		const work: Work = { itemIndex, options, chatStream, attempts: 0 };
		return await answerItem(context, work, run).catch((error: Error) => {
			if (error instanceof StepfunError) error.attempts = work.attempts;
			return Promise.reject(error);
		});
	});
}

/** An item while it is worked on. */
interface Work {
	itemIndex: number;
	options: IDataObject;
	chatStream: ChatStream | undefined;
	/** How often the latest request was sent. */
	attempts: number;
}

async function answerItem(context: IExecuteFunctions, work: Work, run: Run): Promise<INodeExecutionData> {
	const { itemIndex, options, chatStream } = work;
	const patience = readPatience(options);
	const read = await run.files
		.withDocuments(await readRequest(context, itemIndex, options), patience)
		.catch((error: Error) => noted(error, work));
	const { request, tools, results } = withOwnSearch(read, callOptions(work, run));
	const output = readOutputSettings(context, itemIndex, options);
	const maxIterations = readMaxIterations(options);
	// An answer that may yet be corrected is not shown.
	if (asksForJson(request)) chatStream?.withhold();
	const answer = await completeStructured(request, {
		attempts: readAttemptsToCorrect(options),
		pause: () => clock.sleep(0, run.signal),
		converse: async (conversation) =>
			await completeWithTools(conversation, {
				tools: [...run.tools, ...tools],
				maxIterations,
				signal: run.signal,
				async ask(round) {
					chatStream?.nextRound();
					const completion = await ask(round, work, run, !output.simplify);
					reportUsage(context, completion);
					return completion;
				},
			}),
	});
	chatStream?.show(answer.completion);
	run.hints.completed(itemIndex, answer, request);
	return {
		json: {
			...outputItem(answer, request, output.simplify, results),
			...(output.returnMessages && { messages: messagesOutput(answer.messages) }),
		},
		...(await outputSounds(context, answer.completion, request)),
		pairedItem: { item: itemIndex },
	};
}

/** What holds for each request of an item. */
const callOptions = (work: Work, run: Run): CallOptions & Connection => ({
	...run.connection,
	...readPatience(work.options),
	lane: run.lane,
	clock,
	signal: run.signal,
	onWait: (waitedMs) => run.hints.waited(work.itemIndex, waitedMs),
	onRetry: (retry) => {
		work.attempts = retry.error.attempts + 1;
		run.hints.retried(work.itemIndex, retry);
	},
});

async function ask(request: ChatRequest, work: Work, run: Run, raw: boolean): Promise<Completion> {
	const { options, chatStream } = work;
	work.attempts = 1;
	const send = async (sent: ChatRequest): Promise<Completion> =>
		await complete(
			{ ...readOptions(streamOptions, options), ...sent },
			{
				...callOptions(work, run),
				raw,
				...(chatStream && { onDelta: (delta) => chatStream.write(delta) }),
			},
		);
	const asked = readsByUpload(options) ? run.files.withUploads(request, readPatience(options), send) : send(request);
	return await asked.catch((error: Error) => noted(error, work));
}

/** Rejects with the error and what this node knows about it, and takes note of how often its request was sent. */
function noted(error: Error, work: Work): Promise<never> {
	if (!(error instanceof StepfunError)) return Promise.reject(error);
	work.attempts = error.attempts;
	return Promise.reject(withOwnAdvice(error));
}

/** A refusal with what this node's fields can do about it. */
function withOwnAdvice(error: StepfunError): StepfunError {
	return error.status === 429 && error.retryable ? error.with({ hint: texts.rateLimit(error.hint) }) : error;
}

/** n8n versions that count tokens show them with the execution. */
function reportUsage(context: IExecuteFunctions, { usage }: Completion): void {
	if (usage && typeof accumulateTokenUsage === 'function') {
		accumulateTokenUsage(context, usage.prompt_tokens ?? 0, usage.completion_tokens ?? 0);
	}
}
