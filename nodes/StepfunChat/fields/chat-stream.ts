import type { IDataObject, INodeProperties } from 'n8n-workflow';

/** Entries of the Options collection. */
export const enableStreamingOption: INodeProperties = {
	displayName: 'Enable Streaming',
	name: 'enableStreaming',
	type: 'boolean',
	default: true,
	description:
		"Whether the answer appears in the chat as it is written, where the trigger's Response Mode is Streaming",
};

export const streamReasoningOption: INodeProperties = {
	displayName: 'Stream Reasoning',
	name: 'streamReasoning',
	type: 'boolean',
	default: false,
	description: 'Whether a streamed answer shows the reasoning before it, as a quotation',
};

export interface StreamSettings {
	enabled: boolean;
	reasoning: boolean;
}

export const readStreamSettings = ({
	enableStreaming = true,
	streamReasoning = false,
}: IDataObject): StreamSettings => ({
	enabled: enableStreaming === true,
	reasoning: streamReasoning === true,
});
