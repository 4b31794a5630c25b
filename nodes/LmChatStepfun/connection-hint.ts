import type { INodeProperties } from 'n8n-workflow';

/**
 * The notice that n8n's own models show until they are connected: the editor hides this class at a node whose output is, and opens its
 * list of AI nodes from the link. n8n's function for it is not open to community packages.
 */
export const connectionHint: INodeProperties = {
	displayName:
		"This node must be connected to an AI chain. <a data-action='openSelectiveNodeCreator' data-action-parameter-creatorview='AI'>Insert one</a>",
	name: 'notice',
	type: 'notice',
	default: '',
	typeOptions: { containerClass: 'ndv-connection-hint-notice' },
};
