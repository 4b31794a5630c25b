import { Workflow, type INode } from 'n8n-workflow';
import { StepfunApi } from '../../../credentials/StepfunApi.credentials';
import { apiKeyOf, baseUrl, isAddress, type EndpointSettings } from '../../../stepfun/client/endpoint';

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

const withUser = [
	'https://user:password@gateway.example.com/v1',
	'https://user@gateway.example.com/v1',
	'https://:password@gateway.example.com/v1',
	'https://@gateway.example.com/v1',
	'https://api.stepfun.ai@gateway.example.com/v1',
	'https://api.stepfun.ai:443@gateway.example.com/v1',
	'http://user:pass@word@127.0.0.1:8080',
	'https://user:pa?ss@gateway.example.com/v1',
	'https://user:pa#ss@gateway.example.com/v1',
	'HTTPS://user:password@gateway.example.com',
	' https://user:pass word@gateway.example.com/v1\n',
	'https:\\\\user:password@gateway.example.com/v1',
	'https:///user:password@gateway.example.com/v1',
	'https:/user:password@gateway.example.com/v1',
	'https:user:password@gateway.example.com/v1',
];

test.each(withUser)('a user name or password has no place in %j', async (pasted) => {
	const refused = { type: 'invalid_input', message: expect.stringMatching(/contains a user name or password$/) };
	expect(() => baseUrl(custom(pasted))).toThrow(expect.objectContaining(refused));
	const credential = { apiKey: 'sk-1', ...custom(pasted) };
	await expect(new StepfunApi().authenticate(credential, { url: '/models' })).rejects.toMatchObject(refused);
});

test.each([
	[{ region: 'international', plan: 'standard', baseUrl: withUser[0] }, 'https://api.stepfun.ai/v1'],
	[custom('https://gateway.example.com/@scope/v1'), 'https://gateway.example.com/@scope/v1'],
	[custom('https://gateway.example.com/v1?user=a@example.com'), 'https://gateway.example.com/v1'],
] as Array<[EndpointSettings, string]>)('an @ elsewhere is none: %j', (settings, url) => {
	expect(baseUrl(settings)).toBe(url);
});

test.each([
	['https://gateway.example.com/v1', true],
	['http://[::1]:8080', true],
	['https://gateway.example.com:port/v1', false],
	['https://', false],
	['https://ex ample.com', false],
	['localhost:8080', false],
	['', false],
])('%j is an address: %j', (url, expected) => {
	expect(isAddress(url)).toBe(expected);
});

test.each([
	'sk-1a2B_3-c.d=',
	' sk-1a2B_3-c.d=\n',
	'Bearer sk-1a2B_3-c.d=',
	'bearer  sk-1a2B_3-c.d= ',
	'BEARER\tsk-1a2B_3-c.d=',
	'Bearer: sk-1a2B_3-c.d=',
	'Bearersk-1a2B_3-c.d=',
	'"sk-1a2B_3-c.d="',
	"'sk-1a2B_3-c.d='",
	'`sk-1a2B_3-c.d=`',
	'“sk-1a2B_3-c.d=”',
	'「sk-1a2B_3-c.d=」',
	'"Bearer sk-1a2B_3-c.d="',
	'Bearer "sk-1a2B_3-c.d="',
	'Authorization: Bearer sk-1a2B_3-c.d=',
	'"Authorization": "Bearer sk-1a2B_3-c.d=",',
	'STEPFUN_API_KEY=sk-1a2B_3-c.d=',
	'export STEPFUN_API_KEY="sk-1a2B_3-c.d="',
	'"api_key": "sk-1a2B_3-c.d="',
	'api-key: sk-1a2B_3-c.d=',
	'sk-1a2B\n_3-c.d=',
	'\u200bsk-1a2B_3-c.d=\u200b',
	'\ufeffsk-1a2B_3-c.d=',
])('the key in %j is sent, by the node and by the test of the credential', async (pasted) => {
	expect(apiKeyOf(pasted)).toBe('sk-1a2B_3-c.d=');
	const request = await new StepfunApi().authenticate({ apiKey: pasted }, { url: '/models' });
	expect(request.headers).toEqual({ Authorization: 'Bearer sk-1a2B_3-c.d=' });
});

test.each(['bearerish', 'KEY=abc', 'id.key:secret', 'YWJj=='])('the key %j stays as it is', (key) => {
	expect(apiKeyOf(key)).toBe(key);
});

test.each([undefined, null, '', '  ', '""'])('no key: %j', (pasted) => {
	expect(apiKeyOf(pasted)).toBe('');
});
