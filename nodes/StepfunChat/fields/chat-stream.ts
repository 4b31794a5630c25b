import type { IDataObject } from 'n8n-workflow';
import { booleanOption, readOption } from '../../shared/fields/options';

export const enableStreamingOption = booleanOption({
	displayName: 'Enable Streaming',
	name: 'enableStreaming',
	type: 'boolean',
	default: true,
	description:
		"Whether the answer appears in the chat while it is being written, if the trigger's Response Mode is Streaming",
});

export const streamReasoningOption = booleanOption({
	displayName: 'Stream Reasoning',
	name: 'streamReasoning',
	type: 'boolean',
	default: false,
	description: 'Whether to show the reasoning before a streamed answer, as a quotation',
});

export interface StreamSettings {
	enabled: boolean;
	reasoning: boolean;
}

export const readStreamSettings = (options: IDataObject): StreamSettings => ({
	enabled: readOption(enableStreamingOption, options) ?? true,
	reasoning: readOption(streamReasoningOption, options) ?? false,
});
