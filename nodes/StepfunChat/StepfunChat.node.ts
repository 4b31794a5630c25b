import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { CREDENTIAL } from '../shared/connection';
import { errorItem, toNodeError } from '../shared/errors';
import { modelFields } from '../shared/fields/model';
import { reasoningFields } from '../shared/fields/reasoning';
import { responseFields } from '../shared/fields/response-format';
import { runItems } from '../shared/items';
import { searchModels } from '../shared/model-list';
import { attachmentsFields } from './fields/attachments';
import { messagesFields } from './fields/messages';
import { optionsFields } from './fields/options';
import { simplifyField } from './fields/output';
import { toolsFields } from './fields/tools';
import { voiceFields } from './fields/voice';
import { completeItem, endRun, startRun } from './item';

export class StepfunChat implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'StepFun Chat',
		name: 'stepfunChat',
		icon: { light: 'file:../icons/stepfun.svg', dark: 'file:../icons/stepfun.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["model"] || "No model chosen" }}',
		description: 'Send text, images, video, audio and documents to a StepFun model',
		defaults: { name: 'StepFun Chat' },
		codex: {
			categories: ['Utility', 'Miscellaneous'],
			alias: [
				'StepFun',
				'Step',
				'阶跃星辰',
				'阶跃',
				'LLM',
				'GPT',
				'Chat',
				'Completion',
				'Vision',
				'Image',
				'Video',
				'Audio',
				'Document',
				'PDF',
				'Voice',
				'Speech',
				'Reasoning',
				'Generate text',
			],
			resources: {
				primaryDocumentation: [{ url: 'https://github.com/n8n-nodes-stepfun/n8n-nodes-stepfun#readme' }],
				credentialDocumentation: [{ url: 'https://platform.stepfun.ai/docs' }],
			},
		},
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool, displayName: 'Tools' }],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL, required: true }],
		properties: [
			...modelFields,
			...messagesFields,
			...attachmentsFields,
			...responseFields('The format of the answer. JSON is also output as data, in the field parsed.'),
			...voiceFields,
			...reasoningFields(
				'How long the model thinks before it answers. The reasoning is output in the field reasoning.',
			),
			...toolsFields,
			simplifyField,
			...optionsFields,
		],
	};

	methods = { listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const continueOnFail = this.continueOnFail();
		const run = await startRun(this).catch((error: unknown) => {
			if (continueOnFail && !this.getExecutionCancelSignal()?.aborted) return { error };
			throw toNodeError(this.getNode(), error, 0);
		});
		// n8n would pass the items on as if they had been answered.
		if ('error' in run) return [this.getInputData().map((_, itemIndex) => errorItem(run.error, itemIndex))];
		try {
			return [await runItems(this, (itemIndex) => completeItem(this, itemIndex, run), { ...run, continueOnFail })];
		} finally {
			await endRun(this, run);
		}
	}
}
