import { retiredModels } from '../../emulator/models';
import { useEmulator } from '../use-emulator';
import { ask, send } from './client';

const emulator = useEmulator();
const get = (path: string, key?: string) => send(emulator, undefined, { path, method: 'GET', ...(key && { key }) });
const idsOf = async (path: string): Promise<string[]> =>
	(await get(path)).json.data.map((model: { id: string }) => model.id);

test.each([
	['international', 16, { listed: 'step-5-preview', unlisted: 'step-1o-turbo-vision' }],
	['china', 35, { listed: 'step-1o-turbo-vision', unlisted: 'step-5-preview' }],
] as const)('the %s base lists the %i models that were recorded', async (region, count, { listed, unlisted }) => {
	emulator.options.region = region;
	const ids = await idsOf('/v1/models');
	expect(ids).toHaveLength(count);
	expect(new Set(ids).size).toBe(count);
	expect(ids).toContain(listed);
	expect(ids).not.toContain(unlisted);
	expect((await get(`/v1/models/${listed}`)).json.id).toBe(listed);
	expect((await get(`/v1/models/${unlisted}`)).json.error.type).toBe('model_invalid');
	expect(await idsOf('/step_plan/v1/models')).toHaveLength(10);
});

test('entries of chat models say more than those of others', async () => {
	const { object, data } = (await get('/v1/models')).json;
	expect(object).toBe('list');
	const types = new Set(data.map((model: { model_type?: string }) => model.model_type));
	expect(types).toContain('大语言模型');
	expect(types).toContain('语音合成');
	expect(types).toContain(undefined);
});

test('the plan base shows no single model', async () => {
	expect(await get('/step_plan/v1/models/step-3.5-flash')).toMatchObject({ status: 404, text: '404 page not found' });
});

test('the Step Plan base answers, and it alone knows the router', async () => {
	const body = ask('Hi', { model: 'step-router-v1' });
	expect((await send(emulator, body, { path: '/step_plan/v1/chat/completions' })).status).toBe(200);
	expect((await send(emulator, body)).json.error.type).toBe('model_invalid');
});

test('another path is a plain 404', async () => {
	const answer = await send(emulator, ask('Hi'), { path: '/v1/v1/chat/completions' });
	expect(answer).toMatchObject({ status: 404, text: '404 page not found' });
	expect(answer.headers['content-type']).toBe('text/plain');
});

test.each(Object.keys(retiredModels))('%s is retired: no base knows it any more', async (model) => {
	for (const path of ['/v1/chat/completions', '/step_plan/v1/chat/completions']) {
		expect(await send(emulator, ask('Hi', { model }), { path })).toMatchObject({
			status: 404,
			json: {
				error: {
					message: `The model "${model}" does not exist or you do not have access to it.`,
					type: 'model_invalid',
				},
			},
		});
	}
	expect(await idsOf('/v1/models')).not.toContain(model);
});

test('a wrong key is refused with the bytes of the live API, and before anything else is looked at', async () => {
	emulator.options.rateLimit = { requests: 1, windowMs: 60_000 };
	const body = '{"error":{"message":"Incorrect API key provided","type":"invalid_api_key"}}';
	const refused = [
		['/v1/chat/completions', ask('Hi')],
		['/step_plan/v1/chat/completions', ask('Hi')],
		['/v1/chat/completions', ask('Hi', { model: 'step-9' })],
		['/v1/v1/chat/completions', ask('Hi')],
		['/', undefined],
	] as const;
	for (const [path, asked] of refused) {
		expect(await send(emulator, asked, { path, key: 'sk-other' })).toMatchObject({ status: 401, text: body });
	}
	for (const path of ['/v1/models', '/v1/models/step-9', '/step_plan/v1/models/step-3.5-flash', '/v1/files']) {
		expect(await get(path, 'sk-other')).toMatchObject({ status: 401, text: body });
	}
	// Nor does it count against a limit.
	expect((await send(emulator, ask('Hi'))).status).toBe(200);
});
