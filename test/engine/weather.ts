import { DynamicStructuredTool } from '@langchain/core/tools';
import { NodeConnectionTypes, type INodeType } from 'n8n-workflow';
import { z } from 'zod';

/** A tool node whose tool is called get_weather, and says that it is sunny wherever it is asked about. */
export const weatherNode = (metadata: Record<string, unknown> = {}, schema?: object): INodeType => ({
	description: {
		displayName: 'Weather',
		name: 'weather',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Weather' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
		properties: [],
	},
	async supplyData() {
		const tool = new DynamicStructuredTool({
			name: 'get_weather',
			description: 'Weather',
			schema: z.object({ city: z.string() }),
			func: async () => 'sunny',
			metadata,
		});
		return { response: schema ? Object.assign(tool, { schema }) : tool };
	},
});
