import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ChatRequest } from '../../../stepfun/types';

/** Entry of the Options collection. Schemas come from output parsers, which write them into the prompt or give them as a tool. */
export const responseFormatOption: INodeProperties = {
	displayName: 'Response Format',
	name: 'responseFormat',
	type: 'options',
	options: [
		{ name: 'JSON Object', value: 'json_object', description: 'Any JSON: say in the prompt which fields it has' },
		{ name: 'Text', value: 'text', description: 'Whatever the model writes' },
	],
	default: 'text',
	description: 'What the model answers with',
};

export const readResponseFormat = ({ responseFormat }: IDataObject): Pick<ChatRequest, 'response_format'> =>
	responseFormat === 'json_object' ? { response_format: { type: 'json_object' } } : {};
