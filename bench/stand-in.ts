// A model that breaks its schema in some of its answers, and mends one only if it is told what is wrong with it.
import type { Fault, RecordedRequest } from '../emulator';

/** What each item asks for. */
export const schema = {
	type: 'object',
	properties: {
		item: { type: 'integer' },
		price: { type: 'number' },
		mood: { type: 'string', enum: ['calm', 'lively'] },
		tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 },
		place: {
			type: 'object',
			properties: { city: { type: 'string' } },
			required: ['city'],
			additionalProperties: false,
		},
	},
	required: ['item', 'price', 'mood', 'tags', 'place'],
	additionalProperties: false,
};

type Data = Record<string, unknown>;

const rightData = (item: number): Data => ({
	item,
	price: item + 0.5,
	mood: 'calm',
	tags: ['a', 'b'],
	place: { city: 'Paris' },
});

/** Whether data is what its item asks for. */
export const isRight = (data: unknown): boolean => {
	const { item } = (data ?? {}) as Data;
	return typeof item === 'number' && JSON.stringify(data) === JSON.stringify(rightData(item));
};

interface Mistake {
	/** The text in place of the right one. */
	answer(data: Data): string;
	/** In what is said about it, one of these names it. */
	named: RegExp;
}

const MISTAKES: Mistake[] = [
	{ answer: ({ price: _, ...data }) => JSON.stringify(data), named: /price/ },
	{ answer: (data) => JSON.stringify({ ...data, comment: 'none' }), named: /comment|unrecognized|additional/i },
	{ answer: (data) => JSON.stringify({ ...data, price: String(data['price']) }), named: /price/ },
	{ answer: (data) => JSON.stringify({ ...data, mood: 'sad' }), named: /mood/ },
	{ answer: (data) => JSON.stringify({ ...data, place: { city: null } }), named: /city|place/ },
	{ answer: (data) => JSON.stringify({ ...data, tags: ['a', 'b', 'c'] }), named: /tags/ },
	{ answer: (data) => `\`\`\`json\n${JSON.stringify(data)}\n\`\`\``, named: /json|fence|parse/i },
	{ answer: (data) => JSON.stringify(data).replace(/\}$/, ',}'), named: /json|comma|parse/i },
	{ answer: (data) => JSON.stringify(data).slice(0, -12), named: /json|break|complete|parse/i },
	{ answer: (data) => `The mood of item ${String(data['item'])} is calm.`, named: /json|parse/i },
];

/** Three of ten answers have a mistake, each kind as often as the others. */
const mistakeOf = (item: number): Mistake | undefined =>
	item % 10 < 3 ? MISTAKES[(Math.floor(item / 10) * 3 + (item % 10)) % MISTAKES.length] : undefined;

const inOutput = (text: string): string => text.replace('{', '{"output":{').replace(/\}(\n```)?$/, '}}$1');

const tokensOf = (text: string): number => Math.ceil(text.length / 4);

/** The answer to a request about `Item N`, as the request wants it: a stream or JSON. */
export function answerOf({ body }: RecordedRequest): { fault: Fault; tokens: number } {
	const { messages, stream, response_format } = body as {
		messages: Array<{ content: unknown }>;
		stream?: boolean;
		response_format?: unknown;
	};
	const texts = messages.map(({ content }) =>
		typeof content === 'string'
			? content
			: (content as Array<{ text?: string }>).map(({ text = '' }) => text).join('\n'),
	);
	const said = texts.join('\n');
	const data = rightData(Number(/Item (\d+)/i.exec(said)?.[1] ?? /"item":\s*(\d+)/.exec(said)?.[1]));
	const mistake = mistakeOf(data['item'] as number);
	// n8n's parser asks for the data within a field.
	const asked = /"output"\s*:\s*\{/.test(said) ? inOutput : (text: string) => text;
	const wrong = mistake ? asked(mistake.answer(data)) : '';
	// What is said behind the wrong answer is about it.
	const at = mistake ? said.lastIndexOf(wrong) : -1;
	const isMended = mistake === undefined || (at !== -1 && mistake.named.test(said.slice(at + wrong.length)));
	const content = isMended ? asked(JSON.stringify(data)) : wrong;
	const [prompt, completion] = [tokensOf(said + (JSON.stringify(response_format) ?? '')), tokensOf(content)];
	const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
	const frame = { id: 'bench', created: 1_760_000_000, model: 'step-3.7-flash', usage };
	const choice = { index: 0, finish_reason: 'stop' };
	const message = { role: 'assistant', content };
	const events = [JSON.stringify({ ...frame, choices: [{ ...choice, delta: message }] }), '[DONE]'];
	return {
		tokens: prompt + completion,
		fault: stream
			? { raw: events.map((event) => `data: ${event}\n\n`).join('') }
			: { body: JSON.stringify({ ...frame, object: 'chat.completion', choices: [{ ...choice, message }] }) },
	};
}
