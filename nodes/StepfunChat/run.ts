import { accumulateTokenUsage, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { complete } from '../../stepfun/complete';
import { Pacer } from '../../stepfun/pacing';
import type { ChatRequest, Completion } from '../../stepfun/types';
import { clock, connect, type Connection } from '../shared/connection';
import { outputItem } from './output';
import { readRequest } from './request';

/** What the items of one execution share. */
export interface Run {
	connection: Connection;
	pacer: Pacer;
	/** Aborted by n8n's Stop, and when an item's failure ends the execution. */
	signal: AbortSignal;
	abort(): void;
}

/** Opens the connection that the credential describes. Expressions in settings of the whole run see the first item. */
export async function startRun(context: IExecuteFunctions): Promise<Run> {
	const connection = await connect(context);
	const own = new AbortController();
	const canceled = context.getExecutionCancelSignal();
	const signal = canceled ? AbortSignal.any([canceled, own.signal]) : own.signal;
	const pacer = new Pacer({ maxConcurrent: 5, requestsPerMinute: 0, clock, signal });
	return { connection, pacer, signal, abort: () => own.abort() };
}

/** One input item: its fields become a request, its completion becomes the item that comes out. */
export async function completeItem(context: IExecuteFunctions, itemIndex: number, run: Run): Promise<INodeExecutionData> {
	const request = await readRequest(context, itemIndex);
	const completion = await ask(request, run);
	reportUsage(context, completion);
	return {
		json: outputItem(completion, context.getNodeParameter('simplify', itemIndex) as boolean),
		pairedItem: { item: itemIndex },
	};
}

function ask(request: ChatRequest, { connection, pacer, signal }: Run): Promise<Completion> {
	return complete(request, { ...connection, pacer, clock, signal, retries: 3, silenceMs: 300_000, totalMs: 0 });
}

/** Hosts that count tokens show them with the execution. */
function reportUsage(context: IExecuteFunctions, { usage }: Completion): void {
	if (usage && typeof accumulateTokenUsage === 'function') {
		accumulateTokenUsage(context, usage.prompt_tokens, usage.completion_tokens);
	}
}
