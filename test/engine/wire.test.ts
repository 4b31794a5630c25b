import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const event = (document: unknown): string => `data: ${JSON.stringify(document)}\n\n`;
const chunk = (...choices: object[]): string => event({ id: 'c1', model: 'm', choices });
const piece = (delta: object, more: object = {}): string => chunk({ index: 0, delta, ...more });
const said = piece({ role: 'assistant', content: 'Hello' });
const finish = piece({}, { finish_reason: 'stop' });
const stream = (...events: string[]): Fault => ({ raw: [...events, 'data: [DONE]\n\n'].join('') });

/** What becomes of each item when the requests are answered by these faults, the last of them again and again. */
async function itemsOf(faults: Fault[], items = 1, options: IDataObject = {}): Promise<IDataObject[]> {
	let sent = 0;
	api.fault(() => ({ ...faults[Math.min(sent++, faults.length - 1)]! }));
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: Array.from({ length: items }, (_, i) => ({ json: { i } })),
		nodes: [chatNode({ options }, { onError: 'continueRegularOutput' })],
	});
	return json('StepFun Chat');
}
const itemOf = async (fault: Fault, options?: IDataObject) => (await itemsOf([fault], 1, options))[0]!;

describe('an error inside an answer', () => {
	const words = 'The upstream provider is overloaded';
	const errors: Array<[string, string]> = [
		['by the name of its event', `event: error\ndata: {"message":"${words}","code":"provider_error"}\n\n`],
		['as an object of its own', event({ object: 'error', message: words, code: 500 })],
		['in a choice', piece({}, { error: { message: words, code: 502 } })],
		['in a choice that is finished by it', piece({}, { finish_reason: 'error', error: { message: words } })],
	];

	test.each(errors)('is the item, with what had come, and is not paid for twice: %s', async (_, error) => {
		expect(await itemOf(stream(said, error))).toMatchObject({
			message: words,
			error: { attempts: 1, partial: { choices: [{ message: { content: 'Hello' } }] } },
		});
		expect(api.requests).toHaveLength(1);
	});

	test.each(errors)("keeps the server's words where nothing else has come: %s", async (_, error) => {
		expect(await itemOf(stream(error), { retries: 0 })).toMatchObject({ message: words });
	});

	test.each(['error', 'abort'])('is the finish_reason %s', async (reason) => {
		expect(await itemOf(stream(said, piece({}, { finish_reason: reason })))).toMatchObject({
			message: expect.stringContaining(`finish_reason ${reason}`),
			error: { attempts: 1, partial: { choices: [{ message: { content: 'Hello' } }] } },
		});
	});

	test.each([{}, '', false, { message: '', type: '', param: '', code: null }])(
		'that says nothing is none: %j',
		async (error) => {
			for (const fault of [
				stream(event({ error, choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] })),
				{
					body: JSON.stringify({
						error,
						choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
					}),
				},
			]) {
				expect(await itemOf(fault)).toMatchObject({ content: 'Hello', finish_reason: 'stop' });
			}
			expect(api.requests).toHaveLength(2);
		},
	);
});

describe('what is no answer of this API', () => {
	const others: Array<[string, Fault]> = [
		['Responses', { raw: `event: response.created\n${event({ type: 'response.created', response: { id: 'r' } })}` }],
		['Messages', { raw: `event: message_start\n${event({ type: 'message_start', message: { id: 'm' } })}` }],
		['text', { raw: 'upstream connect error or disconnect/reset before headers' }],
	];

	test.each(others)('is not asked for again: %s', async (_, fault) => {
		expect((await itemOf(fault))['error']).toMatchObject({ type: 'not_the_api', retryable: false, attempts: 1 });
		expect(api.requests).toHaveLength(1);
	});

	test.each(others)('is a fault that passes where the API has answered in this execution: %s', async (_, fault) => {
		const right = stream(said, finish);
		const items = await itemsOf([right, fault, right], 2, { maxConcurrentRequests: 1 });
		expect(items.map(({ content }) => content)).toEqual(['Hello', 'Hello']);
		expect(api.requests).toHaveLength(3);
	});
});

describe('tool calls', () => {
	const [paris, rome] = ['{"city":"Paris"}', '{"city":"Rome"}'];
	const call = (fields: object, name?: string, args?: string): string =>
		piece({ tool_calls: [{ ...fields, function: { name, arguments: args } }] });
	const f = 'get_weather';

	test.each<[string, string[], Array<[name: string, args: string]>]>([
		[
			'one whose id changes with each piece',
			[call({ index: 0, id: 'x1' }, f, ''), call({ index: 0, id: 'x2' }, undefined, paris.slice(0, 8))].concat(
				call({ index: 0, id: 'x3' }, undefined, paris.slice(8)),
			),
			[[f, paris]],
		],
		[
			'two of the same id',
			[call({ index: 0, id: 'x' }, f, paris), call({ index: 1, id: 'x' }, f, rome)],
			[
				[f, paris],
				[f, rome],
			],
		],
		[
			'two without id, index and arguments',
			[call({}, 'get_time'), call({}, 'get_date')],
			[
				['get_time', ''],
				['get_date', ''],
			],
		],
	])('%s', async (_, pieces, expected) => {
		const item = await itemOf(stream(...pieces, piece({}, { finish_reason: 'tool_calls' })));
		const calls = item['tool_calls'] as Array<{ function: { name: string; arguments: string } }>;
		expect(calls.map((one) => [one.function.name, one.function.arguments])).toEqual(expected);
	});
});

describe('several choices and whole messages', () => {
	const whole = { role: 'assistant', content: 'Hello world', reasoning: 'Hm' };
	const pieces = [piece({ reasoning: 'Hm' }), said, piece({ content: ' world' })];

	test.each([
		['beside its delta', chunk({ index: 0, delta: {}, message: whole, finish_reason: 'stop' })],
		['instead of a delta', chunk({ index: 0, message: whole, finish_reason: 'stop' })],
	])('a message that is repeated at the end, %s, is said once', async (_, last) => {
		expect(await itemOf(stream(...pieces, last))).toMatchObject({ content: 'Hello world', reasoning: 'Hm' });
	});

	test('choices whose index is a text stay apart', async () => {
		const part = (index: string, content: string, finish_reason: string | null = null) =>
			chunk({ index, delta: { content }, finish_reason });
		const item = await itemOf(
			stream(part('0', 'Te'), part('1', 'Cof'), part('0', 'a', 'stop'), part('1', 'fee', 'stop')),
			{ n: 2 },
		);
		expect((item['choices'] as IDataObject[]).map(({ content }) => content)).toEqual(['Tea', 'Coffee']);
	});
});
