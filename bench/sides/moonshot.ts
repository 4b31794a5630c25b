import { apiKey, model } from '../api';
import { retrySettings, type Side } from './side';

/**
 * The vendor node of n8n that is nearest to StepFun: the same wire format, images from files. The address is a hidden field of its
 * credential, so that only someone who writes the credential by hand, as here, can lead it elsewhere.
 */
export const moonshot: Side = {
	name: 'Vendor node (Moonshot)',
	credential: (url, key = apiKey) => ({
		type: 'moonshotApi',
		data: { apiKey: key, region: 'international', url, allowedHttpRequestDomains: 'all' },
	}),
	nodes: ({ withFile, ...options }) => ({
		chain: [
			{
				name: 'Moonshot',
				type: '@n8n/n8n-nodes-langchain.moonshot',
				typeVersion: 1,
				parameters: {
					resource: 'text',
					operation: 'message',
					modelId: { __rl: true, mode: 'id', value: model },
					messages: {
						values: [{ role: 'user', content: withFile ? 'What is this?' : '={{ $json.prompt }}' }],
					},
					...(withFile && { addAttachments: true, binaryPropertyName: 'data' }),
					options: {},
				},
				needsCredential: true,
				...retrySettings(options),
			},
		],
	}),
	answer: ({ content }) => content,
};
