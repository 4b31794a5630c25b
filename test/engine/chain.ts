import { ToolMessage, type AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { DynamicStructuredTool } from '@langchain/core/tools';
import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeType } from 'n8n-workflow';
import { z } from 'zod';
import type { Emulator } from '../../emulator';
import type { ChatRequest } from '../../emulator/types';
import { LmChatStepfun } from '../../nodes/LmChatStepfun/LmChatStepfun.node';
import { fieldsOf, sources } from '../../scripts/docs';
import { credentials, customEndpoint, runWorkflow, type WorkflowOptions } from './harness';

export type Model = BaseChatModel & Required<Pick<BaseChatModel, 'bindTools'>>;
type Use = (model: Model, context: IExecuteFunctions) => Promise<unknown>;

/** A chain or agent: a node that gets the sub-node's model and does with it what a test says. */
const chain = (use: Use): INodeType => ({
	description: {
		displayName: 'Chain',
		name: 'chain',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Chain' },
		inputs: [
			NodeConnectionTypes.Main,
			{ type: NodeConnectionTypes.AiLanguageModel, maxConnections: 1, required: true },
		],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute(this: IExecuteFunctions) {
		const model = (await this.getInputConnectionData(NodeConnectionTypes.AiLanguageModel, 0)) as Model;
		return [[{ json: { result: (await use(model, this)) as IDataObject }, pairedItem: { item: 0 } }]];
	},
});

/** The sub-node under test, and what the emulator saw of it. */
export function useModel(api: Emulator) {
	const workflow = (use: Use, parameters: IDataObject = {}): WorkflowOptions => ({
		credential: customEndpoint(api.url),
		types: { chain: chain(use), lmChatStepfun: new LmChatStepfun() },
		nodes: [
			{ name: 'Chain', type: 'chain' },
			{
				name: 'StepFun Chat Model',
				type: 'lmChatStepfun',
				credentials,
				parameters: { model: { __rl: true, mode: 'id', value: 'step-3.5-flash' }, ...parameters } as never,
			},
		],
		connections: {
			'StepFun Chat Model': {
				ai_languageModel: [[{ node: 'Chain', type: NodeConnectionTypes.AiLanguageModel, index: 0 }]],
			},
		},
	});

	/** Lets a chain use the model, and returns what it made of it. */
	async function using<Result>(
		use: (model: Model, context: IExecuteFunctions) => Promise<Result>,
		parameters: IDataObject = {},
	): Promise<Result> {
		let result: Result | undefined;
		const { run } = await runWorkflow(
			workflow(async (model, context) => {
				result = await use(model, context);
				return '';
			}, parameters),
		);
		if (run.data.resultData.error) throw run.data.resultData.error;
		return result!;
	}

	const bodies = () => api.requests.map(({ body }) => body as ChatRequest);

	return { bodies, using, workflow };
}

/** A function that tells something of a city. */
export const tool = (name: string) =>
	new DynamicStructuredTool({
		name,
		description: `Tells the ${name}`,
		schema: z.object({ city: z.string() }),
		func: async ({ city }: { city: string }) => `${name} of ${city}`,
	});
export const tools = [tool('get_weather'), tool('get_time')];

/** Answers a message's calls with what the tools give. */
export async function runCalls(message: AIMessage): Promise<ToolMessage[]> {
	return await Promise.all(
		(message.tool_calls ?? []).map(async ({ id, name, args }) => {
			const result = (await tools.find((one) => one.name === name)!.invoke(args as { city: string })) as string;
			return new ToolMessage({ tool_call_id: id!, content: result });
		}),
	);
}

export async function streamed(
	model: { stream(messages: BaseMessage[]): Promise<AsyncIterable<AIMessageChunk>> },
	messages: BaseMessage[],
) {
	const texts: string[] = [];
	let whole: AIMessageChunk | undefined;
	for await (const chunk of await model.stream(messages)) {
		if (chunk.text !== '') texts.push(chunk.text);
		whole = whole ? whole.concat(chunk) : chunk;
	}
	return { whole: whole!, texts };
}

/**
 * How n8n's nodes use a model, and the pieces of text that come out: AI Agent streams by LangChain's events, which ask the model itself
 * to stream.
 */
export const ways: Record<string, (model: Model, messages: BaseMessage[]) => Promise<string[]>> = {
	invoke: async (model, messages) => [(await model.invoke(messages)).text],
	stream: async (model, messages) => (await streamed(model as never, messages)).texts,
	streamEvents: async (model, messages) => {
		const texts: string[] = [];
		for await (const { event, data } of model.streamEvents(messages, { version: 'v2' })) {
			if (event === 'on_chat_model_stream') texts.push((data.chunk as AIMessageChunk).text);
		}
		return texts;
	},
};

/** Labels that only StepFun Chat has; short ones, and those within a label of the model, are also plain words. */
export const foreignLabels = (() => {
	const labelsOf = (name: string) => fieldsOf(sources[name]!).map(({ property }) => property.displayName);
	const own = [...labelsOf('lmChatStepfun'), ...labelsOf('stepfunApi')];
	return labelsOf('stepfunChat').filter(
		(label) => !own.some((one) => one.includes(label)) && (label.includes(' ') || label.length > 8),
	);
})();
