import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { asRecord } from '../../../stepfun/json';
import { joinsNothing, readMessages, type JoiningParts } from '../../../stepfun/request/messages';
import type { Message } from '../../../stepfun/types';
import { parseJsonField } from '../../shared/fields/json-field';
import { present, requireJsonField } from '../../shared/fields/present';

const messageFields: INodeProperties[] = [
	{
		displayName: 'Role',
		name: 'role',
		type: 'options',
		options: [
			{ name: 'User', value: 'user', description: 'What you ask or tell the model' },
			{ name: 'Assistant', value: 'assistant', description: 'What the model answered earlier' },
			{ name: 'System', value: 'system', description: 'How the model should behave' },
			{ name: 'Tool', value: 'tool', description: 'The result of a function that the model called' },
		],
		default: 'user',
	},
	{
		displayName: 'Tool Call ID',
		name: 'toolCallId',
		type: 'string',
		default: '',
		placeholder: 'e.g. call_brg23SRcTgmpm_V0jfP',
		displayOptions: { show: { role: ['tool'] } },
		description: 'The ID of the tool call that this message answers',
	},
	{
		displayName: 'Content',
		name: 'content',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. Write a headline about {{ $json.topic }}',
		description: 'The text of the message',
	},
	{
		displayName: 'Tool Calls',
		name: 'toolCalls',
		type: 'json',
		default: '[]',
		placeholder: 'e.g. {{ $json.tool_calls }}',
		displayOptions: { show: { role: ['assistant'] } },
		description:
			'The tool calls of this message, as output by an earlier StepFun Chat. Leave it unchanged if there are none.',
	},
	{
		displayName: 'Reasoning',
		name: 'reasoning',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. {{ $json.reasoning }}',
		displayOptions: { show: { role: ['assistant'] } },
		description:
			'The reasoning that led to the tool calls, so that the model can continue where it left off. Sent only with tool calls.',
	},
];

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
		description: 'The conversation, oldest first',
		options: [
			{
				displayName: 'Message',
				name: 'values',
				values: messageFields,
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
		description:
			'An array of messages with role and content, oldest first. An expression can return the array itself. Output items of StepFun Chat can be used unchanged, as messages of the assistant.',
	},
];

/**
 * @param attachments Added to the last user message.
 * @throws StepfunError `invalid_input` for messages that the API would refuse.
 */
export function readConversation(context: IExecuteFunctions, itemIndex: number, attachments: JoiningParts): Message[] {
	if (context.getNodeParameter('specifyMessages', itemIndex) === 'json') {
		const given = requireJsonField('Messages (JSON)', context.getNodeParameter('messagesJson', itemIndex));
		return readMessages(Array.isArray(given) ? given.map(messageInOutput) : given, attachments);
	}
	const rows = context.getNodeParameter('messages.values', itemIndex, []) as MessageRow[];
	const withAttachments = joinsNothing(attachments) ? -1 : rows.findLastIndex(({ role }) => role === 'user');
	return readMessages(
		rows.map((row, i) => messageOfRow(row, `message ${i + 1}`, i !== withAttachments)),
		attachments,
	);
}

/** The message in the output of a StepFun Chat node: an n8n item, a simplified item or a raw completion. Others are left unchanged. */
function messageInOutput(value: unknown): unknown {
	const fields = asRecord(value);
	if (!fields || fields['role'] !== undefined) return value;
	if (asRecord(fields['json'])) return messageInOutput(fields['json']);
	const choice = Array.isArray(fields['choices']) ? asRecord(fields['choices'][0]) : undefined;
	const message = asRecord(choice?.['message']);
	if (message) return { ...message, role: 'assistant' };
	return fields['finish_reason'] === undefined ? value : { ...fields, role: 'assistant' };
}

interface MessageRow {
	role: string;
	content?: unknown;
	toolCallId?: unknown;
	toolCalls?: unknown;
	reasoning?: unknown;
}

/** Fields that are left over from another role are not part of the message. */
function messageOfRow(
	{ role, content, toolCallId, toolCalls, reasoning }: MessageRow,
	place: string,
	needsContent: boolean,
): object {
	switch (role) {
		case 'tool':
			return { role, content, tool_call_id: present(toolCallId, `In Messages, the Tool Call ID of ${place}`) };
		case 'assistant': {
			const calls = parseJsonField('Tool Calls', toolCalls);
			const isCall = Array.isArray(calls) && calls.length > 0;
			return { role, content: isCall ? content : contentOf(content, place), tool_calls: calls, reasoning };
		}
		default:
			return { role, content: needsContent ? contentOf(content, place) : content };
	}
}

const contentOf = (content: unknown, place: string): unknown =>
	present(content, `In Messages, the Content of ${place}`);
