import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api, clock } = useStage();

const event = (chunk: unknown): string => `data: ${JSON.stringify(chunk)}\n\n`;
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const chunk = (delta: object, finish_reason: string | null = null, others: object = {}, index = 0): string =>
	event({ id: 'c1', model: 'm', choices: [{ index, delta, finish_reason }], ...others });
const said = chunk({ role: 'assistant', content: 'Hello' });
const open = { waitMs: 600_000 };

/** One item of one attempt: what comes of it, and after how many ms. */
async function run(fault: Fault, options: IDataObject = {}) {
	api.fault(() => ({ ...fault }));
	const start = clock.now();
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode({ options: { retries: 0, ...options } }, { onError: 'continueRegularOutput' })],
	});
	const ms = clock.now() - start;
	await clock.sleep(50);
	const [item] = json('StepFun Chat');
	return { item: item!, error: item!['error'] as IDataObject | undefined, ms };
}

/** Whether the server saw the connection end within so many ms after the run began. */
const closedWithin = (ms: number): boolean =>
	api.requests.every(
		({ startedAt, socketClosedAt }) => socketClosedAt !== undefined && socketClosedAt - startedAt < ms,
	);

describe('an answer that is finished', () => {
	test.each<[string, Fault['raw'], shortest: number, longest: number]>([
		['with its usage, and left open', [said, chunk({}, 'stop', { usage }), open], 0, 1_000],
		['with its usage, all in one piece, and left open', [said + chunk({}, 'stop', { usage }), open], 0, 1_000],
		['without usage, and left open', [said, chunk({}, 'stop'), open], 1_500, 3_000],
		[
			'with comments that go on for ever',
			[said, chunk({}, 'stop'), ...Array.from({ length: 50 }, () => [{ waitMs: 500 }, ': ping\n\n']).flat()],
			1_500,
			3_000,
		],
		[
			'with empty chunks that go on for ever',
			[said, chunk({}, 'stop'), ...Array.from({ length: 50 }, () => [{ waitMs: 500 }, event({ choices: [] })]).flat()],
			1_500,
			3_000,
		],
		['and marked as ended, but left open', [said, chunk({}, 'stop', { usage }), 'data: [DONE]\n\n', open], 0, 500],
	])('%s comes out, and its connection is closed', async (_, raw, shortest, longest) => {
		const { item, ms } = await run({ raw });
		expect(item).toMatchObject({ content: 'Hello', finish_reason: 'stop' });
		expect(ms).toBeGreaterThanOrEqual(shortest);
		expect(ms).toBeLessThan(longest);
		expect(closedWithin(longest)).toBe(true);
	});

	test.each<[string, Fault['raw']]>([
		['a moment later', [said, chunk({}, 'stop'), { waitMs: 1_000 }, event({ choices: [], usage }), 'data: [DONE]\n\n']],
		[
			'a moment later, and left open',
			[said, chunk({}, 'stop'), { waitMs: 1_000 }, event({ choices: [], usage }), open],
		],
		['in one piece with it', [said + chunk({}, 'stop') + event({ choices: [], usage }), open]],
	])('has the usage that comes %s', async (_, raw) => {
		const { item, ms } = await run({ raw });
		expect(item).toMatchObject({ content: 'Hello', usage: { total_tokens: 7 } });
		expect(ms).toBeLessThan(3_000);
	});

	const finished = said + chunk({}, 'stop');
	test.each<[string, Fault]>([
		['is cut off', { raw: finished, resetAfterBytes: finished.length }],
		[
			'is cut off within what follows',
			{ raw: `${finished}data: {"choices":[],"us`, resetAfterBytes: finished.length + 20 },
		],
		['ends within what follows', { raw: `${finished}data: {"choices":[],"us` }],
		['goes on with what nobody can read', { raw: `${finished}data: bye\n\n` }],
		['stalls', { raw: finished, stallAfterBytes: finished.length }],
		['stalls, with pings', { raw: finished, stallAfterBytes: finished.length, pings: 100 }],
	])('is one when the connection %s', async (_, fault) => {
		const { item } = await run(fault, { timeout: 1_000 });
		expect(item).toMatchObject({ content: 'Hello', finish_reason: 'stop', usage: null });
	});

	test('is none when an error follows at once', async () => {
		const { error } = await run({
			raw: finished + event({ error: { message: 'Blocked', type: 'censorship_blocked' } }),
		});
		expect(error).toMatchObject({
			type: 'censorship_blocked',
			partial: { choices: [{ message: { content: 'Hello' } }] },
		});
	});
});

describe('an answer of several choices', () => {
	const first = chunk({ content: 'One' }, 'stop', { usage });
	const second = chunk({ content: 'Two' }, 'stop', { usage }, 1);
	const texts = (item: IDataObject) => (item['choices'] as IDataObject[]).map(({ content }) => content);

	test('is finished when the last of them is, however late it begins', async () => {
		const { item, ms } = await run({ raw: [first, { waitMs: 10_000 }, second, open] }, { n: 2 });
		expect(texts(item)).toEqual(['One', 'Two']);
		expect(ms).toBeGreaterThanOrEqual(10_000);
		expect(ms).toBeLessThan(13_000);
	});

	test('is not finished by the first', async () => {
		const { error } = await run({ raw: first, resetAfterBytes: first.length }, { n: 2 });
		expect(error).toMatchObject({ type: 'connection_cut', partial: { choices: [{ message: { content: 'One' } }] } });
	});

	test('may be shorter than was asked for when its end is marked', async () => {
		const { item } = await run({ raw: `${first}data: [DONE]\n\n` }, { n: 2 });
		expect(item).toMatchObject({ content: 'One' });
	});
});

describe('no sign of life', () => {
	test.each([
		['chunks without choices', event({ id: 'c1', choices: [] })],
		['chunks with empty deltas', event({ choices: [{ index: 0, delta: {}, finish_reason: null }] })],
		['chunks with a role', chunk({ role: 'assistant', content: '', reasoning: '', tool_calls: [] })],
		['chunks with empty tool calls', chunk({ tool_calls: [{}] })],
		['chunks with the same usage', event({ choices: [], usage })],
		['chunks with usage of zeros', event({ choices: [], usage: { prompt_tokens: 0, total_tokens: 0 } })],
		['chunks of nothing', event({})],
		['pings by name', 'event: ping\ndata: {"type":"ping"}\n\n'],
		['empty data lines', 'data:\n\n'],
		['data lines of a blank', 'data: \n'],
		['comments', ': keepalive\n\n'],
		['names of events', 'event: x\n\n'],
	])('%s', async (_, text) => {
		const raw = [said, ...Array.from({ length: 100 }, () => [{ waitMs: 100 }, text]).flat()];
		const { item, error, ms } = await run({ raw }, { timeout: 1_000 });
		expect(item['message']).toBe('The server sent nothing for 1 second');
		expect(error).toMatchObject({ type: 'timeout', partial: { choices: [{ message: { content: 'Hello' } }] } });
		expect(ms).toBeLessThan(2_500);
	});

	test.each([
		['content', (i: number) => chunk({ content: ` ${i}` })],
		['reasoning', (i: number) => chunk({ reasoning_content: ` ${i}` })],
		[
			'arguments',
			(i: number) => chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: `${i}` } }] }),
		],
		['audio', () => chunk({ audio: { data: 'UklG' } })],
		['growing usage', (i: number) => event({ choices: [], usage: { ...usage, total_tokens: 8 + i } })],
	])('but %s is one', async (_, piece) => {
		const raw = [said, ...Array.from({ length: 30 }, (__, i) => [{ waitMs: 100 }, piece(i)]).flat(), chunk({}, 'stop')];
		const { item } = await run({ raw: [...raw, 'data: [DONE]\n\n'] }, { timeout: 1_000 });
		expect(item).toMatchObject({ finish_reason: 'stop' });
	});
});
