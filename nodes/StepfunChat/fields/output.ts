import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { booleanOption, readOption } from '../../shared/fields/options';

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const returnMessagesOption = booleanOption({
	displayName: 'Return Messages',
	name: 'returnMessages',
	type: 'boolean',
	default: false,
	description:
		'Whether to add the whole conversation to the output as messages: what was sent, the tool calls, their results and the answer',
});

/** The form in which a completion is output. */
interface OutputSettings {
	simplify: boolean;
	returnMessages: boolean;
}

export const readOutputSettings = (
	context: IExecuteFunctions,
	itemIndex: number,
	options: IDataObject,
): OutputSettings => ({
	simplify: Boolean(context.getNodeParameter('simplify', itemIndex)),
	returnMessages: readOption(returnMessagesOption, options) ?? false,
});
