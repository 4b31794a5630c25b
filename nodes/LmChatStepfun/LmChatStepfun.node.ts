import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import type { ResponseFormat } from '../../stepfun/types';
import { loadAiSdk } from '../shared/ai-sdk';
import { limiterOf } from '../shared/accounts';
import { clock } from '../shared/clock';
import { connect, CREDENTIAL } from '../shared/connection';
import { toNodeError } from '../shared/errors';
import { modelFields, readModel } from '../shared/fields/model';
import { optionsField, readOptions, type Option, type RequestOptions } from '../shared/fields/options';
import { readPatience, retriesOption, timeoutOption } from '../shared/fields/patience';
import { readReasoningEffort, reasoningFields, reasoningFormatOption } from '../shared/fields/reasoning';
import { samplingOptions } from '../shared/fields/sampling';
import { searchModels } from '../shared/model-list';
import { createChatModel } from './chat-model';
import { mendAdapter, type Adapter } from './langchain-adapter';

/** Without JSON Schema: output parsers write their schemas into the prompt, or offer them as a tool. */
const responseFormatOption: Option<ResponseFormat> = {
	property: {
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{
				name: 'JSON Object',
				value: 'json_object',
				description: 'Any JSON: say in the prompt which fields it should have',
			},
			{ name: 'Text', value: 'text', description: 'The text as the model writes it' },
		],
		default: 'text',
		description: 'The format of the answer',
	},
	read: (value) => (value === 'json_object' ? { type: value } : undefined),
};

/** Options that are fields of the request, in the order in which they are sent. */
const requestOptions = {
	reasoning_format: reasoningFormatOption,
	...samplingOptions,
	response_format: responseFormatOption,
} satisfies RequestOptions;

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
			...modelFields,
			...reasoningFields,
			optionsField([...Object.values(requestOptions), retriesOption, timeoutOption]),
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
			const model = readModel(this, itemIndex);
			const options = this.getNodeParameter('options', itemIndex, {});
			const connection = await connect(this);
			const limiter = await limiterOf(connection);
			const request = {
				model,
				...readReasoningEffort(this, itemIndex, model),
				...readOptions(requestOptions, options),
			};
			const chatModel = createChatModel(sdk, {
				request,
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
			return { response: mendAdapter(response as Adapter, request) };
		} catch (error) {
			throw toSubNodeError(error);
		}
	}
}
