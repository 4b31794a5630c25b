import { parseJsonField } from '../../shared/fields/json-field';
import type { Option } from '../../shared/fields/options';

/** Its data is checked by `withExtraBody`, against the request that it joins. */
export const extraBodyOption: Option<unknown> = {
	property: {
		displayName: 'Extra Body Fields',
		name: 'extraBody',
		type: 'json',
		default: '{}',
		description:
			'Fields of the request that this node has no setting for, as a JSON object such as {"tool_choice": "auto"}',
	},
	read: (value) => parseJsonField('Extra Body Fields', value),
};
