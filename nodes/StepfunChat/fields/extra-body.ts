import { parseJsonField } from '../../shared/fields/json-field';
import type { Option } from '../../shared/fields/options';

/** `withExtraBody` checks its data against the request that it is added to. */
export const extraBodyOption: Option<unknown> = {
	property: {
		displayName: 'Extra Body Fields',
		name: 'extraBody',
		type: 'json',
		default: '{}',
		description: 'Request fields for which this node has no setting, as a JSON object such as {"tool_choice": "auto"}',
	},
	read: (value) => parseJsonField('Extra Body Fields', value),
};
