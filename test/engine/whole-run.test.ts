import type { IDataObject, INode } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const items = [0, 1, 2].map((i) => ({ json: { i } }));
const say = { messages: { values: [{ role: 'user', content: '=item {{ $json.i }}' }] } };

/** Runs three items; `failed` are those on the error output, or all with an error where there is none. */
async function run(
	parameters: IDataObject,
	onError: INode['onError'] = 'continueRegularOutput',
	credential = customEndpoint(api.url),
) {
	const branches = {
		main: [
			[{ node: 'Answered', type: 'main' as const, index: 0 }],
			[{ node: 'Failed', type: 'main' as const, index: 0 }],
		],
	};
	const execution = await runWorkflow({
		credential,
		items,
		nodes: [chatNode({ ...say, ...parameters }, { onError }), { name: 'Answered' }, { name: 'Failed' }],
		connections: { Start: { main: [[{ node: 'StepFun Chat', type: 'main', index: 0 }]] }, 'StepFun Chat': branches },
	});
	return { ...execution, answered: execution.json('Answered'), failed: execution.json('Failed') };
}

describe.each([
	['a Base URL that is not an address', {}, 'Base URL', 'gateway'],
	['Max Concurrent Requests 0', { options: { maxConcurrentRequests: 0 } }, 'Max Concurrent Requests', undefined],
	['Requests per Minute -1', { options: { requestsPerMinute: -1 } }, 'Requests per Minute', undefined],
	[
		'an expression that fails for each item',
		{ options: { maxConcurrentRequests: '={{ $("Nowhere").item.json.n }}' } },
		"doesn't exist",
		undefined,
	],
] as const)('%s', (_, parameters, words, url) => {
	const credential = () => customEndpoint(url ?? api.url);

	test('under Continue each item becomes an error item, and nothing is sent', async () => {
		const { items: output } = await run(parameters as IDataObject, 'continueRegularOutput', credential());
		expect(output('StepFun Chat')).toEqual(
			items.map((_, item) => ({
				json: { message: expect.stringContaining(words), error: expect.objectContaining({ type: expect.any(String) }) },
				pairedItem: { item },
			})),
		);
		expect(api.requests).toHaveLength(0);
	});

	test('with an error output all items leave there', async () => {
		const { answered, failed } = await run(parameters as IDataObject, 'continueErrorOutput', credential());
		expect(answered).toEqual([]);
		expect(failed).toHaveLength(3);
		expect(JSON.stringify(failed)).toContain(words);
	});

	test('otherwise the execution ends', async () => {
		const { run: ended } = await run(parameters as IDataObject, 'stopWorkflow', credential());
		expect(ended.status).toBe('error');
		expect(ended.data.resultData.error?.message).toContain(words);
	});
});

test('a fault that nothing was sent for counts no attempts', async () => {
	const { json } = await run({ options: { maxConcurrentRequests: 0 } });
	expect(json('StepFun Chat').map(({ error }) => (error as IDataObject)['attempts'])).toEqual([0, 0, 0]);
});

test.each([
	['temperature', { temperature: '={{ $json.i ? 1 : $("Nowhere").item.json.n }}' }],
	['maxConcurrentRequests', { maxConcurrentRequests: '={{ $json.i ? 2 : $("Nowhere").item.json.n }}' }],
	['a number out of range', { maxConcurrentRequests: '={{ $json.i }}' }],
	['requestsPerMinute', { requestsPerMinute: '={{ $json.i ? 1000 : -5 }}' }],
])('an option that fails for the first item concerns that item: %s', async (_, options) => {
	const { json } = await run({ options });
	const [first, ...others] = json('StepFun Chat');
	expect(first).toHaveProperty('error');
	expect(others.map(({ content }) => typeof content)).toEqual(['string', 'string']);
	expect(api.requests).toHaveLength(2);
});

test('of items that fail at about the same time the first in the input is named', async () => {
	api.fault(({ body }) => ({ status: 401, delayMs: JSON.stringify(body).includes('item 0') ? 200 : 20 }));
	const { run: ended } = await run({}, 'stopWorkflow');
	expect(ended.data.resultData.error).toMatchObject({ context: { itemIndex: 0 } });
});

test('an item that answers is not named for one that fails', async () => {
	api.fault(({ body }) => (JSON.stringify(body).includes('item 1') ? { status: 401 } : { delayMs: 200 }));
	const { run: ended } = await run({}, 'stopWorkflow');
	expect(ended.data.resultData.error).toMatchObject({ context: { itemIndex: 1 } });
});

test('attempts count what was sent for an answer that is then found wanting', async () => {
	const text = { finish_reason: 'stop', index: 0, message: { role: 'assistant', content: 'Sure!' } };
	let sent = 0;
	api.fault(() => {
		sent += 1;
		return sent < 3
			? { status: 500, retryAfter: '0' }
			: { body: JSON.stringify({ id: 'c', model: 'm', choices: [text] }) };
	});
	const { json } = await run({
		responseFormat: 'json_object',
		options: { maxConcurrentRequests: 1, attemptsToCorrect: 0 },
	});
	expect(json('StepFun Chat').map(({ error }) => error)).toEqual([
		expect.objectContaining({ type: 'invalid_json_answer', attempts: 3 }),
		expect.objectContaining({ type: 'invalid_json_answer', attempts: 1 }),
		expect.objectContaining({ type: 'invalid_json_answer', attempts: 1 }),
	]);
});
