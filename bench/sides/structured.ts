import { chatNodeType } from '../../host/names';
import { model } from '../api';
import { isRight, schema } from '../stand-in';
import { asModelOf, openAiChatModel, openAiCredential } from './openai-chat-model';
import type { BareNode, Side } from './side';
import { stepfunChat } from './stepfun-chat';

/** A side whose answers are data. */
export interface StructuredSide extends Side {
	/** The data of an item that came out as a success; undefined for an error. */
	data(item: Record<string, unknown>): unknown;
}

const ASK = '={{ $json.prompt }}: give its data as JSON';
const onError = 'continueRegularOutput';

export const ours = (attemptsToCorrect: number): StructuredSide => {
	const data = ({ parsed }: Record<string, unknown>) => parsed;
	return {
		...stepfunChat,
		name: `StepFun Chat, Attempts to Correct ${attemptsToCorrect}`,
		nodes: () => ({
			chain: [
				{
					name: 'StepFun Chat',
					type: chatNodeType,
					typeVersion: 1,
					parameters: {
						model: { __rl: true, mode: 'id', value: model },
						messages: { values: [{ role: 'user', content: ASK }] },
						responseFormat: 'json_schema',
						schemaType: 'manual',
						inputSchema: JSON.stringify(schema),
						options: { attemptsToCorrect },
					},
					needsCredential: true,
					onError,
				},
			],
		}),
		data,
		answer: (item) => isRight(data(item)),
	};
};

const parser: BareNode = {
	name: 'Structured Output Parser',
	type: '@n8n/n8n-nodes-langchain.outputParserStructured',
	typeVersion: 1.3,
	parameters: { schemaType: 'manual', inputSchema: JSON.stringify(schema) },
};

export function chainWithParser(autoFix: boolean): StructuredSide {
	const data = ({ output }: Record<string, unknown>) => output;
	const chain = 'LLM Chain';
	return {
		name: `LLM Chain + Structured Output Parser${autoFix ? ', Auto-fixing' : ''}`,
		credential: openAiCredential,
		nodes: () => ({
			chain: [
				{
					name: chain,
					type: '@n8n/n8n-nodes-langchain.chainLlm',
					typeVersion: 1.9,
					parameters: { promptType: 'define', text: ASK, hasOutputParser: true },
					onError,
				},
			],
			connections: {
				[openAiChatModel.name]: {
					ai_languageModel: [
						[
							...asModelOf(chain)[openAiChatModel.name]!.ai_languageModel[0]!,
							...(autoFix ? [{ node: parser.name, type: 'ai_languageModel', index: 0 }] : []),
						],
					],
				},
				[parser.name]: { ai_outputParser: [[{ node: chain, type: 'ai_outputParser', index: 0 }]] },
			},
		}),
		subNodes: [openAiChatModel, { ...parser, parameters: { ...parser.parameters, ...(autoFix && { autoFix }) } }],
		data,
		answer: (item) => isRight(data(item)),
	};
}

/** n8n's OpenAI node, with its own JSON output. */
export const openAiNode: StructuredSide = (() => {
	const data = ({ message }: Record<string, unknown>) => (message as { content?: unknown } | undefined)?.content;
	return {
		name: 'OpenAI node, JSON output',
		credential: openAiCredential,
		nodes: () => ({
			chain: [
				{
					name: 'OpenAI',
					type: '@n8n/n8n-nodes-langchain.openAi',
					typeVersion: 1.8,
					parameters: {
						resource: 'text',
						operation: 'message',
						modelId: { __rl: true, mode: 'id', value: model },
						messages: { values: [{ content: ASK }] },
						jsonOutput: true,
						options: {},
					},
					needsCredential: true,
					onError,
				},
			],
		}),
		data,
		answer: (item) => isRight(data(item)),
	};
})();
