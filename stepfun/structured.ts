import { StepfunError } from './errors';
import { asksForJson, whyHopeless } from './response/check';
import { readJsonAnswer } from './response/json-answer';
import { functionCalls } from './response/tool-calls';
import { UsageSum } from './response/usage-sum';
import { compileSchema } from './schema/schema';
import { violationsOf } from './schema/validate';
import { inSlices } from './schema/work';
import * as texts from './texts';
import { replayed, type Exchange } from './tool-loop';
import type { ChatRequest, Completion, CompletionChoice, Message, Violation } from './types';

export interface StructuredOptions {
	/** One conversation up to an answer; called again for each correction. */
	converse: (request: ChatRequest) => Promise<Exchange>;
	/** How often each choice is asked to be corrected before it is given up. */
	attempts: number;
	/** Lets other work go first, and rejects when this one is to end. */
	pause: () => Promise<void>;
}

export interface StructuredExchange extends Exchange {
	/** The data of each choice that was asked for as JSON and is no call of tools. */
	parsed: ReadonlyMap<CompletionChoice, unknown>;
	/** How many further turns it took. */
	corrections: number;
}

/**
 * A conversation whose answer is what the response format asks for: JSON, and by its schema where there is one. What is wrong with an
 * answer is told to the model, which answers once more, with the same attachments and tools; each of several choices is corrected
 * by itself. The usage is the sum of all turns. With plain text there is nothing to check.
 *
 * @throws StepfunError `schema_violation` with what is wrong in `violations`; `invalid_json_answer` where no schema was given, and for an
 * answer that breaks off, which is not asked for again; each with the last answer in `partial`. And what `converse` throws.
 */
export async function completeStructured(
	request: ChatRequest,
	options: StructuredOptions,
): Promise<StructuredExchange> {
	if (!asksForJson(request)) return { ...(await options.converse(request)), parsed: new Map(), corrections: 0 };
	const judge = judgeOf(request);
	const first = await options.converse(request);
	const spent = new UsageSum();
	let completion = spent.add(first.completion);
	let messages = first.messages;
	const parsed = new Map<CompletionChoice, unknown>();
	let corrections = 0;
	for (const [position, { message }] of first.completion.choices.entries()) {
		let conversation = position === 0 ? first.messages : [...request.messages, replayed(message)];
		for (let attempt = 0; ; attempt += 1) {
			const choice = completion.choices[position]!;
			const verdict = await inSlices(judge(choice, completion), options.pause);
			if (!('violations' in verdict)) {
				if ('value' in verdict) parsed.set(choice, verdict.value);
				break;
			}
			if (attempt === options.attempts) throw rejected(verdict.violations, completion, request, corrections);
			corrections += 1;
			const { n: _, ...single } = request;
			const turn = await options.converse({
				...single,
				messages: corrected(conversation, verdict.violations, request),
			});
			completion = withChoice(completion, spent.add(turn.completion), position);
			conversation = turn.messages;
		}
		if (position === 0) messages = conversation;
	}
	return { completion, messages, parsed, corrections };
}

/** What an answer is, as data; nothing for one that calls tools. */
type Verdict = { value: unknown } | { violations: Violation[] } | Record<string, never>;

/** Faults that are told at most. */
const MOST_TOLD = 10;

function judgeOf(request: ChatRequest) {
	const format = request.response_format;
	const schema = format?.type === 'json_schema' ? compileSchema(format.json_schema.schema) : undefined;
	return function* judge(choice: CompletionChoice, completion: Completion): Generator<void, Verdict> {
		const { message, finish_reason } = choice;
		if (functionCalls(message).length > 0) return {};
		const read = yield* readJsonAnswer(message.content, finish_reason === 'length');
		if (!('value' in read)) {
			const hopeless = whyHopeless(choice, request);
			const type = finish_reason === 'content_filter' ? finish_reason : 'invalid_json_answer';
			if (hopeless) throw new StepfunError(hopeless, { type, partial: completion });
			return {
				violations: [{ path: '', expected: schema ? 'one JSON document' : 'one JSON object or list', got: read.got }],
			};
		}
		const violations = schema ? yield* violationsOf(read.value, schema, MOST_TOLD) : violationsOfObject(read.value);
		return violations.length > 0 ? { violations } : read;
	};
}

/** Without a schema, any object and any list will do. */
const violationsOfObject = (value: unknown): Violation[] =>
	value !== null && typeof value === 'object'
		? []
		: [{ path: '', expected: 'an object or a list', got: value === null ? 'null' : `a ${typeof value}` }];

/** The completion with a choice of another one in place of its own. */
function withChoice(completion: Completion, turn: Completion, position: number): Completion {
	if (completion.choices.length === 1) return turn;
	const { index } = completion.choices[position]!;
	const raw = completion.raw && {
		...completion.raw,
		choices: replacedAt(
			completion.raw['choices'],
			position,
			(turn.raw?.['choices'] as unknown[] | undefined)?.[0],
			index,
		),
		...(turn.raw?.['usage'] !== undefined && { usage: turn.raw['usage'] }),
	};
	return {
		...completion,
		choices: replacedAt(completion.choices, position, turn.choices[0], index) as CompletionChoice[],
		...(turn.usage && { usage: turn.usage }),
		...(raw && { raw }),
	};
}

const replacedAt = (choices: unknown, position: number, choice: unknown, index: number): unknown[] =>
	(choices as unknown[]).map((one, i) => (i === position ? { ...(choice as object), index } : one));

function rejected(
	violations: Violation[],
	completion: Completion,
	{ response_format: format }: ChatRequest,
	corrections: number,
): StepfunError {
	const details = { violations, corrections, partial: completion };
	if (format?.type !== 'json_schema')
		return new StepfunError(texts.notJson, { type: 'invalid_json_answer', ...details });
	const [{ path, expected }, ...others] = violations as [Violation, ...Violation[]];
	const place = path === '' ? 'at its root' : `at ${cut(path, 100)}`;
	const more =
		others.length === 0 ? '' : ` (and ${others.length}${violations.length === MOST_TOLD ? ' or more' : ' more'})`;
	return new StepfunError(texts.schemaViolation(place, cut(expected, 200), more), {
		type: 'schema_violation',
		...details,
	});
}

/** The conversation in which the model is told what is wrong with its last answer. */
function corrected(messages: Message[], violations: Violation[], { response_format: format }: ChatRequest): Message[] {
	const what = format?.type === 'json_schema' ? 'does not fit the JSON Schema' : 'is not the JSON that was asked for';
	const lines = violations.map(({ path, expected, got }) =>
		cut(`- ${path === '' ? 'The whole answer' : path}: expected ${expected}, but got ${got}`, LONGEST_LINE),
	);
	const content = [
		`That answer ${what}:`,
		...lines,
		'Answer again with the whole corrected JSON document and nothing else. Keep what was right.',
	]
		.join('\n')
		// Half of a character is none that a server has to take.
		.replace(/\p{Cs}/gu, '\ufffd');
	const last = messages.at(-1);
	// The API takes no message without content.
	const said = last?.role === 'assistant' && last.content === '' ? messages.slice(0, -1) : messages;
	return [...said, { role: 'user', content }];
}

/** Characters of a line that names a fault. */
const LONGEST_LINE = 300;

const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
