import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { asRecord } from '../../../stepfun/json';
import { idsWhere } from '../../../stepfun/models';
import { schemaFromExample } from '../../../stepfun/request/json-schema';
import { functionTool, readTools } from '../../../stepfun/request/tools';
import type { Tool } from '../../../stepfun/types';
import { parseJsonField } from '../../shared/fields/json-field';
import { readOption, wholeNumberOption } from '../../shared/fields/options';
import { panelSchema } from '../../shared/fields/panel-schema';
import { readWebSearch, webSearchFields } from '../../shared/fields/web-search';

const functionFields: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		placeholder: 'e.g. get_weather',
		hint: 'Calls are output as tool_calls. To have n8n run a tool, connect it below the node instead',
		description: 'Letters, digits, _ and -. StepFun recommends at most 64 of them.',
	},
	{
		displayName: 'Description',
		name: 'description',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Gives the current weather of a city',
		description: 'What the function does and when to call it: the model decides based on this text',
	},
	{
		displayName: 'Parameters',
		name: 'specifyParameters',
		type: 'options',
		options: [
			{ name: 'Define Using JSON Schema', value: 'schema' },
			{ name: 'Generate From JSON Example', value: 'example' },
			{ name: 'None', value: 'none' },
		],
		default: 'example',
		description: 'The parameters that the model passes to the function',
	},
	{
		displayName: 'Parameters Example',
		name: 'parametersExample',
		type: 'json',
		typeOptions: { rows: 4 },
		default: '{\n  "city": "Paris"\n}',
		displayOptions: { show: { specifyParameters: ['example'] } },
		description: 'An object with all parameters. Only its names and types are used, not its values.',
	},
	{
		displayName: 'Parameters Schema',
		name: 'parametersSchema',
		type: 'json',
		typeOptions: { rows: 8 },
		default:
			'{\n  "type": "object",\n  "properties": {\n    "city": { "type": "string", "description": "City, such as Paris" }\n  },\n  "required": ["city"]\n}',
		displayOptions: { show: { specifyParameters: ['schema'] } },
		description: 'A JSON Schema with the root type object',
	},
];

export const toolsFields: INodeProperties[] = [
	...webSearchFields('Whether StepFun may search the web for the answer. The results are output as search_results.'),
	{
		displayName:
			"The chosen model has no search of its own. This node searches for it with StepFun's search API, for 0.04 CNY a call, as often as the model asks within Max Tool Iterations.",
		name: 'webSearchNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: { webSearch: [true], '/model': [{ _cnd: { regex: idsWhere(({ webSearch }) => webSearch === false) } }] },
		},
	},
	{
		displayName: 'Tools',
		name: 'tools',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Tool' },
		placeholder: 'Add Tool',
		default: {},
		description:
			'Functions that the model may call. The calls are output as tool_calls for the workflow to run: answer each with a message of the role Tool.',
		options: [
			{
				displayName: 'Function',
				name: 'functions',
				values: functionFields,
			},
			{
				displayName: 'Functions From JSON',
				name: 'json',
				values: [
					{
						displayName: 'Functions (JSON)',
						name: 'functionsJson',
						type: 'json',
						typeOptions: { rows: 8 },
						default: '[]',
						description:
							'An array of tools in the form of the API, or of functions with name, description and parameters',
					},
				],
			},
		],
	},
];

/** As in n8n's own model nodes. */
const DEFAULT_ITERATIONS = 15;

export const maxToolIterationsOption = wholeNumberOption({
	displayName: 'Max Tool Iterations',
	name: 'maxToolsIterations',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_ITERATIONS,
	description:
		'How many rounds of calls to tools that this node runs the model may make before it has to answer; a round can contain several calls',
});

/** @throws StepfunError `invalid_input` for a number below 1. */
export const readMaxIterations = (options: IDataObject): number =>
	readOption(maxToolIterationsOption, options) ?? DEFAULT_ITERATIONS;

interface FunctionRow {
	name: string;
	description?: string;
	specifyParameters?: 'none' | 'example' | 'schema';
	parametersExample?: unknown;
	parametersSchema?: unknown;
}

/**
 * The tools that the panel defines; none is an empty list. Names that are used twice are left to `checkTools`, once all are known.
 *
 * @throws StepfunError `invalid_input`
 */
export function readPanelTools(context: IExecuteFunctions, itemIndex: number): Tool[] {
	const { functions = [], json = [] } = context.getNodeParameter('tools', itemIndex, {}) as {
		functions?: FunctionRow[];
		json?: Array<{ functionsJson?: unknown }>;
	};
	return [
		...functions.map((row, i) =>
			functionTool(
				{ name: row.name, description: row.description, parameters: readParameters(row) },
				`function ${i + 1}`,
			),
		),
		...json.flatMap(({ functionsJson }) =>
			readTools(parseJsonField('Functions (JSON)', functionsJson), 'Functions (JSON)'),
		),
		...readWebSearch(context, itemIndex),
	];
}

/** An empty schema stands for a function without parameters. */
function schemaOrNone(value: unknown, name: string): unknown {
	const isNone = value === undefined || value === null || (asRecord(value) && Object.keys(value).length === 0);
	return isNone ? undefined : panelSchema(value, `In Tools, the parameters schema of "${name}"`);
}

function readParameters({
	name,
	specifyParameters = 'example',
	parametersExample,
	parametersSchema,
}: FunctionRow): unknown {
	switch (specifyParameters) {
		case 'none':
			return undefined;
		case 'example':
			return schemaFromExample(parseJsonField(`Parameters Example of "${name}"`, parametersExample));
		case 'schema':
			return schemaOrNone(parseJsonField(`Parameters Schema of "${name}"`, parametersSchema), name);
	}
}
