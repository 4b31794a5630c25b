import { accountCount, forgetAccounts, limiterOf } from '../../../nodes/shared/accounts';
import { clock } from '../../../nodes/shared/clock';

const account = (apiKey: string, baseUrl = 'https://api.stepfun.ai/v1') =>
	limiterOf({ baseUrl, apiKey, send: () => Promise.reject(new Error('Nothing is sent here')) });

afterEach(() => {
	jest.restoreAllMocks();
	forgetAccounts();
});

test('one limiter for each address and key', async () => {
	const first = await account('sk-a');
	expect(await account('sk-a')).toBe(first);
	expect(await account('sk-b')).not.toBe(first);
	expect(await account('sk-a', 'https://api.stepfun.com/v1')).not.toBe(first);
	expect(accountCount()).toBe(3);
});

test('10,000 accounts leave no more than some hundred behind, and no key', async () => {
	jest.spyOn(clock, 'now').mockImplementation(
		(
			(now) => () =>
				(now += 1)
		)(0),
	);
	for (let i = 0; i < 10_000; i += 1) await account(`sk-${i}`);
	expect(accountCount()).toBeLessThanOrEqual(500);
});

test('an account is forgotten ten minutes after its last request, and not while one is under way', async () => {
	const now = jest.spyOn(clock, 'now').mockReturnValue(0);
	const [idle, busy] = [await account('sk-idle'), await account('sk-busy')];
	const turn = await busy.lane().turn({ retries: 3 });
	now.mockReturnValue(599_000);
	expect(await account('sk-idle')).toBe(idle);
	now.mockReturnValue(601_000);
	await account('sk-other');
	expect(await account('sk-idle')).not.toBe(idle);
	expect(await account('sk-busy')).toBe(busy);
	turn.leave();
});
