import { createHash } from 'node:crypto';
import { describeAttachments } from './attachments';
import type { Files } from './files';
import { readDialogue, type Dialogue } from './dialogue';
import { fitSchema } from './json-schema';
import { findChatModel } from './models';
import { planCalls, searchCall, type PlannedCall } from './tools';
import { isObject, type ChatRequest, type JsonObject, type SearchCall, type ToolCall } from './types';
import { promptTokens, tokens } from './usage';
import { quote, wordsOf } from './words';

/** One alternative of an answer, already cut by `stop` and `max_tokens`; texts stand as lists of tokens. */
export interface ChoiceAnswer {
	reasoning: string[];
	content: string[];
	toolCalls: Array<ToolCall & { pieces: string[] }>;
	searches: SearchCall[];
	finishReason: 'stop' | 'length' | 'tool_calls';
	/** Whether `content` is said rather than written. */
	spoken: boolean;
}

export interface Answer {
	model: string;
	/** The field that `reasoning_format` asks for. */
	reasoningField: 'reasoning' | 'reasoning_content';
	choices: ChoiceAnswer[];
	/** In tokens, as usage reports them. */
	promptTokens: number;
	cachedTokens: number;
}

/**
 * The answer to a checked request. The same request always gets the same answer.
 * @param callId makes a call's id of a hash in hex
 */
export function answerRequest(
	request: ChatRequest,
	cachedTokens: number,
	callId: (hash: string) => string,
	files: Files,
): Answer {
	const dialogue = readDialogue(request.messages);
	const calls = planCalls(dialogue, request.tools ?? [], request.tool_choice);
	const seed = createHash('sha256').update(JSON.stringify(request.messages)).digest('base64url');
	const answerChoice = (_: unknown, index: number): ChoiceAnswer => {
		const id = (position: number) => callId(createHash('sha256').update(`${seed} ${index} ${position}`).digest('hex'));
		const searches = calls.length === 0 && searchesWeb(request) ? [searchCall(id(0), dialogue.question)] : [];
		const content = calls.length > 0 ? '' : contentFor(request, dialogue, { searches, choice: index, files });
		const limited = {
			reasoning: tokens(reasoningFor(request, dialogue, calls)),
			content: tokens(cutAtStop(content, request.stop)),
			toolCalls: calls.map((call, position) => toolCall(call, id(position))),
		};
		const answer = limit(limited, request.max_tokens ?? Infinity);
		return { ...answer, searches, spoken: speaks(request) && answer.content.length > 0 };
	};
	return {
		model: request.model,
		reasoningField: request.reasoning_format === 'deepseek-style' ? 'reasoning_content' : 'reasoning',
		choices: Array.from({ length: request.n ?? 1 }, answerChoice),
		promptTokens: promptTokens(request),
		cachedTokens,
	};
}

const speaks = ({ model, modalities }: ChatRequest): boolean =>
	modalities?.includes('audio') === true && findChatModel(model, true)?.speech === 'spoken';

const searchesWeb = (request: ChatRequest): boolean =>
	request.tools?.some((tool) => tool.type === 'web_search') ?? false;

function toolCall(call: PlannedCall, id: string): ChoiceAnswer['toolCalls'][number] {
	const text = JSON.stringify(call.arguments);
	return { id, type: 'function', function: { name: call.name, arguments: text }, pieces: tokens(text) };
}

const sentencesByEffort = { low: 2, medium: 6, high: 20 };

/** Always some: the question, as many considerations as the effort asks for, and what comes next. */
function reasoningFor(request: ChatRequest, dialogue: Dialogue, calls: PlannedCall[]): string {
	const considered = sentencesByEffort[request.reasoning_effort ?? 'medium'];
	return [
		`The question is ${quote(dialogue.question, 60)}.`,
		...Array.from({ length: considered }, (_, index) => `Point ${index + 1}: this follows from what was said.`),
		calls.length > 0 ? `I will call ${calls.map((call) => call.name).join(', ')}.` : 'I can answer now.',
	].join(' ');
}

/** What an answer is made of beside the request. */
interface Ingredients {
	searches: SearchCall[];
	/** Counted from 0. */
	choice: number;
	files: Files;
}

function contentFor(request: ChatRequest, dialogue: Dialogue, ingredients: Ingredients): string {
	const format = request.response_format;
	if (format?.type === 'json_schema') return fitted(format.json_schema.schema, dialogue);
	const fenced = fencedSchema(dialogue);
	if (format?.type === 'json_object') {
		return fenced ? fitted(fenced, dialogue) : JSON.stringify(jsonAnswer(request, dialogue, ingredients.choice));
	}
	if (fenced) return `\`\`\`json\n${fitted(fenced, dialogue)}\n\`\`\``;
	return textAnswer(request, dialogue, ingredients);
}

const fitted = (schema: JsonObject, dialogue: Dialogue): string =>
	JSON.stringify(fitSchema(schema, wordsOf(withoutFences(dialogue.question))));

const fence = /```(?:json)?\s*\n([\s\S]*?)```/g;
const withoutFences = (text: string) => text.replace(fence, '');

/** The JSON Schema that output parsers put into the prompt as a fenced block: the last block that is one. */
function fencedSchema(dialogue: Dialogue): JsonObject | undefined {
	const blocks = [...`${dialogue.system}\n${dialogue.question}`.matchAll(fence)].map((match) => match[1]!);
	return blocks
		.map(parseObject)
		.findLast((value) => value !== undefined && ('properties' in value || '$schema' in value));
}

function parseObject(text: string): JsonObject | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

const jsonAnswer = (request: ChatRequest, dialogue: Dialogue, choice: number): JsonObject => ({
	question: dialogue.question,
	answer: `The StepFun emulator answers with model ${request.model}.`,
	earlier_questions: dialogue.earlier,
	tool_results: dialogue.results,
	choice: choice + 1,
});

/** One line for each thing the server was given. */
const textAnswer = (request: ChatRequest, dialogue: Dialogue, { searches, choice, files }: Ingredients): string =>
	[
		`You asked: ${quote(dialogue.question)}. The StepFun emulator answers with model ${request.model}.`,
		...(dialogue.system ? [`System prompt: ${quote(dialogue.system, 200)}.`] : []),
		...list('Earlier questions', dialogue.earlier, (text) => quote(text, 200)),
		...list('Tool results', dialogue.results, ({ name, content }) => `${name} returned ${quote(content)}`),
		...describeAttachments(dialogue.media, files),
		...searches.flatMap((search) => list('Sources', search.function.results, ({ url }) => url)),
		...(choice > 0 ? [`(choice ${choice + 1})`] : []),
	].join('\n');

const list = <T>(title: string, entries: T[], show: (entry: T) => string): string[] =>
	entries.length === 0 ? [] : [`${title} (${entries.length}): ${entries.map(show).join('; ')}.`];

function cutAtStop(content: string, stop: string | string[] | undefined): string {
	const places = [stop ?? []]
		.flat()
		.filter((text) => text !== '')
		.map((text) => content.indexOf(text))
		.filter((place) => place !== -1);
	return places.length === 0 ? content : content.slice(0, Math.min(...places));
}

/** Reasoning is paid for first (live: a small max_tokens leaves content '' with finish_reason length). */
function limit(
	whole: Pick<ChoiceAnswer, 'reasoning' | 'content' | 'toolCalls'>,
	maxTokens: number,
): Omit<ChoiceAnswer, 'searches' | 'spoken'> {
	let left = maxTokens;
	let short = false;
	const take = <T>(pieces: T[]): T[] => {
		const taken = pieces.slice(0, left);
		left -= taken.length;
		short ||= taken.length < pieces.length;
		return taken;
	};
	const reasoning = take(whole.reasoning);
	const content = take(whole.content);
	const toolCalls = whole.toolCalls.flatMap((call) => {
		const name = take([call.function.name]);
		const pieces = take(call.pieces);
		const cut = { ...call, pieces, function: { ...call.function, arguments: pieces.join('') } };
		return name.length > 0 ? [cut] : [];
	});
	const whenWhole = whole.toolCalls.length > 0 ? 'tool_calls' : 'stop';
	return { reasoning, content, toolCalls, finishReason: short ? 'length' : whenWhole };
}
