import { parseJsonField } from './json-field';
import type { Option } from './options';

/** `withExtraBody` checks its data against the request that it is added to. */
export const extraBodyOption: Option<unknown> = {
	property: {
		displayName: 'Extra Body Fields',
		name: 'extraBody',
		type: 'json',
		default: '{}',
		hint: 'A field that is also set in the panel is sent as it stands here. With null it is left out.',
		description:
			'Request fields for which this node has no setting, as a JSON object such as {"tool_choice": "auto"}. Fields for which it has one are checked in the same way, and override it.',
	},
	read: (value) => parseJsonField('Extra Body Fields', value),
};
