import { apiKey, model } from '../api';
import type { BareNode } from './side';

/** n8n's OpenAI Chat Model, led to another API by its credential; the Responses API is off, as StepFun has chat completions. */
export const openAiChatModel: BareNode = {
	name: 'OpenAI Chat Model',
	type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
	typeVersion: 1.3,
	parameters: { model: { __rl: true, mode: 'id', value: model }, responsesApiEnabled: false, options: {} },
	needsCredential: true,
};

export const openAiCredential = (url: string, key = apiKey) => ({
	type: 'openAiApi',
	data: { apiKey: key, url, header: false, allowedHttpRequestDomains: 'all' },
});

/** Connects the model with a node that has a place for one. */
export const asModelOf = (node: string) => ({
	[openAiChatModel.name]: { ai_languageModel: [[{ node, type: 'ai_languageModel', index: 0 }]] },
});
