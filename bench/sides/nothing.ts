import { apiKey } from '../api';
import type { Side } from './side';

/** What n8n and the work's other nodes cost by themselves. */
export const nothing: Side = {
	name: 'n8n alone, no call',
	credential: (_url, key = apiKey) => ({
		type: 'httpHeaderAuth',
		data: { name: 'Authorization', value: `Bearer ${key}`, allowedHttpRequestDomains: 'all' },
	}),
	nodes: () => ({
		chain: [{ name: 'Nothing', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} }],
	}),
	answer: () => true,
};
