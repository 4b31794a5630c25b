import { useEmulator } from '../use-emulator';
import { ask, chunksOf, joinDeltas, send } from './client';

const first = (answer: Awaited<ReturnType<typeof send>>) => answer.json.choices[0];

describe.each(['live', 'documented'] as const)('in the %s dialect', (dialect) => {
	const emulator = useEmulator({ dialect });

	test('repeats the question, reasons before, and counts the tokens', async () => {
		const answer = await send(emulator, ask('How are you?', { model: 'step-3.5-flash' }));
		expect(answer.status).toBe(200);
		expect(answer.json).toMatchObject({ object: 'chat.completion', model: 'step-3.5-flash' });
		expect(first(answer)).toMatchObject({
			index: 0,
			message: {
				role: 'assistant',
				content: 'You asked: "How are you?". The StepFun emulator answers with model step-3.5-flash.',
				reasoning: expect.stringContaining('The question is "How are you?".'),
			},
			finish_reason: 'stop',
		});
		const { usage } = answer.json;
		expect(usage.prompt_tokens).toBe(7);
		expect(usage.completion_tokens).toBeGreaterThan(0);
		expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
	});

	test('names the system prompt and the earlier questions, and counts their tokens as cached', async () => {
		const turns = [
			{ role: 'system', content: 'Be brief' },
			{ role: 'user', content: 'My name is Ada' },
		];
		await send(emulator, { model: 'step-3.5-flash', messages: turns });
		const answer = await send(emulator, {
			model: 'step-3.5-flash',
			messages: [...turns, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Who am I?' }],
		});
		expect(first(answer).message.content.split('\n').slice(1)).toEqual([
			'System prompt: "Be brief".',
			'Earlier questions (1): "My name is Ada".',
		]);
		expect(answer.json.usage.cached_tokens).toBe(15);
	});

	test('a stream has the content of the JSON answer', async () => {
		const whole = await send(emulator, ask('Hi'));
		const streamed = await send(emulator, ask('Hi', { stream: true }));
		expect(streamed.text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
		const chunks = chunksOf(streamed.text);
		expect(chunks.at(-1).usage).toEqual(whole.json.usage);
		expect(joinDeltas(chunks, 'content')).toBe(first(whole).message.content);
		expect(joinDeltas(chunks, 'reasoning')).toBe(first(whole).message.reasoning);
	});

	test.each(['single-newline', 'crlf'] as const)('events that end in %s', async (eventEnd) => {
		emulator.options.eventEnd = eventEnd;
		const { text } = await send(emulator, ask('Hi', { stream: true }));
		const end = { 'single-newline': '\n', crlf: '\r\n\r\n' }[eventEnd];
		expect(text.split(end).filter((line) => !line.startsWith('data: '))).toEqual(['']);
		expect(text.endsWith(`data: [DONE]${end}`)).toBe(true);
	});

	test('n choices differ and take turns in a stream', async () => {
		const answer = await send(emulator, ask('Hi', { n: 3 }));
		const contents = answer.json.choices.map((choice: { message: { content: string } }) => choice.message.content);
		expect(new Set(contents).size).toBe(3);
		expect(contents[2]).toMatch(/\(choice 3\)$/);
		const chunks = chunksOf((await send(emulator, ask('Hi', { n: 3, stream: true }))).text);
		expect(chunks.slice(0, 6).map((chunk) => chunk.choices[0].index)).toEqual([0, 1, 2, 0, 1, 2]);
		expect(joinDeltas(chunks, 'content', 2)).toBe(contents[2]);
		expect(chunks.at(-1).usage).toEqual(answer.json.usage);
	});

	test('stop cuts before the first match', async () => {
		const choice = first(await send(emulator, ask('Hi', { stop: ['answers', ' emulator'] })));
		expect(choice.message.content).toBe('You asked: "Hi". The StepFun');
		expect(choice.finish_reason).toBe('stop');
	});

	test('max_tokens is paid by reasoning first', async () => {
		const starved = await send(emulator, ask('Hi', { max_tokens: 8 }));
		expect(first(starved)).toMatchObject({ message: { content: '' }, finish_reason: 'length' });
		expect(starved.json.usage.completion_tokens).toBe(8);
		const { text } = await send(emulator, ask('Hi', { stream: true }));
		const reasoning = chunksOf(text).findLast((chunk) => chunk.choices[0].delta.reasoning).usage.completion_tokens;
		const cut = first(await send(emulator, ask('Hi', { max_tokens: reasoning + 2 })));
		expect(cut).toMatchObject({ message: { content: 'You aske' }, finish_reason: 'length' });
	});

	test('reasoning grows with the effort', async () => {
		const lengths: number[] = [];
		for (const effort of ['low', 'medium', 'high']) {
			const body = ask('Hi', { reasoning_effort: effort, reasoning_format: 'deepseek-style' });
			const { message } = first(await send(emulator, body));
			lengths.push(message.reasoning_content.length);
		}
		expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
		expect(lengths[2]).toBeGreaterThan(2 * lengths[1]!);
	});
});
