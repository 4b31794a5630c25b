import type { IDataObject, WorkflowExecuteMode } from 'n8n-workflow';
import { forgetAccounts } from '../../nodes/shared/accounts';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

interface Choice {
	finish_reason: string;
	content?: string;
	tool_calls?: object[];
}

const completion = (...choices: Choice[]): string =>
	JSON.stringify({
		id: 'c',
		model: 'm',
		choices: choices.map(({ finish_reason, ...message }, index) => ({
			index,
			finish_reason,
			message: { role: 'assistant', content: '', ...message },
		})),
	});
const whole: Choice = { finish_reason: 'stop', content: 'A whole answer' };
const cut: Choice = { finish_reason: 'length', content: 'Half an ans' };
const moderated: Choice = { finish_reason: 'content_filter', content: 'Half an ans' };
const calling = (name: string, args: string): Choice => ({
	finish_reason: 'tool_calls',
	tool_calls: [{ id: '1', type: 'function', function: { name, arguments: args } }],
});

/** Runs one item to each answer, in their order, and gives what n8n shows beside the output. */
async function hintsOf(answers: string[], options: IDataObject = {}, onError?: 'continueRegularOutput') {
	api.fault((request) => {
		const text = JSON.stringify(request.body).match(/item (\d+)/)?.[1];
		return { body: answers[Number(text)]! };
	});
	const node = chatNode(
		{ messages: { values: [{ role: 'user', content: '=item {{ $json.i }}' }] }, options: { retries: 0, ...options } },
		{ ...(onError && { onError }) },
	);
	const { run, json } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: answers.map((_, i) => ({ json: { i } })),
		nodes: [node],
	});
	expect(run.status).toBe('success');
	expect(json('StepFun Chat')).toHaveLength(answers.length);
	return run.data.resultData.runData['StepFun Chat']![0]!.hints ?? [];
}

test('whole answers and readable calls need no words', async () => {
	expect(
		await hintsOf([
			completion(whole),
			completion(calling('get_weather', '{}')),
			completion(calling('get_weather', '')),
		]),
	).toEqual([]);
});

test('an answer that the token limit cut off', async () => {
	expect(await hintsOf([completion(whole), completion(cut), completion(whole)])).toEqual([
		{
			message:
				'The token limit cut off the answer in item 1 (finish_reason length). ' +
				'Raise Maximum Number of Tokens in Options, or ask for a shorter answer',
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test('an answer that was moderated beside others of the same item', async () => {
	expect(await hintsOf([completion(whole, moderated)], { n: 2 })).toEqual([
		{
			message:
				"StepFun's content filter blocked an answer in item 0 (finish_reason content_filter): its text ends early or is missing. " +
				'Change the text or the attachment: sending it again will not help',
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test('one hint a kind, with the number of items and where to look first', async () => {
	const broken = completion(calling('get_weather', '{"city": '));
	const hints = await hintsOf([
		completion(whole),
		completion(cut),
		broken,
		completion(cut, cut),
		broken,
		completion(calling('add', '{')),
	]);
	expect(hints.map(({ message }) => message)).toEqual([
		expect.stringContaining('cut off the answer in 2 of 6 items (item 1 first)'),
		'The arguments of a tool call in 3 of 6 items (item 2 first) are not valid JSON (get_weather, add) ' +
			'and come out as text, without parsed_arguments. ' +
			'Describe the parameters of the function more precisely, or answer the call with what is wrong with it',
	]);
});

test('an item that fails has its own message and no hint', async () => {
	expect(await hintsOf([completion(moderated), completion(whole)], {}, 'continueRegularOutput')).toEqual([]);
});

test('rate limits: how many were refused, and the longest wait', async () => {
	api.fault([
		{ status: 429, retryAfter: '1' },
		{ status: 500, retryAfter: '0' },
	]);
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: [{ json: {} }],
		nodes: [chatNode()],
	});
	const [hint] = run.data.resultData.runData['StepFun Chat']![0]!.hints!;
	expect(hint).toMatchObject({ type: 'info', location: 'outputPane' });
	expect(hint!.message).toMatch(
		/^1 of 1 item was retried after rate limits \(1 refused request, longest wait 1(?:\.1)? s\)\. Max Concurrent Requests/,
	);
});

test('items that wait behind a refusal count for the longest wait', async () => {
	Object.assign(api.options, { rateLimit: { requests: 2, windowMs: 10_000 }, retryAfterHeader: true });
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: Array.from({ length: 6 }, () => ({ json: {} })),
		nodes: [chatNode()],
	});
	const hints = run.data.resultData.runData['StepFun Chat']![0]!.hints!;
	expect(hints).toHaveLength(1);
	expect(Number(/longest wait ([\d.]+) s/.exec(hints[0]!.message)?.[1])).toBeGreaterThanOrEqual(9);
	expect(hints[0]!.message).toContain('all workflows with the same key share the limits of the account');
});

test('waits without a refusal: how many items, for how long, and what to do', async () => {
	const { hints } = await paced();
	expect(hints).toEqual([
		{
			message: expect.stringMatching(
				/^1 of 2 items waited up to 6[01] s to stay within the limits of the StepFun account\. To wait less, .*Requests per Minute/,
			),
			type: 'info',
			location: 'outputPane',
		},
	]);
});

test('while a manual execution waits, the console says so now and then, and no other execution has a console', async () => {
	const { lines } = await paced();
	expect(lines).toEqual([
		{
			source: '[Node: "StepFun Chat"]',
			messages: ['Requests are waiting to stay within the limits of the StepFun account'],
		},
		expect.anything(),
	]);
	expect((await paced('webhook')).lines).toEqual([]);
});

test('the console names the refusal that is waited for', async () => {
	api.fault([{ status: 429, retryAfter: '8' }]);
	const { lines } = await runAndListen();
	expect(lines).toEqual([
		expect.objectContaining({ messages: [expect.stringMatching(/StepFun account: request limited RPM reached/)] }),
	]);
});

/** Two items of which the second waits for a minute. */
const paced = (mode?: WorkflowExecuteMode) => {
	forgetAccounts();
	return runAndListen({ options: { requestsPerMinute: 1 } }, 2, mode);
};

async function runAndListen(parameters: IDataObject = {}, count = 1, mode?: WorkflowExecuteMode) {
	const lines: unknown[] = [];
	const { run } = await runWorkflow({
		credential: customEndpoint(api.url),
		items: Array.from({ length: count }, () => ({ json: {} })),
		nodes: [chatNode(parameters)],
		...(mode && { mode }),
		additionalData: { sendDataToUI: (_: string, data: unknown) => void lines.push(data) },
	});
	return { lines, hints: run.data.resultData.runData['StepFun Chat']![0]!.hints };
}
