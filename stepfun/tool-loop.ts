import { untilAborted } from './client/until-aborted';
import { invalidInput, StepfunError } from './errors';
import { asRecord, tryParseJson } from './json';
import { toolResultText } from './request/tool-result';
import { checkTools, functionNames } from './request/tools';
import { functionCalls } from './response/tool-calls';
import { UsageSum } from './response/usage-sum';
import * as texts from './texts';
import type { ChatRequest, Completion, CompletionMessage, FunctionTool, Message, ToolCall, ToolMessage } from './types';

/** A function tool that is run here rather than by whoever gets the answer. */
export interface RunnableTool {
	definition: FunctionTool;
	/** What it gives is told to the model as text, and so is what it throws, but for a StepfunError, which ends the loop. */
	run(args: Record<string, unknown>): Promise<unknown>;
}

export interface ToolLoopOptions {
	/** One completion; called once for each round. */
	ask: (request: ChatRequest) => Promise<Completion>;
	tools: RunnableTool[];
	/** How many rounds of calls are run before the model has to answer. */
	maxIterations: number;
	/** Ends the loop at once, also while tools run. */
	signal?: AbortSignal;
}

export interface Exchange {
	/** The last completion; its usage is the sum of all rounds. */
	completion: Completion;
	/** The request's messages and everything said since, in the shape that a next request takes. */
	messages: Message[];
}

/**
 * Asks, runs the tools that the model calls, and asks again with their results until the model calls none of them. A call of a
 * function that is defined in the request but not runnable ends the loop, and its round comes out as tool_calls.
 *
 * @throws StepfunError `too_many_iterations` with the last completion in `partial`, `canceled`, what `ask` throws, and a StepfunError
 * of a tool.
 */
export async function completeWithTools(request: ChatRequest, options: ToolLoopOptions): Promise<Exchange> {
	const { ask, maxIterations, signal } = options;
	const tools = new Map(options.tools.map((tool) => [tool.definition.function.name, tool]));
	const handedOut = new Set(functionNames(request.tools ?? []));
	const offered = withTools(request, options.tools);
	const messages = [...request.messages];
	const spent = new UsageSum();
	for (let iteration = 0; ; iteration += 1) {
		const completion = spent.add(await ask({ ...offered, messages: [...messages] }));
		const message = completion.choices[0]?.message;
		if (message) messages.push(replayed(message));
		const calls = functionCalls(message);
		const theirs = tools.size === 0 || calls.some(({ function: { name } }) => handedOut.has(name));
		if (calls.length === 0 || theirs) return { completion, messages };
		if (iteration >= maxIterations) throw tooManyIterations(maxIterations, completion);
		messages.push(...(await untilAborted(Promise.all(calls.map((call) => answerCall(call, tools))), signal)));
	}
}

function withTools(request: ChatRequest, tools: RunnableTool[]): ChatRequest {
	if (tools.length === 0) return request;
	if (request.n !== undefined && request.n > 1) throw invalidInput(texts.severalCompletionsWithTools(request.n));
	const all = [...(request.tools ?? []), ...tools.map(({ definition }) => definition)];
	checkTools(all);
	return { ...request, tools: all };
}

/** The model's message as it is sent back: its reasoning goes with the calls it led to. */
export function replayed(message: CompletionMessage): Message {
	const calls = functionCalls(message);
	if (calls.length === 0) return { role: 'assistant', content: message.content };
	return {
		role: 'assistant',
		content: message.content === '' ? null : message.content,
		tool_calls: calls,
		...(message.reasoning !== '' && { reasoning_content: message.reasoning }),
	};
}

async function answerCall(call: ToolCall, tools: ReadonlyMap<string, RunnableTool>): Promise<ToolMessage> {
	return { role: 'tool', tool_call_id: call.id, content: await resultOf(call, tools) };
}

/** Whatever is wrong with a call is its result, so that the model can mend it. */
async function resultOf(
	{ function: { name, arguments: json } }: ToolCall,
	tools: ReadonlyMap<string, RunnableTool>,
): Promise<string> {
	const tool = tools.get(name);
	if (!tool) return `There is no tool with the name "${name}". The tools are: ${[...tools.keys()].join(', ')}`;
	const args = asRecord(json.trim() === '' ? {} : tryParseJson(json));
	if (!args)
		return `The tool ${name} was not run, because its arguments are no JSON object. Call it again with a complete JSON object`;
	try {
		return toolResultText(await tool.run(args));
	} catch (error) {
		if (error instanceof StepfunError) throw error;
		return `The tool ${name} did not succeed: ${error instanceof Error ? error.message : String(error)}`;
	}
}

const tooManyIterations = (limit: number, partial: Completion): StepfunError =>
	new StepfunError(texts.tooManyIterations(limit), { type: 'too_many_iterations', partial });
