import type { INodeProperties } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import { asRecord } from '../../../stepfun/json';
import { checkAnswerSchema, schemaFromExample } from '../../../stepfun/request/json-schema';
import { jsonSchemaFormat } from '../../../stepfun/request/response-format';
import type { ChatRequest, ResponseFormat } from '../../../stepfun/types';
import * as texts from '../texts';
import type { FieldContext } from './model';
import { panelSchema } from './panel-schema';
import { requireJsonField } from './present';

/** @param description What the node does with the answer. */
export const responseFields = (description: string): INodeProperties[] => [
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{ name: 'Text', value: 'text', description: 'The text as the model writes it' },
			{
				name: 'JSON Object',
				value: 'json_object',
				description: 'Any JSON: say in the messages which fields it should have',
			},
			{ name: 'JSON Schema', value: 'json_schema', description: 'JSON with the fields that you define' },
		],
		default: 'text',
		description,
	},
	{
		displayName: 'Schema Type',
		name: 'schemaType',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Generate From JSON Example',
				value: 'fromJson',
				description: 'Takes the names and types from an example',
			},
			{
				name: 'Define Using JSON Schema',
				value: 'manual',
				description: 'For optional fields, fixed choices and descriptions',
			},
		],
		default: 'fromJson',
		displayOptions: { show: { responseFormat: ['json_schema'] } },
		description: 'How to define the fields of the answer',
	},
	{
		displayName: 'JSON Example',
		name: 'jsonSchemaExample',
		type: 'json',
		typeOptions: { rows: 6 },
		default: '{\n  "title": "A day at the sea",\n  "tags": ["travel", "summer"],\n  "score": 7.5\n}',
		displayOptions: { show: { responseFormat: ['json_schema'], schemaType: ['fromJson'] } },
		description: 'An answer as you want it. All of its fields are required, and no others are allowed.',
	},
	{
		displayName: 'JSON Schema',
		name: 'inputSchema',
		type: 'json',
		typeOptions: { rows: 10 },
		default:
			'{\n  "type": "object",\n  "properties": {\n    "title": { "type": "string" },\n    "mood": { "enum": ["calm", "lively"] }\n  },\n  "required": ["title", "mood"],\n  "additionalProperties": false\n}',
		displayOptions: { show: { responseFormat: ['json_schema'], schemaType: ['manual'] } },
		description: 'The schema itself, without the wrapper that the API requires',
	},
	{
		displayName: 'Strict',
		name: 'strictSchema',
		type: 'boolean',
		default: true,
		displayOptions: { show: { responseFormat: ['json_schema'], schemaType: ['manual'] } },
		description: 'Whether the answer must follow the schema exactly',
	},
];

/** @throws StepfunError `invalid_input` for invalid JSON, and for an invalid schema. */
export function readResponseFormat(context: FieldContext, itemIndex: number): Pick<ChatRequest, 'response_format'> {
	const format = context.getNodeParameter('responseFormat', itemIndex, 'text');
	if (format === 'json_object') return { response_format: { type: 'json_object' } };
	if (format !== 'json_schema') return {};
	return { response_format: readSchemaFormat(context, itemIndex) };
}

function readSchemaFormat(context: FieldContext, itemIndex: number): ResponseFormat {
	if (context.getNodeParameter('schemaType', itemIndex, 'fromJson') === 'manual') {
		const schema = requireJsonField('JSON Schema', context.getNodeParameter('inputSchema', itemIndex));
		return jsonSchemaFormat(
			panelSchema(schema, 'JSON Schema', checkAnswerSchema),
			context.getNodeParameter('strictSchema', itemIndex, true) === true,
		);
	}
	const example = requireJsonField('JSON Example', context.getNodeParameter('jsonSchemaExample', itemIndex));
	if (!asRecord(example)) throw invalidInput(texts.exampleNotAnObject);
	return jsonSchemaFormat(schemaFromExample(example, { closed: true }), true);
}
