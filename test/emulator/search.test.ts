import { useEmulator } from '../use-emulator';
import { ask, send } from './client';

const emulator = useEmulator();
const search = (body: unknown, path = '/v1/search') => send(emulator, body, { path });
const count = (body: unknown, path = '/v1/token/count') => send(emulator, body, { path });

test('a search has the fields of its page', async () => {
	const { json } = await search({ query: 'Oslo', n: 2, category: 'research' });
	expect(json).toMatchObject({ query: 'Oslo', category: 'research' });
	expect(json.results).toHaveLength(2);
	expect(Object.keys(json.results[0])).toEqual(['url', 'position', 'title', 'time', 'snippet', 'content']);
	expect((await search({ query: 'Oslo' })).json.results).toHaveLength(10);
});

test.each([{}, { query: ' ' }, { query: 'a', n: 0 }, { query: 'a', n: 21 }, { query: 'a', category: 'sport' }, []])(
	'400: %j',
	async (body) => {
		expect((await search(body)).status).toBe(400);
	},
);

test('tokens of messages are counted', async () => {
	const { json } = await count(ask('one two three'));
	expect(json.data.total_tokens).toBeGreaterThan(3);
	expect((await count(ask('one two three four five'))).json.data.total_tokens).toBeGreaterThan(json.data.total_tokens);
	expect((await count({ model: 'step-3' })).status).toBe(404);
	expect((await count(ask([]))).status).toBe(400);
});

test('the Step Plan has neither', async () => {
	expect((await search({ query: 'a' }, '/step_plan/v1/search')).status).toBe(404);
	expect((await count(ask('Hi'), '/step_plan/v1/token/count')).status).toBe(404);
});

test('an input beyond the model is refused with both figures', async () => {
	const answer = await send(emulator, ask('word '.repeat(40_000), { model: 'step-1o-turbo-vision' }));
	expect(answer.status).toBe(400);
	expect(answer.json.error.message).toMatch(
		/maximum context length is 32768 tokens\. However, you requested \d{5} tokens/,
	);
});
