import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { parseJsonField } from '../../../stepfun/json';

/** One of the Options. */
export const extraBodyOption: INodeProperties = {
	displayName: 'Extra Body Fields',
	name: 'extraBody',
	type: 'json',
	default: '{}',
	description:
		'Fields of the request that this node has no setting for, as a JSON object such as {"tool_choice": "auto"}',
};

/** The fields as data; undefined for none. */
export const readExtraBody = ({ extraBody }: IDataObject): unknown => parseJsonField('Extra Body Fields', extraBody);
