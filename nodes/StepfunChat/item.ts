import { accumulateTokenUsage, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { Limiter } from '../../stepfun/client/limiter';
import { complete } from '../../stepfun/complete';
import { completeWithTools, type RunnableTool } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion } from '../../stepfun/types';
import { clock, connect, type Connection } from '../shared/connection';
import { toNodeError } from '../shared/errors';
import { readPatience } from '../shared/fields/patience';
import { type ChatStream, withChatStream } from './chat-stream';
import { connectedTools } from './connected-tools';
import { readStreamSettings } from './fields/chat-stream';
import { readMaxIterations } from './fields/connected-tools';
import { readPacing, readStream } from './fields/limits';
import { Hints } from './hints';
import { messagesOutput } from './messages-output';
import { outputItem } from './output';
import { Progress } from './progress';
import { readRequest } from './request';

/** What the items of one execution share. */
export interface Run {
	connection: Connection;
	limiter: Limiter;
	maxConcurrent: number;
	progress: Progress;
	hints: Hints;
	tools: RunnableTool[];
	/** Aborted by n8n's Stop, and when an item's failure ends the execution. */
	signal: AbortSignal;
	abort(): void;
}

/** Opens the connection that the credential describes. Expressions in settings of the whole run see the first item. */
export async function startRun(context: IExecuteFunctions): Promise<Run> {
	try {
		const connection = await connect(context);
		const own = new AbortController();
		const canceled = context.getExecutionCancelSignal();
		const signal = canceled ? AbortSignal.any([canceled, own.signal]) : own.signal;
		const pacing = readPacing(optionsOf(context, 0));
		const limiter = new Limiter({ ...pacing, clock });
		const total = context.getInputData().length;
		const progress = new Progress(context, total);
		const hints = new Hints(context, total);
		const tools = await connectedTools(context, signal);
		return {
			connection,
			limiter,
			maxConcurrent: pacing.maxConcurrent,
			progress,
			hints,
			tools,
			signal,
			abort: () => own.abort(),
		};
	} catch (error) {
		throw toNodeError(context.getNode(), error, 0);
	}
}

/** One input item: its fields become a request, its completion becomes the item that comes out. */
export async function completeItem(
	context: IExecuteFunctions,
	itemIndex: number,
	run: Run,
): Promise<INodeExecutionData> {
	const options = optionsOf(context, itemIndex);
	return await withChatStream(context, itemIndex, readStreamSettings(options), async (stream) => {
		const request = await readRequest(context, itemIndex, options);
		const { completion, messages } = await completeWithTools(request, {
			tools: run.tools,
			maxIterations: readMaxIterations(options),
			signal: run.signal,
			async ask(round) {
				stream?.nextRound();
				const answer = await ask(round, options, itemIndex, run, stream);
				reportUsage(context, answer);
				return answer;
			},
		});
		const item = outputItem(completion, request, context.getNodeParameter('simplify', itemIndex) as boolean);
		run.hints.completed(itemIndex, completion);
		return {
			json: { ...item, ...(options['returnMessages'] === true && { messages: messagesOutput(messages) }) },
			pairedItem: { item: itemIndex },
		};
	});
}

/** Read once for each item: n8n evaluates all their expressions each time. */
const optionsOf = (context: IExecuteFunctions, itemIndex: number): IDataObject =>
	context.getNodeParameter('options', itemIndex, {});

function ask(
	request: ChatRequest,
	options: IDataObject,
	itemIndex: number,
	run: Run,
	stream: ChatStream | undefined,
): Promise<Completion> {
	return complete(readStream(options) ? request : { ...request, stream: false }, {
		...run.connection,
		...readPatience(options),
		limiter: run.limiter,
		clock,
		signal: run.signal,
		onRetry: (retry) => run.hints.retried(itemIndex, retry),
		...(stream && { onDelta: (delta) => stream.write(delta) }),
	});
}

/** Hosts that count tokens show them with the execution. */
function reportUsage(context: IExecuteFunctions, { usage }: Completion): void {
	if (usage && typeof accumulateTokenUsage === 'function') {
		accumulateTokenUsage(context, usage.prompt_tokens, usage.completion_tokens);
	}
}
