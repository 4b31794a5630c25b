import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import { parseJsonField } from '../../../stepfun/json';
import { record } from '../../../stepfun/record';
import type { ChatRequest } from '../../../stepfun/types';

/** One of the Options. */
export const extraBodyOption: INodeProperties = {
	displayName: 'Extra Body Fields',
	name: 'extraBody',
	type: 'json',
	default: '{}',
	description:
		'Fields of the request that this node has no setting for, as a JSON object such as {"tool_choice": "auto"}',
};

/**
 * The request with the fields that the panel has no setting for.
 *
 * @throws StepfunError `invalid_input` for a field that the panel has set already.
 */
export function withExtraBody({ extraBody }: IDataObject, request: ChatRequest): ChatRequest {
	const value = parseJsonField('Extra Body Fields', extraBody);
	if (value === undefined || value === null) return request;
	const extra = record(value);
	if (!extra)
		throw invalidInput('Extra Body Fields is no JSON object', 'Give an object such as {"tool_choice": "auto"}');
	const taken = Object.keys(extra).find((field) => Object.hasOwn(request, field));
	if (taken !== undefined) {
		throw invalidInput(
			`Extra Body Fields holds "${taken}", which another field of this node has set`,
			`Remove "${taken}" from Extra Body Fields, or take back that setting`,
		);
	}
	return { ...request, ...extra };
}
