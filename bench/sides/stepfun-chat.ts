import { chatNodeType, credentialType } from '../../host/names';
import { apiKey, model } from '../api';
import { retrySettings, type Side } from './side';

/** The node of this package. Large files go as video: StepFun takes images up to 20 MB, and the node refuses larger ones. */
export const stepfunChat: Side = {
	name: 'StepFun Chat',
	credential: (baseUrl, key = apiKey) => ({
		type: credentialType,
		data: { apiKey: key, region: 'custom', plan: 'standard', baseUrl },
	}),
	nodes: ({ atOnce, withFile, ...options }) => ({
		chain: [
			{
				name: 'StepFun Chat',
				type: chatNodeType,
				typeVersion: 1,
				parameters: {
					model: { __rl: true, mode: 'id', value: model },
					messages: {
						values: [{ role: 'user', content: withFile ? 'What is this?' : '={{ $json.prompt }}' }],
					},
					...(withFile && {
						attachments: { values: [{ type: 'video', source: 'binary', binaryFields: 'data' }] },
					}),
					options: { ...(atOnce && { maxConcurrentRequests: atOnce }) },
				},
				needsCredential: true,
				...retrySettings(options),
			},
		],
	}),
	answer: ({ content }) => content,
};
