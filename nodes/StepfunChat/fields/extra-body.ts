import type { IDataObject } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import { record } from '../../../stepfun/record';
import type { ChatRequest } from '../../../stepfun/types';
import { parseJsonField } from '../../shared/fields/json-field';
import { readOption, type Option } from '../../shared/fields/options';

export const extraBodyOption: Option<Record<string, unknown>> = {
	property: {
		displayName: 'Extra Body Fields',
		name: 'extraBody',
		type: 'json',
		default: '{}',
		description:
			'Fields of the request that this node has no setting for, as a JSON object such as {"tool_choice": "auto"}',
	},
	read(value) {
		const given = parseJsonField('Extra Body Fields', value);
		if (given === undefined || given === null) return undefined;
		const extra = record(given);
		if (extra) return extra;
		throw invalidInput('Extra Body Fields is no JSON object', 'Give an object such as {"tool_choice": "auto"}');
	},
};

/**
 * The request with the fields that the panel has no setting for.
 *
 * @throws StepfunError `invalid_input` for a field that the panel has set already.
 */
export function withExtraBody(options: IDataObject, request: ChatRequest): ChatRequest {
	const extra = readOption(extraBodyOption, options);
	if (!extra) return request;
	const taken = Object.keys(extra).find((field) => Object.hasOwn(request, field));
	if (taken !== undefined) {
		throw invalidInput(
			`Extra Body Fields holds "${taken}", which another field of this node has set`,
			`Remove "${taken}" from Extra Body Fields, or take back that setting`,
		);
	}
	return { ...request, ...extra };
}
