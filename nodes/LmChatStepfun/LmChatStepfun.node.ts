import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { Limiter } from '../../stepfun/client/limiter';
import { loadAiSdk } from '../shared/ai-sdk';
import { clock, connect, CREDENTIAL } from '../shared/connection';
import { toNodeError } from '../shared/errors';
import { modelFields, readModel } from '../shared/fields/model';
import { optionsField } from '../shared/fields/options';
import { readPatience, retriesOption, timeoutOption } from '../shared/fields/patience';
import { readReasoning, reasoningFields, reasoningFormatOption } from '../shared/fields/reasoning';
import {
	frequencyPenaltyOption,
	maxTokensOption,
	readSampling,
	stopOption,
	temperatureOption,
	topPOption,
} from '../shared/fields/sampling';
import { searchModels } from '../shared/model-list';
import { type ChatModelSettings, createChatModel } from './chat-model';
import { readResponseFormat, responseFormatOption } from './fields/response-format';
import { type Adapter, lettingThrough } from './langchain-adapter';

export class LmChatStepfun implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'StepFun Chat Model',
		name: 'lmChatStepfun',
		icon: { light: 'file:../icons/stepfun.svg', dark: 'file:../icons/stepfun.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"] || "No model chosen" }}',
		description: 'StepFun as the model of AI Agent and the AI chains, with its reasoning kept between tool calls',
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
			...modelFields,
			...reasoningFields,
			optionsField([
				frequencyPenaltyOption,
				maxTokensOption,
				reasoningFormatOption,
				responseFormatOption,
				retriesOption,
				temperatureOption,
				stopOption,
				timeoutOption,
				topPOption,
			]),
		],
	};

	methods = { listSearch: { searchModels } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const readable: ChatModelSettings['readable'] = (error) => {
			const nodeError = toNodeError(this.getNode(), error, itemIndex);
			// n8n then shows it at this node rather than at the agent that asked.
			nodeError.functionality = 'configuration-node';
			return nodeError;
		};
		try {
			const sdk = await loadAiSdk(this.getNode());
			const signal = this.getExecutionCancelSignal();
			const model = readModel(this, itemIndex);
			const options = this.getNodeParameter('options', itemIndex, {});
			const chatModel = createChatModel(sdk, {
				request: {
					model,
					...readReasoning(this, itemIndex, model, options),
					...readSampling(options),
					...readResponseFormat(options),
				},
				options: {
					...(await connect(this)),
					...readPatience(options),
					limiter: new Limiter({ maxConcurrent: Infinity, requestsPerMinute: 0, clock }),
					clock,
					...(signal && { signal }),
				},
				readable,
			});
			const { response } = sdk.supplyModel(this, chatModel);
			return { response: lettingThrough(response as Adapter) };
		} catch (error) {
			throw readable(error);
		}
	}
}
