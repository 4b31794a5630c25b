import type { INodeProperties } from 'n8n-workflow';
import { webSearchTool } from '../../../stepfun/request/tools';
import type { WebSearchTool } from '../../../stepfun/types';
import type { FieldContext } from './model';

/** @param description Also says where the results are. */
export const webSearchFields = (description: string): INodeProperties[] => [
	{
		displayName: 'Search the Web',
		name: 'webSearch',
		type: 'boolean',
		default: false,
		description,
	},
	{
		displayName: 'When to Search',
		name: 'webSearchDescription',
		type: 'string',
		default: 'Searches the web for current events and for facts that may have changed',
		placeholder: 'e.g. Searches the web for news about our competitors',
		displayOptions: { show: { webSearch: [true] } },
		description: 'What the search is for: the model decides when to search based on this text',
	},
];

/** StepFun's own search as a tool of the request; none is an empty list. */
export const readWebSearch = (context: FieldContext, itemIndex: number): WebSearchTool[] =>
	context.getNodeParameter('webSearch', itemIndex, false) === true
		? [webSearchTool(context.getNodeParameter('webSearchDescription', itemIndex, '') as string)]
		: [];
