import { completeStructured } from '../../stepfun/structured';
import type { ChatRequest, Completion, CompletionMessage } from '../../stepfun/types';

const schema = { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] };
const request: ChatRequest = {
	model: 'm',
	messages: [{ role: 'user', content: 'What does it cost?' }],
	response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
};

type Said = string | { content: string; finish?: string; message?: Partial<CompletionMessage> };

/** What a model says in one turn, once for each choice; each turn takes 10 tokens. */
function answer(...choices: Said[]): Completion {
	const all = choices.map((said, index) => {
		const { content, finish = 'stop', message = {} } = typeof said === 'string' ? { content: said } : said;
		return {
			index,
			finish_reason: finish,
			message: { role: 'assistant' as const, content, reasoning: `thoughts on ${content}`, ...message },
		};
	});
	return {
		id: 'c',
		object: 'chat.completion',
		created: 1,
		model: 'm',
		choices: all,
		usage: { prompt_tokens: 6, cached_tokens: null, completion_tokens: 4, reasoning_tokens: 1, total_tokens: 10 },
		raw: { id: 'c', choices: all.map(({ index, message }) => ({ index, message })), usage: { total_tokens: 10 } },
	};
}

/** Asks a model that says these things in turn. */
function asking(given: ChatRequest, attempts: number, ...answers: Completion[]) {
	const requests: ChatRequest[] = [];
	const result = completeStructured(given, {
		attempts,
		pause: async () => {},
		async converse(conversation) {
			requests.push(conversation);
			const completion = answers[requests.length - 1]!;
			const { content } = completion.choices[0]!.message;
			return { completion, messages: [...conversation.messages, { role: 'assistant', content }] };
		},
	});
	return { result, requests };
}
const told = (conversation: ChatRequest | undefined) => conversation?.messages.at(-1)?.content;

test('an answer that fits takes one turn', async () => {
	const { result, requests } = asking(request, 1, answer('{"price": 5}'));
	const { completion, parsed, corrections } = await result;
	expect([...parsed]).toEqual([[completion.choices[0], { price: 5 }]]);
	expect(corrections).toBe(0);
	expect(requests).toEqual([request]);
});

test('a wrong one goes back with what is wrong, and the usage is the sum', async () => {
	const { result, requests } = asking(request, 2, answer('{"price": "5"}'), answer('{}'), answer('{"price": 5}'));
	const { completion, parsed, corrections, messages } = await result;
	expect(completion.choices[0]!.message.content).toBe('{"price": 5}');
	expect(parsed.get(completion.choices[0]!)).toEqual({ price: 5 });
	expect(corrections).toBe(2);
	expect(completion.usage).toEqual({
		prompt_tokens: 18,
		cached_tokens: null,
		completion_tokens: 12,
		reasoning_tokens: 3,
		total_tokens: 30,
	});
	expect(completion.raw).toMatchObject({ usage: { total_tokens: 30 } });
	expect(told(requests[1])).toBe(
		[
			'That answer does not fit the JSON Schema:',
			'- /price: expected a number, but got "5"',
			'Answer again with the whole corrected JSON document and nothing else. Keep what was right.',
		].join('\n'),
	);
	expect(told(requests[2])).toContain('- /price: expected a number, but got nothing: it is missing');
	expect(messages).toEqual([
		...request.messages,
		{ role: 'assistant', content: '{"price": "5"}' },
		{ role: 'user', content: told(requests[1]) },
		{ role: 'assistant', content: '{}' },
		{ role: 'user', content: told(requests[2]) },
		{ role: 'assistant', content: '{"price": 5}' },
	]);
});

test('one that stays wrong is an error with the list, the answer and what it took', async () => {
	const { result } = asking(request, 1, answer('{"price": "5"}'), answer('{"price": null}'));
	await expect(result).rejects.toMatchObject({
		type: 'schema_violation',
		message: 'The answer does not fit the JSON Schema: at /price, expected a number',
		violations: [{ path: '/price', expected: 'a number', got: 'null' }],
		corrections: 1,
		retryable: false,
		partial: { choices: [{ message: { content: '{"price": null}' } }], usage: { total_tokens: 20 } },
	});
});

test('each of several choices is corrected by itself, by requests for one', async () => {
	const { result, requests } = asking(
		{ ...request, n: 3 },
		1,
		answer('{"price": 1}', '{"price": "2"}', 'three'),
		answer('{"price": 2}'),
		answer('{"price": 3}'),
	);
	const { completion, parsed, corrections, messages } = await result;
	expect(completion.choices.map(({ index, message }) => [index, message.content])).toEqual([
		[0, '{"price": 1}'],
		[1, '{"price": 2}'],
		[2, '{"price": 3}'],
	]);
	expect(completion.choices.map((choice) => parsed.get(choice))).toEqual([{ price: 1 }, { price: 2 }, { price: 3 }]);
	expect(corrections).toBe(2);
	expect(completion.usage!.total_tokens).toBe(30);
	expect(completion.raw).toMatchObject({
		choices: [
			{ index: 0, message: { content: '{"price": 1}' } },
			{ index: 1, message: { content: '{"price": 2}' } },
			{ index: 2, message: { content: '{"price": 3}' } },
		],
		usage: { total_tokens: 30 },
	});
	expect(requests.map(({ n }) => n)).toEqual([3, undefined, undefined]);
	expect(requests.slice(1).map((each) => each.messages[1])).toEqual([
		{ role: 'assistant', content: '{"price": "2"}' },
		{ role: 'assistant', content: 'three' },
	]);
	expect(messages).toEqual([...request.messages, { role: 'assistant', content: '{"price": 1}' }]);
});

test('a call of tools says nothing yet', async () => {
	const tool_calls = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }];
	const { result } = asking(
		request,
		1,
		answer({ content: 'Let me see', finish: 'tool_calls', message: { tool_calls } }),
	);
	const { parsed, corrections } = await result;
	expect([parsed.size, corrections]).toEqual([0, 0]);
});

test('an answer that breaks off at the token limit is told, not corrected', async () => {
	const cut = answer({ content: '{"price": 5', finish: 'length' });
	await expect(asking({ ...request, max_tokens: 9 }, 5, cut).result).rejects.toMatchObject({
		type: 'invalid_json_answer',
		message: 'The answer reached Maximum Number of Tokens (9) before its JSON was complete',
		partial: cut,
	});
	await expect(asking(request, 5, cut).result).rejects.toThrow("the model's own token limit");
	await expect(asking(request, 5, answer({ content: '{"pri', finish: 'content_filter' })).result).rejects.toMatchObject(
		{ type: 'content_filter' },
	);
});

test('without a schema, an object and a list will do, and nothing else', async () => {
	const any = { ...request, response_format: { type: 'json_object' as const } };
	for (const content of ['{}', '[]', '```json\n{"a": 1,}\n```']) {
		expect((await asking(any, 0, answer(content)).result).parsed.size).toBe(1);
	}
	for (const content of ['5', '"text"', 'null', 'text', '']) {
		await expect(asking(any, 0, answer(content)).result).rejects.toMatchObject({ type: 'invalid_json_answer' });
	}
	const { result, requests } = asking(any, 1, answer('5'), answer('{"five": 5}'));
	expect((await result).corrections).toBe(1);
	expect(told(requests[1])).toContain('- The whole answer: expected an object or a list, but got a number');
});

test('plain text is not looked at', async () => {
	const { result } = asking({ ...request, response_format: { type: 'text' } }, 1, answer('text'));
	expect(await result).toMatchObject({ corrections: 0 });
});

test('no more is told than a few lines', async () => {
	const list = {
		...request,
		response_format: {
			type: 'json_schema' as const,
			json_schema: { name: 'a', schema: { items: { enum: ['x'.repeat(1_000)] } } },
		},
	};
	const { result, requests } = asking(
		list,
		1,
		answer(JSON.stringify(Array(1_000).fill('y'.repeat(1_000)))),
		answer('[]'),
	);
	await result;
	const text = told(requests[1]) as string;
	expect(text.split('\n')).toHaveLength(12);
	expect(text.length).toBeLessThan(3_500);
});

test('a message about half a character is text that any server takes', async () => {
	const { result, requests } = asking(
		{
			...request,
			response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { additionalProperties: false } } },
		},
		1,
		answer(JSON.stringify({ ['x' + '😀'.repeat(400)]: 1, '\ud83d': 2 })),
		answer('{}'),
	);
	await result;
	expect(told(requests[1])).not.toMatch(/\p{Cs}/u);
});

test('an empty answer is not sent back', async () => {
	const { result, requests } = asking(request, 1, answer(''), answer('{"price": 5}'));
	await result;
	expect(requests[1]!.messages.map(({ role }) => role)).toEqual(['user', 'user']);
	expect(told(requests[1])).toContain('expected one JSON document, but got nothing');
});

test('what is stopped while an answer is checked ends there', async () => {
	const schemaOfList = { type: 'array', items: { type: 'string', minLength: 2 } };
	const format = { type: 'json_schema' as const, json_schema: { name: 'a', schema: schemaOfList } };
	const content = JSON.stringify(Array(100_000).fill('abc'));
	let pauses = 0;
	const work = completeStructured(
		{ ...request, response_format: format },
		{
			attempts: 0,
			converse: async () => ({ completion: answer(content), messages: [] }),
			async pause() {
				pauses += 1;
				if (pauses === 5) throw new Error('stopped');
			},
		},
	);
	await expect(work).rejects.toThrow('stopped');
	expect(pauses).toBe(5);
});
