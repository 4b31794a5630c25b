import fc from 'fast-check';
import { StepfunError } from '../../../stepfun/errors';
import { requestBody } from '../../../stepfun/request/body';
import { withExtraBody } from '../../../stepfun/request/extra-body';
import { completeStructured } from '../../../stepfun/structured';
import type { ChatRequest, Completion } from '../../../stepfun/types';

const request: ChatRequest = {
	model: 'step-3.7-flash',
	messages: [{ role: 'user', content: 'Hello' }],
	temperature: 0.2,
	reasoning_effort: 'low',
};
const completion: Completion = {
	id: '',
	object: 'chat.completion',
	created: 0,
	model: '',
	choices: [{ index: 0, message: { role: 'assistant', content: '{}', reasoning: '' }, finish_reason: 'stop' }],
};
const FIELDS = [
	...['model', 'messages', 'tools', 'max_tokens', 'temperature', 'top_p', 'n', 'stream', 'stop', 'frequency_penalty'],
	...['response_format', 'reasoning_format', 'reasoning_effort', 'tool_choice', '__proto__', 'extra'],
];

test('whatever a body says, it is refused in words or becomes a request that can be sent and checked', async () => {
	const wellFormed = fc.oneof(
		fc.record({ type: fc.constantFrom('json_schema', 'text', 'function'), json_schema: fc.jsonValue() }),
		fc.array(fc.record({ role: fc.constantFrom('user', 'tool', 'x'), content: fc.jsonValue() }), { maxLength: 3 }),
		fc.array(fc.record({ name: fc.string(), parameters: fc.jsonValue() }), { maxLength: 3 }),
	);
	const converse = async () => ({ completion, messages: [] });
	await fc.assert(
		fc.asyncProperty(
			fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.jsonValue(), wellFormed, fc.constant(undefined))),
			async (body) => {
				let read: ChatRequest;
				try {
					read = withExtraBody(request, body);
				} catch (error) {
					expect(error).toBeInstanceOf(StepfunError);
					expect(error).toMatchObject({ type: 'invalid_input', hint: expect.stringMatching(/\w/) });
					return;
				}
				await completeStructured(read, { converse, attempts: 0, pause: async () => {} }).catch((error: unknown) =>
					expect(error).toMatchObject({ type: 'schema_violation' }),
				);
				const sent = JSON.parse(requestBody(read).text ?? '{}') as Record<string, unknown>;
				expect(sent).toMatchObject({ model: expect.stringMatching(/\S/), messages: expect.any(Array) });
			},
		),
		{ numRuns: 2_000 },
	);
});

test('the request is left as it was', () => {
	const before = JSON.stringify(request);
	expect(withExtraBody(request, { temperature: null, model: 'm', messages: null })).toEqual({
		model: 'm',
		messages: request.messages,
		reasoning_effort: 'low',
	});
	expect(JSON.stringify(request)).toBe(before);
	expect(withExtraBody(request, undefined)).toBe(request);
	expect(withExtraBody(request, null)).toBe(request);
});
