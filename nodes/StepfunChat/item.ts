import { accumulateTokenUsage, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Lane } from '../../stepfun/client/limiter';
import { complete } from '../../stepfun/complete';
import { completeWithTools, type RunnableTool } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion } from '../../stepfun/types';
import { limiterOf } from '../shared/accounts';
import { clock } from '../shared/clock';
import { connect, type Connection } from '../shared/connection';
import { toNodeError } from '../shared/errors';
import { readOptions } from '../shared/fields/options';
import { readPatience } from '../shared/fields/patience';
import type { ItemsOptions } from '../shared/items';
import { withChatStream, type ChatStream } from './chat-stream';
import { connectedTools } from './connected-tools';
import { readStreamSettings } from './fields/chat-stream';
import { readPacing } from './fields/limits';
import { streamOptions } from './fields/options';
import { readOutputSettings } from './fields/output';
import { readMaxIterations } from './fields/tools';
import { Hints } from './hints';
import { messagesOutput, outputItem } from './output';
import { readRequest } from './request';

/** What the items of one execution share. */
interface Run extends Omit<ItemsOptions, 'continueOnFail'> {
	connection: Connection;
	lane: Lane;
	hints: Hints;
	tools: RunnableTool[];
}

/** Opens the connection that the credential describes. Expressions in settings of the whole run see the first item. */
export async function startRun(context: IExecuteFunctions): Promise<Run> {
	try {
		const connection = await connect(context);
		const own = new AbortController();
		const canceled = context.getExecutionCancelSignal();
		const signal = canceled ? AbortSignal.any([canceled, own.signal]) : own.signal;
		const { maxConcurrent, requestsPerMinute } = readPacing(optionsOf(context, 0));
		const limiter = await limiterOf(connection);
		return {
			connection,
			maxConcurrent,
			lane: limiter.lane({ requestsPerMinute }),
			hints: new Hints(context, context.getInputData().length),
			tools: await connectedTools(context, signal),
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
	return await withChatStream(context, itemIndex, readStreamSettings(options), async (chatStream) => {
		const request = await readRequest(context, itemIndex, options);
		const output = readOutputSettings(context, itemIndex, options);
		const { completion, messages } = await completeWithTools(request, {
			tools: run.tools,
			maxIterations: readMaxIterations(options),
			signal: run.signal,
			async ask(round) {
				chatStream?.nextRound();
				const answer = await ask(round, options, itemIndex, run, chatStream);
				reportUsage(context, answer);
				return answer;
			},
		});
		const item = outputItem(completion, request, output.simplify);
		run.hints.completed(itemIndex, completion);
		return {
			json: { ...item, ...(output.returnMessages && { messages: messagesOutput(messages) }) },
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
	chatStream: ChatStream | undefined,
): Promise<Completion> {
	return complete(
		{ ...readOptions(streamOptions, options), ...request },
		{
			...run.connection,
			...readPatience(options),
			lane: run.lane,
			clock,
			signal: run.signal,
			onRetry: (retry) => run.hints.retried(itemIndex, retry),
			...(chatStream && { onDelta: (delta) => chatStream.write(delta) }),
		},
	);
}

/** Hosts that count tokens show them with the execution. */
function reportUsage(context: IExecuteFunctions, { usage }: Completion): void {
	if (usage && typeof accumulateTokenUsage === 'function') {
		accumulateTokenUsage(context, usage.prompt_tokens, usage.completion_tokens);
	}
}
