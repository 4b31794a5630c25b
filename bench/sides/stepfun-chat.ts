import { chatNodeType, credentialType } from '../../host/names';
import { apiKey, model } from '../api';
import { retrySettings, type BareNode, type Side } from './side';

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

/** The same node, with other parameters for its one message. */
const variant = (
	name: string,
	content: string,
	attachment: object,
	options: object = {},
	subNodes: BareNode[] = [],
): Side => ({
	...stepfunChat,
	name,
	nodes: () => ({
		chain: [
			{
				name: 'StepFun Chat',
				type: chatNodeType,
				typeVersion: 1,
				parameters: {
					model: { __rl: true, mode: 'id', value: model },
					messages: { values: [{ role: 'user', content }] },
					attachments: { values: [{ source: 'binary', binaryFields: 'data', ...attachment }] },
					options,
				},
				needsCredential: true,
			},
		],
		connections: Object.fromEntries(
			subNodes.map((node) => [node.name, { ai_tool: [[{ node: 'StepFun Chat', type: 'ai_tool', index: 0 }]] }]),
		),
	}),
	subNodes,
});

/** The file goes to StepFun's parser. */
export const documentChat = variant('StepFun Chat', 'Summarise it', { type: 'document' });

const calculator: BareNode = {
	name: 'Calculator',
	type: '@n8n/n8n-nodes-langchain.toolCalculator',
	typeVersion: 1,
	parameters: {},
};

/** The emulator's model asks for the tool in so many rounds, and then answers. */
export const roundsChat = (name: string, rounds: number, uploadLargeFiles: boolean): Side =>
	variant(
		name,
		`Use calculator for 340 / 12 in ${rounds} rounds`,
		{ type: 'video' },
		uploadLargeFiles ? { uploadLargeFiles } : {},
		[calculator],
	);
