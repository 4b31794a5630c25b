import type { IDataObject } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

/** What a server says when it refuses, in bytes, and the error item that comes of it. */

const { api, clock } = useStage();

async function run(fault: Fault | Fault[], options: IDataObject = { retries: 0 }) {
	api.fault(Array.isArray(fault) ? fault : () => ({ ...fault }));
	const start = clock.now();
	const { json } = await runWorkflow({
		credential: customEndpoint(api.url),
		nodes: [chatNode({ options }, { onError: 'continueRegularOutput' })],
	});
	const [item] = json('StepFun Chat');
	return { item: item!, error: item!['error'] as IDataObject | undefined, ms: clock.now() - start };
}

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

describe('the status line wins over the type in the body', () => {
	test.each<[number, RegExp]>([
		[401, /Region/],
		[403, /permissions/],
		[404, /Check Model/],
		[413, /smaller attachments/],
	])('%i with invalid_request_error', async (status, hint) => {
		const { item, error } = await run({
			status,
			body: '{"error":{"message":"Words","type":"invalid_request_error","code":400}}',
		});
		expect(item['message']).toBe('Words');
		expect(error).toMatchObject({
			status,
			type: 'invalid_request_error',
			retryable: false,
			hint: expect.stringMatching(hint),
		});
	});

	test('a type decides in a stream, which has no other status', async () => {
		const { error } = await run({ raw: frame({ error: { message: 'Words', type: 'invalid_request_error' } }) });
		expect(error).toMatchObject({ status: 400, hint: expect.stringMatching(/Correct the field/) });
	});
});

describe('the provider behind OpenRouter', () => {
	const refused = (raw: unknown) => ({
		error: { message: 'Provider returned error', code: 429, metadata: { raw, provider_name: 'StepFun' } },
	});

	test.each<[unknown, string]>([
		['step-3.5-flash is rate-limited upstream', 'Provider returned error: step-3.5-flash is rate-limited upstream'],
		[{ error: { message: 'request limited' } }, 'request limited'],
		['{"error":{"message":"request limited"}}', 'request limited'],
		[{ message: 'request limited' }, 'request limited'],
		[{ reason: 'limited' }, 'Provider returned error: {"reason":"limited"}'],
	])('its words are shown: %j', async (raw, message) => {
		expect((await run({ status: 429, body: JSON.stringify(refused(raw)) })).item['message']).toBe(message);
		expect((await run({ raw: frame(refused(raw)) })).item['message']).toBe(message);
	});

	test.each<[string, (body: string) => Fault]>([
		['in an error body', (body) => ({ status: 429, body })],
		['in a stream', (body) => ({ raw: `data: ${body}\n\n` })],
	])('its wait is honoured, %s', async (_, fault) => {
		const body = JSON.stringify({
			error: { message: 'busy', code: 429, metadata: { raw: 'limited', retry_after_seconds: 20 } },
		});
		const { item, ms } = await run([fault(body)], { retries: 1 });
		expect(item['content']).toEqual(expect.stringMatching(/./));
		expect(ms).toBeGreaterThanOrEqual(20_000);
		expect(api.requests).toHaveLength(2);
	});

	test('a wait too long for an execution is said', async () => {
		const body = JSON.stringify({ error: { message: 'busy', code: 429 }, retry_after_seconds: 7_200 });
		const { error } = await run({ status: 429, body }, { retries: 3 });
		expect(error).toMatchObject({ hint: expect.stringMatching(/^Wait for 120 minutes/), attempts: 1 });
	});
});

describe('a quota that is used up is not asked again', () => {
	test.each(['You exceeded your current quota', '{"code":"InsufficientBalance","msg":"balance is empty"}', '余额不足'])(
		'%s',
		async (body) => {
			const { error } = await run({ status: 429, body }, { retries: 3 });
			expect(error).toMatchObject({
				status: 429,
				attempts: 1,
				retryable: false,
				hint: expect.stringMatching(/^Top up the account/),
			});
			expect(api.requests).toHaveLength(1);
		},
	);
});
