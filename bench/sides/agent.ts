import { asModelOf, openAiChatModel, openAiCredential } from './openai-chat-model';
import type { Side } from './side';

/** AI Agent with the OpenAI Chat Model: what streams into a chat today. */
export const agent: Side = {
	name: 'AI Agent + OpenAI Chat Model',
	credential: openAiCredential,
	nodes: () => ({
		chain: [
			{
				name: 'AI Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 3.1,
				parameters: { promptType: 'define', text: '={{ $json.prompt }}', options: { enableStreaming: true } },
			},
		],
		connections: asModelOf('AI Agent'),
	}),
	subNodes: [openAiChatModel],
	answer: ({ output }) => output,
};
