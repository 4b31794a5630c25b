import { accumulateTokenUsage, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Lane } from '../../stepfun/client/limiter';
import type { CallOptions } from '../../stepfun/client/call';
import { complete } from '../../stepfun/complete';
import { StepfunError } from '../../stepfun/errors';
import { withOwnSearch } from '../../stepfun/search';
import { completeWithTools, type RunnableTool } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion } from '../../stepfun/types';
import { limiterOf } from '../shared/accounts';
import { clock } from '../shared/clock';
import { connect, type Connection } from '../shared/connection';
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
		decidedBy,
		signal,
		abort: () => own.abort(),
	};
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
	const asked = await readRequest(context, itemIndex, options);
	const { request, tools, results: found } = withOwnSearch(asked, callOptions(work, run));
	const output = readOutputSettings(context, itemIndex, options);
	const { completion, messages } = await completeWithTools(request, {
		tools: [...run.tools, ...tools],
		maxIterations: readMaxIterations(options),
		signal: run.signal,
		async ask(round) {
			chatStream?.nextRound();
			const answer = await ask(round, work, run, !output.simplify);
			reportUsage(context, answer);
			return answer;
		},
	});
	const item = outputItem(completion, request, output.simplify, found);
	run.hints.completed(itemIndex, completion, request);
	return {
		json: { ...item, ...(output.returnMessages && { messages: messagesOutput(messages) }) },
		...(await outputSounds(context, completion, request)),
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
	return await complete(
		{ ...readOptions(streamOptions, options), ...request },
		{
			...callOptions(work, run),
			raw,
			...(chatStream && { onDelta: (delta) => chatStream.write(delta) }),
		},
	).catch((error: Error) => {
		if (!(error instanceof StepfunError)) return Promise.reject(error);
		work.attempts = error.attempts;
		return Promise.reject(withOwnAdvice(error));
	});
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
