import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { toolsFields } from '../../nodes/StepfunChat/fields/tools';
import { chatNode, customEndpoint, runWorkflow, startWorkflow } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();

const searching = (id = 'step-5-preview', others: IDataObject = {}): IDataObject => ({
	model: { __rl: true, mode: 'id', value: id },
	messages: { values: [{ role: 'user', content: 'What is new in Oslo?' }] },
	webSearch: true,
	...others,
});

async function run(parameters: IDataObject, url = api.url) {
	const { run: done, json } = await runWorkflow({ credential: customEndpoint(url), nodes: [chatNode(parameters)] });
	return { error: done.data.resultData.error, item: json('StepFun Chat')[0]!, items: json('StepFun Chat') };
}

const paths = (): string[] => api.requests.map(({ url }) => url);
const body = (i: number): IDataObject => api.requests.at(i)!.body as IDataObject;
const call = (query: unknown, id = 'call_1') => ({
	id,
	type: 'function',
	function: { name: 'web_search', arguments: JSON.stringify({ query }) },
});
const calls = (...all: object[]): Fault => ({
	body: JSON.stringify({
		id: 'c',
		model: 'm',
		choices: [{ index: 0, message: { content: '', tool_calls: all }, finish_reason: 'tool_calls' }],
	}),
});
/** Of searches alone. */
const searchFault = (fault: Fault): void => api.fault(({ url }) => (url.endsWith('/search') ? fault : undefined));

test('a model without a search of its own gets a function, and the node searches', async () => {
	const { item } = await run(searching('step-5-preview', { webSearchDescription: 'Searches for news' }));
	expect(paths()).toEqual(['/v1/chat/completions', '/v1/search', '/v1/chat/completions']);
	expect(body(0)['tools']).toEqual([
		{
			type: 'function',
			function: {
				name: 'web_search',
				description: 'Searches for news',
				parameters: {
					type: 'object',
					properties: { query: { type: 'string', description: 'What to search for, in a few words' } },
					required: ['query'],
				},
			},
		},
	]);
	expect(body(1)).toEqual({ query: expect.stringContaining('Oslo') });
	expect(api.requests[1]!.headers).toMatchObject({
		authorization: 'Bearer sk-emulator',
		'content-type': 'application/json',
		'content-length': String(api.requests[1]!.bodyBytes),
	});
	const results = item['search_results'] as IDataObject[];
	expect(results).toHaveLength(10);
	expect(results[0]).toEqual({
		url: 'https://example.com/found/1',
		position: 1,
		title: expect.stringContaining('Oslo'),
		time: '2026-03-20T00:00:00',
		snippet: expect.stringContaining('Oslo'),
		content: expect.stringContaining('whole text'),
	});
	expect(item['content']).toContain('Tool results');
	expect(item['tool_calls']).toEqual([]);
});

test('the model gets titles, addresses, dates and summaries, and not the whole pages', async () => {
	await run(searching());
	const told = (body(2)['messages'] as IDataObject[]).at(-1)!;
	expect(told).toMatchObject({ role: 'tool' });
	const results = JSON.parse(told['content'] as string) as IDataObject[];
	expect(results).toHaveLength(10);
	expect(results[0]).toEqual({
		title: expect.any(String),
		url: 'https://example.com/found/1',
		time: '2026-03-20T00:00:00',
		text: expect.stringContaining('What page 1 says'),
	});
	expect(told['content']).not.toContain('whole text');
});

test('a page without a summary is told by its beginning', async () => {
	searchFault({
		body: JSON.stringify({ results: [{ title: 'A', url: 'https://a', content: 'x'.repeat(5_000) }, 'B'] }),
	});
	const { item } = await run(searching());
	const told = JSON.parse((body(2)['messages'] as IDataObject[]).at(-1)!['content'] as string) as unknown[];
	expect(told).toEqual([{ title: 'A', url: 'https://a', text: 'x'.repeat(1_000) }, 'B']);
	expect(item['search_results']).toHaveLength(2);
});

test.each(['step-3.7-flash', 'step-3.5-flash', 'stepfun/step-3.5-flash', 'a-model-of-a-gateway', 'step-6-preview'])(
	'%s is sent the search of StepFun itself, as before',
	async (id) => {
		api.fault({ body: '{"id":"c","choices":[{"index":0,"message":{"content":"Well"},"finish_reason":"stop"}]}' });
		await run(searching(id));
		expect(paths()).toEqual(['/v1/chat/completions']);
		expect(body(0)['tools']).toEqual([{ type: 'web_search', function: { description: expect.any(String) } }]);
	},
);

test.each(['step-5-preview', 'stepfun/step-5-preview', 'step-audio-2', 'step-router-v1'])(
	'%s is searched for, whatever its address',
	async (id) => {
		api.fault([calls(call('Oslo')), { body: '{"id":"c","choices":[{"message":{"content":"Well"}}]}' }]);
		const { item } = await run(searching(id));
		expect(paths()).toEqual(['/v1/chat/completions', '/v1/search', '/v1/chat/completions']);
		expect(item).toMatchObject({ content: 'Well', search_results: expect.any(Array) as unknown });
	},
);

test('a Step Plan searches at the standard address', async () => {
	await run(searching(), `${api.origin}/step_plan/v1`);
	expect(paths()).toEqual(['/step_plan/v1/chat/completions', '/v1/search', '/step_plan/v1/chat/completions']);
});

test('the search of JSON tools and of Extra Body Fields is the same', async () => {
	const tool = { type: 'web_search', function: { description: 'News' } };
	const off = { webSearch: false };
	await run(searching('step-5-preview', { ...off, tools: { json: [{ functionsJson: JSON.stringify([tool]) }] } }));
	await run(searching('step-5-preview', { ...off, options: { extraBody: JSON.stringify({ tools: [tool] }) } }));
	const one = ['/v1/chat/completions', '/v1/search', '/v1/chat/completions'];
	expect(paths()).toEqual([...one, ...one]);
});

test('several searches are made side by side, and all that they found comes out', async () => {
	api.fault([calls(call('Oslo', 'a'), call('Bergen', 'b')), calls(call('Tromsø', 'c'))]);
	const { item } = await run(searching());
	expect(paths().filter((path) => path === '/v1/search')).toHaveLength(3);
	expect(item['search_results']).toHaveLength(30);
});

test('searches end with Max Tool Iterations', async () => {
	api.fault(({ url }) => (url.endsWith('/completions') ? calls(call('Oslo')) : undefined));
	const { error } = await run(searching('step-5-preview', { options: { maxToolsIterations: 2 } }));
	expect(error?.message).toContain('Max Tool Iterations (2)');
	expect(paths().filter((path) => path === '/v1/search')).toHaveLength(2);
});

test('each item has its own results', async () => {
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json: { city: 'Oslo' } }, { json: { city: 'Bergen' } }],
		nodes: [
			chatNode(
				searching('step-5-preview', { messages: { values: [{ role: 'user', content: '=News of {{ $json.city }}' }] } }),
			),
		],
	});
	for (const [i, city] of ['Oslo', 'Bergen'].entries()) {
		const found = JSON.stringify(json('StepFun Chat')[i]!['search_results']);
		expect(found).toContain(city);
		expect(found).not.toContain(i === 0 ? 'Bergen' : 'Oslo');
	}
});

test('Simplify off stays the object of the server', async () => {
	const { item } = await run(searching('step-5-preview', { simplify: false }));
	expect(Object.keys(item)).not.toContain('search_results');
	expect(item).toMatchObject({ object: 'chat.completion', choices: [{ index: 0 }] });
});

describe('when a search', () => {
	test.each([
		[400, '{"error":{"message":"query is too long","type":"request_params_invalid"}}', 'query is too long'],
		[451, '{"error":{"message":"blocked","type":"censorship_blocked"}}', 'blocked'],
	])('is refused for its query (%i), the model is told', async (status, refusal, told) => {
		searchFault({ status, body: refusal });
		const { item } = await run(searching());
		expect((body(2)['messages'] as IDataObject[]).at(-1)!['content']).toBe(
			`The tool web_search did not succeed: ${told}`,
		);
		expect(item).not.toHaveProperty('search_results');
	});

	test.each([
		['has no query', call('')],
		['has a query that is no text', call(7)],
	])('%s, the model is told, and nothing is paid', async (_, given) => {
		api.fault([calls(given)]);
		await run(searching());
		expect(paths()).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
		expect((body(1)['messages'] as IDataObject[]).at(-1)!['content']).toContain('query is not a text');
	});

	test.each<[string, Fault, string]>([
		['cannot be paid', { status: 402 }, 'You exceeded your current quota'],
		['is refused for the key', { status: 401 }, 'Incorrect API key provided'],
		['is not to be had', { status: 404, body: '404 page not found' }, 'There is no search API at http://127.0.0.1'],
		['leads to a web page', { body: '<!doctype html>' }, 'There is no search API at http://127.0.0.1'],
		['has no results', { body: '{"data":[]}' }, 'There is no search API at http://127.0.0.1'],
		['keeps failing', { status: 500 }, 'Internal server error'],
	])('%s, the item ends with that', async (_, fault, message) => {
		searchFault(fault);
		const { error } = await run(searching('step-5-preview', { options: { retries: 1 } }));
		expect(error?.message).toContain(message);
		expect(paths().at(-1)).toBe('/v1/search');
	});

	test('finds nothing, the model is told', async () => {
		searchFault({ body: '{"results":null}' });
		const { item } = await run(searching());
		expect((body(2)['messages'] as IDataObject[]).at(-1)!['content']).toBe('[]');
		expect(item).not.toHaveProperty('search_results');
	});

	test('fails once, it is made again', async () => {
		let failed = false;
		api.fault(({ url }) => {
			if (failed || !url.endsWith('/search')) return undefined;
			failed = true;
			return { status: 503 };
		});
		const { item } = await run(searching());
		expect(item['search_results']).toHaveLength(10);
		expect(paths().filter((path) => path === '/v1/search')).toHaveLength(2);
	});

	test('is under way, Stop ends it', async () => {
		searchFault({ stallBeforeHeaders: true });
		const execution = startWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(searching())] });
		while (!paths().includes('/v1/search')) await clock.sleep(5);
		execution.cancel();
		await execution;
		while (api.requests.at(-1)!.socketClosedAt === undefined) await clock.sleep(5);
		expect(paths()).toHaveLength(2);
	});

	test('echoes its query in an error, that is left out', async () => {
		const query = 'the secret project Bluebird of our company in Oslo';
		api.fault([calls(call(query))]);
		searchFault({
			status: 402,
			body: JSON.stringify({ error: { message: `No balance for ${query}`, type: 'quota_exceeded' } }),
		});
		const { error } = await run(searching());
		expect(error?.message).toContain('No balance for');
		expect(error?.message).not.toContain('Bluebird');
	});
});

test.each([
	['step-5-preview', true],
	['stepfun/step-5-preview', true],
	['step-audio-2-mini', true],
	['step-3.7-flash', false],
	['a-model-of-a-gateway', false],
])('the panel says what a search for %s costs: %s', (id, isShown) => {
	const notice = toolsFields.find(({ name }) => name === 'webSearchNotice')!;
	const shown = (webSearch: boolean): boolean => {
		const values = { webSearch, model: { __rl: true, mode: 'id', value: id } } as INodeParameters;
		return NodeHelpers.displayParameter(values, notice, { typeVersion: 1 } as never, null, values);
	};
	expect(notice.displayName).toContain('0.04 CNY a call');
	expect([shown(true), shown(false)]).toEqual([isShown, false]);
});
