import { parseJsonField } from '../../shared/fields/json-field';
import type { Option } from '../../shared/fields/options';

/** Its data is checked by `withExtraBody`, against the request that it joins. */
export const extraBodyOption: Option<unknown> = {
	property: {
		displayName: 'Extra Body Fields',
		name: 'extraBody',
		type: 'json',
		default: '{}',
		hint: 'A field that is also set in the panel is sent as it stands here; null leaves it out',
		description:
			'Fields of the request that this node has no setting for, as a JSON object such as {"tool_choice": "auto"}. Those that it has a setting for are checked like it, and override it.',
	},
	read: (value) => parseJsonField('Extra Body Fields', value),
};
