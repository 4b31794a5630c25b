import type { INodeProperties } from 'n8n-workflow';

/** The collection of settings that are added when needed; `options` are sorted by their labels, as n8n asks for. */
export const optionsField = (options: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	description: 'Settings to add when needed',
	options,
});
