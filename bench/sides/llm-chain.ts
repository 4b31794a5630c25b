import { asModelOf, openAiChatModel, openAiCredential } from './openai-chat-model';
import { retrySettings, type Side } from './side';

/** Basic LLM Chain with the OpenAI Chat Model; of files it takes images. */
export const llmChain: Side = {
	name: 'LLM Chain + OpenAI Chat Model',
	credential: openAiCredential,
	nodes: ({ atOnce, pauseMs, withFile, ...options }) => ({
		chain: [
			{
				name: 'LLM Chain',
				type: '@n8n/n8n-nodes-langchain.chainLlm',
				typeVersion: 1.9,
				parameters: {
					promptType: 'define',
					text: withFile ? 'What is this?' : '={{ $json.prompt }}',
					...(withFile && {
						messages: {
							messageValues: [
								{
									type: 'HumanMessagePromptTemplate',
									messageType: 'imageBinary',
									binaryImageDataKey: 'data',
								},
							],
						},
					}),
					...(atOnce && { batching: { batchSize: atOnce, delayBetweenBatches: pauseMs ?? 0 } }),
				},
				...retrySettings(options),
			},
		],
		connections: asModelOf('LLM Chain'),
	}),
	subNodes: [openAiChatModel],
	answer: ({ text }) => text,
};
