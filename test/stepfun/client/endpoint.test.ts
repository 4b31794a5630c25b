import { Workflow, type INode } from 'n8n-workflow';
import { StepfunApi } from '../../../credentials/StepfunApi.credentials';
import { baseUrl, type EndpointSettings } from '../../../stepfun/client/endpoint';

const custom = (pasted: string): EndpointSettings => ({ region: 'custom', plan: 'standard', baseUrl: pasted });

const table: Array<[EndpointSettings, string]> = [
	[{ region: 'international', plan: 'standard' }, 'https://api.stepfun.ai/v1'],
	[{ region: 'china', plan: 'standard' }, 'https://api.stepfun.com/v1'],
	[{ region: 'international', plan: 'stepPlan', baseUrl: 'https://left.over' }, 'https://api.stepfun.ai/step_plan/v1'],
	[{ region: 'china', plan: 'stepPlan' }, 'https://api.stepfun.com/step_plan/v1'],
	[custom('https://gateway.example.com/v1'), 'https://gateway.example.com/v1'],
	[custom(' https://gateway.example.com/v1/ \n'), 'https://gateway.example.com/v1'],
	[custom('https://gateway.example.com/v1///'), 'https://gateway.example.com/v1'],
	[custom('https://api.stepfun.ai'), 'https://api.stepfun.ai/v1'],
	[custom('https://API.stepfun.com/'), 'https://API.stepfun.com/v1'],
	[custom('https://api.stepfun.ai/step_plan'), 'https://api.stepfun.ai/step_plan/v1'],
	[custom('https://api.stepfun.ai/step_plan/v1/messages'), 'https://api.stepfun.ai/step_plan/v1'],
	[custom('https://api.stepfun.ai/v1/chat/completions'), 'https://api.stepfun.ai/v1'],
	[custom('https://api.stepfun.ai/v1/chat/completions/'), 'https://api.stepfun.ai/v1'],
	[custom('https://api.stepfun.ai/v1/models?limit=1#top'), 'https://api.stepfun.ai/v1'],
	[custom('https://api.stepfun.ai/v1/v1'), 'https://api.stepfun.ai/v1'],
	[custom('https://gateway.example.com/models/v1/responses'), 'https://gateway.example.com/models/v1'],
	[custom('https://gateway.example.com/openai'), 'https://gateway.example.com/openai'],
	[custom('http://localhost:8080'), 'http://localhost:8080'],
	[custom(''), ''],
];

test.each(table)('%j', (settings, url) => {
	expect(baseUrl(settings)).toBe(url);
});

test.each(table)("the credential's test asks the same address: %j", (settings) => {
	const node: INode = { id: '1', name: 'Start', type: 'start', typeVersion: 1, position: [0, 0], parameters: {} };
	const type = { description: { properties: [], version: 1 } };
	const workflow = new Workflow({
		active: false,
		connections: {},
		nodes: [node],
		nodeTypes: { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) } as never,
	});
	const { test: check } = new StepfunApi();
	const evaluated = workflow.expression.getSimpleParameterValue(node, check.request.baseURL as string, 'internal', {
		$credentials: { baseUrl: '', ...settings },
	} as never);
	expect(evaluated).toBe(baseUrl(settings));
	expect(check.request.url).toMatch(/^\/models/);
});
