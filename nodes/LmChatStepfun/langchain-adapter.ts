import { asRecord } from '../../stepfun/json';
import type { Usage } from '../../stepfun/types';
import type { Details } from './convert-results';

/** The parts of a LangChain message that are read here. */
interface LangChainMessage {
	content: unknown;
	additional_kwargs?: Record<string, unknown>;
	tool_calls?: unknown[];
	invalid_tool_calls?: unknown[];
	/** LangChain's form of what the request used; of a stream only the last chunk has it. */
	usage_metadata?: object;
}

interface Generation {
	message: LangChainMessage;
	/** n8n's log shows an answer as its text and this. */
	generationInfo?: ForLog & Record<string, unknown>;
}

/** n8n's log as a callback of the adapter. */
interface Tracing {
	options?: { tokensUsageParser?: (result: { generations: Generation[][] }) => TokenUsage };
}

interface TokenUsage {
	promptTokens: number;
	completionTokens: number;
	totalTokens: number;
}

/** The SDK's adapter to LangChain, which n8n's agents and chains work with. */
export interface Adapter {
	callbacks?: unknown;
	_generate(messages: LangChainMessage[], ...others: unknown[]): Promise<{ generations: Generation[] }>;
	_streamResponseChunks(messages: LangChainMessage[], ...others: unknown[]): AsyncGenerator<Generation>;
	bindTools(tools: unknown[]): Adapter;
	getNumTokens(content: unknown): Promise<number>;
	toJSON(): unknown;
}

/**
 * Mends what n8n's agents and chains lose through the adapter (@n8n/ai-utilities 0.34.1).
 *
 * - To StepFun go images, which they write as `image_url`, and reasoning, which AI Agent keeps between its rounds only as
 *   `additional_kwargs.reasoning_content`; fromLcContent would drop both.
 * - From StepFun comes text as a string, for parsers and chains that call `content.toString()`, and reasoning beside it.
 * - n8n's log shows reasoning, tool calls, what a search found, the model's settings, and what the request used: of a stream the
 *   adapter passes the sums on under other names than it reads, and n8n would estimate.
 * - Tokens are estimated here; LangChain would load GPT-2's table of tokens from the internet, and try for two minutes without it.
 *
 * @param settings What the log shows of them; contains no secrets
 */
export function mendAdapter(adapter: Adapter, settings: object): Adapter {
	const generate = adapter._generate.bind(adapter);
	const stream = adapter._streamResponseChunks.bind(adapter);
	const bindTools = adapter.bindTools.bind(adapter);
	for (const { options } of (Array.isArray(adapter.callbacks) ? adapter.callbacks : []) as Tracing[]) {
		if (options?.tokensUsageParser) options.tokensUsageParser = readUsage;
	}
	return Object.assign(adapter, {
		async _generate(messages: LangChainMessage[], ...others: unknown[]) {
			const result = await generate(messages.map(withKnownBlocks), ...others);
			for (const generation of result.generations) {
				generation.generationInfo = { ...generation.generationInfo, ...unpack(generation.message) };
			}
			return result;
		},
		async *_streamResponseChunks(messages: LangChainMessage[], ...others: unknown[]) {
			let log: ForLog = {};
			for await (const chunk of stream(messages.map(withKnownBlocks), ...others)) {
				log = addLogs(log, unpack(chunk.message));
				// Only the last chunk has it already, and only one may: LangChain would join the texts of several.
				if (chunk.generationInfo) {
					chunk.generationInfo = { ...chunk.generationInfo, ...log };
					if (chunk.message.usage_metadata && log.usage)
						Object.assign(chunk.message.usage_metadata, detailsOf(log.usage));
				}
				yield chunk;
			}
		},
		bindTools: (tools: unknown[]) => mendAdapter(bindTools(tools), settings),
		getNumTokens: (content: unknown) => Promise.resolve(estimateTokens(contentText(content))),
		toJSON: () => ({ lc: 1, type: 'constructor', id: ['stepfun', 'StepfunChatModel'], kwargs: { ...settings } }),
	});
}

/** A copy of a message whose images and reasoning are blocks that the adapter knows. */
function withKnownBlocks(message: LangChainMessage): LangChainMessage {
	const reasoning = message.additional_kwargs?.['reasoning_content'];
	const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : blocksOf(message);
	const hasReasoning = blocks.some(({ type }) => type === 'reasoning');
	const content = [
		...(typeof reasoning === 'string' && reasoning !== '' && !hasReasoning ? [{ type: 'reasoning', reasoning }] : []),
		...blocks.map(toKnownBlock),
	];
	return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as LangChainMessage, message, {
		content,
	});
}

const contentText = (content: unknown): string =>
	typeof content === 'string' ? content : joined(blocksOf({ content }), 'text');

const blocksOf = ({ content }: LangChainMessage): Array<Record<string, unknown>> =>
	Array.isArray(content) ? content.map(asRecord).filter((block) => block !== undefined) : [];

/** `image_url` as an image; a file in LangChain's older form with its type where the adapter looks for it. */
function toKnownBlock(block: Record<string, unknown>): Record<string, unknown> {
	if (block['type'] === 'image_url') {
		const image = asRecord(block['image_url']) ?? { url: block['image_url'] };
		return { type: 'image', url: image['url'], metadata: { detail: image['detail'] } };
	}
	return typeof block['mime_type'] === 'string' ? { ...block, mimeType: block['mime_type'] } : block;
}

/** Leaves of a message's blocks text as a string, and reasoning where AI Agent looks for it; returns what the log would lack. */
function unpack(message: LangChainMessage): ForLog {
	if (typeof message.content === 'string') return forLog(message);
	const blocks = blocksOf(message);
	const reasoning = joined(blocks, 'reasoning');
	message.content = joined(blocks, 'text');
	if (reasoning !== '') message.additional_kwargs = { ...message.additional_kwargs, reasoning_content: reasoning };
	const details: Details | undefined = asRecord(blocks.find(({ type }) => type === 'non_standard')?.['value']);
	return { ...forLog(message), ...details };
}

/** What blocks of a type say; such a block holds it under the type's name. */
const joined = (blocks: Array<Record<string, unknown>>, type: 'reasoning' | 'text'): string =>
	blocks.map((block) => (block['type'] === type && typeof block[type] === 'string' ? block[type] : '')).join('');

const cjk = /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]/g;

/** Four letters a token, and each Chinese, Japanese or Korean character one: rather too many than too few. */
function estimateTokens(text: string): number {
	const wide = text.length - text.replace(cjk, '').length;
	return Math.ceil((text.length - wide) / 4) + wide;
}

/** What the log would lack, since it shows of an answer its text alone. */
interface ForLog extends Details {
	reasoning?: string;
	tool_calls?: unknown[];
}

function forLog({ additional_kwargs, tool_calls = [], invalid_tool_calls = [] }: LangChainMessage): ForLog {
	const reasoning = additional_kwargs?.['reasoning_content'];
	const calls = [...tool_calls, ...invalid_tool_calls];
	return {
		...(typeof reasoning === 'string' && reasoning !== '' && { reasoning }),
		...(calls.length > 0 && { tool_calls: calls }),
	};
}

/** Calls come one in each chunk, the rest at once. */
const addLogs = (log: ForLog, added: ForLog): ForLog => ({
	...log,
	...added,
	...(added.tool_calls && { tool_calls: [...(log.tool_calls ?? []), ...added.tool_calls] }),
});

/** What a request used, for the log; zeros where StepFun did not say it, which n8n then estimates. */
function readUsage({ generations }: { generations: Generation[][] }): TokenUsage {
	const usage = generations[0]?.[0]?.generationInfo?.usage;
	const promptTokens = usage?.prompt_tokens ?? 0;
	const completionTokens = usage?.completion_tokens ?? 0;
	return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
}

/** The figures that the adapter leaves out of a stream, in LangChain's names. */
const detailsOf = ({ cached_tokens: cached, reasoning_tokens: reasoning }: Usage): object => ({
	...(cached !== null && { input_token_details: { cache_read: cached } }),
	...(reasoning !== null && { output_token_details: { reasoning } }),
});
