import type { BaseChatModel } from '@n8n/ai-node-sdk';
import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { loadAiSdk } from '../shared/ai-sdk';
import { limiterOf } from '../shared/accounts';
import { clock } from '../shared/clock';
import { connect, CREDENTIAL } from '../shared/connection';
import { toNodeError } from '../shared/errors';
import { attemptsToCorrectOption, readAttemptsToCorrect } from '../shared/fields/corrections';
import { extraBodyOption } from '../shared/fields/extra-body';
import { modelFields } from '../shared/fields/model';
import { optionsField } from '../shared/fields/options';
import { readPatience, retriesOption, timeoutOption } from '../shared/fields/patience';
import { reasoningFields } from '../shared/fields/reasoning';
import { responseFields } from '../shared/fields/response-format';
import { webSearchFields } from '../shared/fields/web-search';
import { searchModels } from '../shared/model-list';
import { createChatModel } from './chat-model';
import { connectionHint } from './connection-hint';
import { mendAdapter, type Adapter } from './langchain-adapter';
import { readCommonRequest, requestOptions } from './request';

export class LmChatStepfun implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'StepFun Chat Model',
		name: 'lmChatStepfun',
		icon: { light: 'file:../icons/stepfun.svg', dark: 'file:../icons/stepfun.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"] || "No model chosen" }}',
		description: 'Use a StepFun model in AI Agent and the AI chains, with its reasoning kept between tool calls',
		defaults: { name: 'StepFun Chat Model' },
		codex: {
			categories: ['AI'],
			subcategories: { AI: ['Language Models', 'Root Nodes'], 'Language Models': ['Chat Models (Recommended)'] },
			alias: ['StepFun', 'Step', '阶跃星辰', '阶跃', 'LLM'],
			resources: { primaryDocumentation: [{ url: 'https://github.com/n8n-nodes-stepfun/n8n-nodes-stepfun#readme' }] },
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			connectionHint,
			...modelFields,
			...responseFields(
				'The format of the answer. If an output parser is connected to the AI node, the answer follows the parser, and a schema of this node is not sent.',
			),
			...reasoningFields('How long the model thinks before it answers. The log shows the reasoning.'),
			...webSearchFields(
				'Whether StepFun may search the web for the answer, beside the tools of the AI node. The log shows what was found.',
			),
			optionsField([
				...Object.values(requestOptions),
				attemptsToCorrectOption,
				extraBodyOption,
				retriesOption,
				timeoutOption,
			]),
		],
	};

	methods = { listSearch: { searchModels } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const toSubNodeError = (error: unknown): Error => {
			const nodeError = toNodeError(this.getNode(), error, itemIndex);
			// n8n then shows it at this node rather than at the agent that asked.
			nodeError.functionality = 'configuration-node';
			return nodeError;
		};
		try {
			const sdk = await loadAiSdk(this.getNode());
			const signal = this.getExecutionCancelSignal();
			const options = this.getNodeParameter('options', itemIndex, {});
			const connection = await connect(this);
			const limiter = await limiterOf(connection);
			const request = readCommonRequest(this, itemIndex, options);
			const chatModel: BaseChatModel = createChatModel(sdk, {
				request,
				attempts: readAttemptsToCorrect(options),
				options: {
					...connection,
					...readPatience(options),
					lane: limiter.lane(),
					clock,
					...(signal && { signal }),
				},
				toNodeError: toSubNodeError,
			});
			const { response } = sdk.supplyModel(this, chatModel);
			const { extra, ...fields } = request;
			return { response: mendAdapter(response as Adapter, { ...fields, ...extra }) };
		} catch (error) {
			throw toSubNodeError(error);
		}
	}
}
