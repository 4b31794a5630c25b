import { setTimeout as wait } from 'node:timers/promises';
import { completeWithTools, type RunnableTool } from '../../stepfun/tool-loop';
import type { ChatRequest, Completion, CompletionMessage, Usage } from '../../stepfun/types';

const question: ChatRequest = {
	model: 'step-3.5-flash',
	messages: [{ role: 'user', content: 'Weather in Oslo and Rome?' }],
};

const usage = (tokens: number): Usage => ({
	prompt_tokens: tokens,
	cached_tokens: 1,
	completion_tokens: 2 * tokens,
	reasoning_tokens: tokens,
	total_tokens: 3 * tokens,
});

const call = (id: string, name: string, args: string, type = 'function') => ({
	id,
	type,
	function: { name, arguments: args },
});

const completion = (message: Partial<CompletionMessage>, finish_reason = 'stop', tokens = 10): Completion => ({
	id: 'c',
	object: 'chat.completion',
	created: 1,
	model: 'step-3.5-flash',
	choices: [{ index: 0, message: { role: 'assistant', content: '', reasoning: '', ...message }, finish_reason }],
	usage: usage(tokens),
});

/** A model that says these things in turn, and the requests it was asked with. */
function script(...answers: Completion[]) {
	const requests: ChatRequest[] = [];
	const ask = async (request: ChatRequest): Promise<Completion> => {
		requests.push(request);
		return answers[requests.length - 1] ?? completion({ content: 'nothing more to say' });
	};
	return { ask, requests };
}

const tool = (name: string, run: RunnableTool['run']): RunnableTool => ({
	definition: { type: 'function', function: { name, parameters: { type: 'object' } } },
	run,
});
const weather = tool('get_weather', async ({ city }) => `${city}: sunny`);
const resultsOf = (request: ChatRequest | undefined) =>
	request?.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));

test('without tools it is one question and one answer', async () => {
	const model = script(completion({ content: 'Sunny' }));
	const { completion: answer, messages } = await completeWithTools(question, { ...model, tools: [], maxIterations: 1 });
	expect(model.requests).toEqual([question]);
	expect(answer.choices[0]?.message.content).toBe('Sunny');
	expect(messages).toEqual([...question.messages, { role: 'assistant', content: 'Sunny' }]);
});

test('runs the calls of a round and goes on with results in order, reasoning and the sum of the usage', async () => {
	const calls = [call('a', 'get_weather', '{"city":"Oslo"}'), call('b', 'get_weather', '{"city":"Rome"}')];
	// finish_reason is "stop" in StepFun's own documents, although there are calls.
	const model = script(
		completion({ reasoning: 'Two cities.', tool_calls: calls }),
		completion({ content: 'Sunny twice', reasoning: 'Done.' }, 'stop', 100),
	);
	const { completion: answer, messages } = await completeWithTools(question, {
		...model,
		tools: [weather],
		maxIterations: 1,
	});
	expect(model.requests[0]).toEqual({ ...question, tools: [weather.definition] });
	expect(model.requests[1]?.messages).toEqual([
		question.messages[0],
		{ role: 'assistant', content: null, reasoning_content: 'Two cities.', tool_calls: calls },
		{ role: 'tool', tool_call_id: 'a', content: 'Oslo: sunny' },
		{ role: 'tool', tool_call_id: 'b', content: 'Rome: sunny' },
	]);
	expect(messages).toEqual([...model.requests[1]!.messages, { role: 'assistant', content: 'Sunny twice' }]);
	expect(answer.usage).toEqual({
		prompt_tokens: 110,
		cached_tokens: 2,
		completion_tokens: 220,
		reasoning_tokens: 110,
		total_tokens: 330,
	});
	expect(question).not.toHaveProperty('tools');
});

test('the calls of one round run side by side', async () => {
	let running = 0;
	let most = 0;
	const slow = tool('slow', async ({ ms }) => {
		most = Math.max(most, ++running);
		await wait(ms as number);
		running -= 1;
		return `waited ${ms}`;
	});
	const model = script(
		completion({ tool_calls: [call('a', 'slow', '{"ms":40}'), call('b', 'slow', '{"ms":10}')] }),
		completion({ content: 'done' }),
	);
	await completeWithTools(question, { ...model, tools: [slow], maxIterations: 1 });
	expect(most).toBe(2);
	expect(resultsOf(model.requests[1])).toEqual(['waited 40', 'waited 10']);
});

test('what is wrong with a call is told to the model as its result', async () => {
	const failing = tool('failing', async () => {
		throw new Error('no such city');
	});
	const silent = tool('silent', async () => '');
	const model = script(
		completion({
			tool_calls: [
				call('a', 'get_whether', '{}'),
				call('b', 'get_weather', '{"city":"Os'),
				call('c', 'get_weather', '[1]'),
				call('d', 'failing', ''),
				call('e', 'silent', '{}'),
			],
		}),
		completion({ content: 'sorry' }),
	);
	await completeWithTools(question, { ...model, tools: [weather, failing, silent], maxIterations: 1 });
	expect(resultsOf(model.requests[1])).toEqual([
		'There is no tool with the name "get_whether". The tools are: get_weather, failing, silent',
		expect.stringContaining('get_weather was not run, because its arguments are no JSON object'),
		expect.stringContaining('get_weather was not run'),
		'The tool failing did not succeed: no such city',
		'(no tool output)',
	]);
});

test('a call of a function that the request defines itself ends the loop and comes out', async () => {
	const own = { type: 'function' as const, function: { name: 'book_flight' } };
	const calls = [call('a', 'get_weather', '{}'), call('b', 'book_flight', '{}')];
	const ran = jest.fn(async () => 'sunny');
	const model = script(completion({ tool_calls: calls }, 'tool_calls'));
	const { completion: answer } = await completeWithTools(
		{ ...question, tools: [own] },
		{ ...model, tools: [tool('get_weather', ran)], maxIterations: 5 },
	);
	expect(answer.choices[0]?.message.tool_calls).toEqual(calls);
	expect(model.requests).toHaveLength(1);
	expect(model.requests[0]?.tools).toEqual([
		own,
		{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } },
	]);
	expect(ran).not.toHaveBeenCalled();
});

test('tools that the server has run itself are neither run nor sent back', async () => {
	const search = { ...call('s', 'get_weather', '{"city":"Oslo"}', 'web_search') };
	const ran = jest.fn(async () => 'sunny');
	const model = script(completion({ content: 'Sunny, says the web', tool_calls: [search] }));
	const { messages } = await completeWithTools(question, {
		...model,
		tools: [tool('get_weather', ran)],
		maxIterations: 5,
	});
	expect(ran).not.toHaveBeenCalled();
	expect(messages.at(-1)).toEqual({ role: 'assistant', content: 'Sunny, says the web' });
});

test('the limit of rounds is an end with a reason, and keeps the last completion with all usage', async () => {
	const again = completion({ tool_calls: [call('a', 'get_weather', '{"city":"Oslo"}')] }, 'tool_calls');
	const model = script(again, again, again, again);
	const ended = completeWithTools(question, { ...model, tools: [weather], maxIterations: 2 });
	await expect(ended).rejects.toMatchObject({
		type: 'too_many_iterations',
		message: 'The model still calls tools after reaching Max Tool Iterations (2)',
		hint: expect.stringContaining('Max Tool Iterations'),
		partial: { choices: again.choices, usage: { total_tokens: 90 } },
	});
	expect(model.requests).toHaveLength(3);
});

test('an abort ends the loop at once, although a tool still runs', async () => {
	const own = new AbortController();
	const endless = tool('endless', () => new Promise(() => {}));
	const model = script(completion({ tool_calls: [call('a', 'endless', '{}')] }));
	const ended = completeWithTools(question, { ...model, tools: [endless], maxIterations: 2, signal: own.signal });
	setTimeout(() => own.abort(), 10);
	await expect(ended).rejects.toMatchObject({ type: 'canceled' });
	expect(model.requests).toHaveLength(1);
});

test('refuses a name that is there twice, and several completions, before anything is asked', async () => {
	const model = script();
	const options = { ...model, maxIterations: 2 };
	await expect(completeWithTools(question, { ...options, tools: [weather, weather] })).rejects.toMatchObject({
		type: 'invalid_input',
	});
	await expect(completeWithTools({ ...question, n: 2 }, { ...options, tools: [weather] })).rejects.toMatchObject({
		type: 'invalid_input',
		message: expect.stringContaining('Number of Completions is 2'),
	});
	expect(model.requests).toEqual([]);
});
