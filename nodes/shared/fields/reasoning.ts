import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import { idsWhere } from '../../../stepfun/models';
import { checkEffort, readReasoningFormat } from '../../../stepfun/request/reasoning';
import type { ChatRequest, ReasoningFormat } from '../../../stepfun/types';
import * as texts from '../texts';
import type { FieldContext } from './model';
import type { Option } from './options';

const threeTiersOnly: INodePropertyOptions['displayOptions'] = {
	hide: { '/model': [{ _cnd: { regex: idsWhere(({ efforts }) => efforts?.includes('medium') === false) } }] },
};

/** @param description Also says where the reasoning is. */
export const reasoningFields = (description: string): INodeProperties[] => [
	{
		displayName: 'Reasoning Effort',
		name: 'reasoningEffort',
		type: 'options',
		options: [
			{ name: 'Default', value: 'default', description: "The model's own default" },
			{ name: 'High', value: 'high', description: 'Thinks longest, for hard questions' },
			{ name: 'Low', value: 'low', description: 'Answers fastest and uses the fewest tokens' },
			{ name: 'Medium', value: 'medium', description: 'Between the two', displayOptions: threeTiersOnly },
		],
		default: 'default',
		description,
	},
];

/** @throws StepfunError `invalid_input` for an effort that the model does not support. */
export function readReasoningEffort(
	context: FieldContext,
	itemIndex: number,
	model: string,
): Pick<ChatRequest, 'reasoning_effort'> {
	const effort = context.getNodeParameter('reasoningEffort', itemIndex, 'default');
	return effort === 'default' || effort === '' ? {} : { reasoning_effort: checkEffort(effort, model) };
}

/** Rarely needed, and therefore in Options. */
export const reasoningFormatOption: Option<ReasoningFormat> = {
	property: {
		displayName: 'Reasoning Format',
		name: 'reasoningFormat',
		type: 'options',
		options: [
			{ name: 'DeepSeek Style', value: 'deepseek-style', description: 'In the field reasoning_content' },
			{ name: 'General', value: 'general', description: 'In the field reasoning' },
		],
		default: 'general',
		description: 'How StepFun sends the reasoning. The output is the same either way.',
	},
	read(value) {
		if (value === undefined || value === '') return undefined;
		const format = readReasoningFormat(value);
		if (format) return format;
		throw invalidInput(
			texts.unknownReasoningFormat((typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40)),
		);
	},
};
