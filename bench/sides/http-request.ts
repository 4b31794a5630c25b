import { apiKey, model } from '../api';
import { retrySettings, type Side } from './side';

/** n8n's HTTP Request node; a file has to become base64 text in the item first. */
export const httpRequest: Side = {
	name: 'HTTP Request',
	credential: (_url, key = apiKey) => ({
		type: 'httpHeaderAuth',
		data: { name: 'Authorization', value: `Bearer ${key}`, allowedHttpRequestDomains: 'all' },
	}),
	nodes: ({ url, atOnce, pauseMs, withFile, ...options }) => ({
		chain: [
			...(withFile
				? [
						{
							name: 'Base64',
							type: 'n8n-nodes-base.extractFromFile',
							typeVersion: 1.1,
							parameters: { operation: 'binaryToPropery', options: {} },
						},
					]
				: []),
			{
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.4,
				parameters: {
					method: 'POST',
					url: `${url}/chat/completions`,
					authentication: 'genericCredentialType',
					genericAuthType: 'httpHeaderAuth',
					sendBody: true,
					specifyBody: 'json',
					jsonBody: `={{ JSON.stringify({ model: '${model}', messages: [{ role: 'user', content: ${withFile ? FILE_CONTENT : '$json.prompt'} }] }) }}`,
					options: {
						...(atOnce && { batching: { batch: { batchSize: atOnce, batchInterval: pauseMs ?? 0 } } }),
					},
				},
				needsCredential: true,
				...retrySettings(options),
			},
		],
	}),
	answer: ({ choices }) =>
		Array.isArray(choices) ? (choices[0] as { message?: { content?: string } }).message?.content : undefined,
};

const FILE_CONTENT =
	"[{ type: 'image_url', image_url: { url: 'data:image/png;base64,' + $json.data } }, { type: 'text', text: 'What is this?' }]";

/** The file as it is in a form for StepFun's parser: the first of the requests that it takes to read a document. */
export const httpUpload: Side = {
	...httpRequest,
	name: 'HTTP Request, the upload alone',
	nodes: ({ url }) => ({
		chain: [
			{
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.4,
				parameters: {
					method: 'POST',
					url: `${url}/files`,
					authentication: 'genericCredentialType',
					genericAuthType: 'httpHeaderAuth',
					sendBody: true,
					contentType: 'multipart-form-data',
					bodyParameters: {
						parameters: [
							{ name: 'purpose', value: 'file-extract' },
							{ parameterType: 'formBinaryData', name: 'file', inputDataFieldName: 'data' },
						],
					},
					options: {},
				},
				needsCredential: true,
			},
		],
	}),
	answer: ({ id }) => id,
};
