import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseJsonField } from '../../../stepfun/json';
import { readMessages } from '../../../stepfun/messages';
import type { Message } from '../../../stepfun/types';

export const messagesFields: INodeProperties[] = [
	{
		displayName: 'Specify Messages',
		name: 'specifyMessages',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json', description: 'A whole conversation as data, such as an earlier output' },
		],
		default: 'fields',
	},
	{
		displayName: 'Messages',
		name: 'messages',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Message' },
		placeholder: 'Add Message',
		default: { values: [{ role: 'user', content: '' }] },
		displayOptions: { show: { specifyMessages: ['fields'] } },
		options: [
			{
				displayName: 'Message',
				name: 'values',
				values: [
					{
						displayName: 'Role',
						name: 'role',
						type: 'options',
						options: [
							{ name: 'User', value: 'user', description: 'What you ask or tell the model' },
							{ name: 'Assistant', value: 'assistant', description: 'What the model answered before' },
							{ name: 'System', value: 'system', description: 'How the model shall behave' },
						],
						default: 'user',
					},
					{
						displayName: 'Content',
						name: 'content',
						type: 'string',
						typeOptions: { rows: 3 },
						default: '',
						placeholder: 'e.g. Write a headline about {{ $json.topic }}',
					},
				],
			},
		],
	},
	{
		displayName: 'Messages (JSON)',
		name: 'messagesJson',
		type: 'json',
		typeOptions: { rows: 8 },
		default: '[\n  { "role": "user", "content": "" }\n]',
		displayOptions: { show: { specifyMessages: ['json'] } },
		description: 'An array of messages with role and content, oldest first. An expression may give the array itself.',
	},
];

/** @throws StepfunError `invalid_input` for messages that the API would refuse. */
export function readConversation(context: IExecuteFunctions, itemIndex: number): Message[] {
	if (context.getNodeParameter('specifyMessages', itemIndex) === 'json') {
		return readMessages(parseJsonField('Messages (JSON)', context.getNodeParameter('messagesJson', itemIndex)));
	}
	return readMessages(context.getNodeParameter('messages.values', itemIndex, []));
}
