import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import * as texts from '../texts';

/** What it takes to read a field, in a node's execution and in a sub-node alike. */
export type FieldContext = Pick<IExecuteFunctions, 'getNodeParameter'>;

/** Accepts images and video beside text, so that most of what is added to a first message works. */
const DEFAULT_MODEL = 'step-3.7-flash';

export const modelFields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: DEFAULT_MODEL, cachedResultName: DEFAULT_MODEL },
		required: true,
		description: 'The model that generates the answer',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a model...',
				typeOptions: { searchListMethod: 'searchModels', searchable: true },
			},
			{ displayName: 'ID', name: 'id', type: 'string', placeholder: 'e.g. step-3.7-flash' },
		],
	},
];

/** @throws StepfunError `invalid_input` when no model is chosen. */
export function readModel(context: FieldContext, itemIndex: number): string {
	const model = context.getNodeParameter('model', itemIndex, '', { extractValue: true });
	if (typeof model === 'string' && model.trim() !== '') return model.trim();
	throw invalidInput(texts.modelEmpty);
}
