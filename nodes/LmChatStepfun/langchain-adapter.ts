import { asRecord } from '../../stepfun/json';

/** The parts of a LangChain message that are read here. */
interface LangChainMessage {
	content: unknown;
	additional_kwargs?: Record<string, unknown>;
}

interface Generation {
	message: LangChainMessage;
}

/** The SDK's adapter to LangChain, which n8n's agents and chains work with. */
export interface Adapter {
	_generate(messages: LangChainMessage[], ...others: unknown[]): Promise<{ generations: Generation[] }>;
	_streamResponseChunks(messages: LangChainMessage[], ...others: unknown[]): AsyncGenerator<Generation>;
	bindTools(tools: unknown[]): Adapter;
}

/**
 * Keeps what the adapter would drop (@n8n/ai-utilities 0.34.1, fromLcContent): images, which n8n's agents and chains write
 * as `image_url`, and reasoning, which AI Agent keeps between its rounds only as `additional_kwargs.reasoning_content`.
 */
export function keepImagesAndReasoning(adapter: Adapter): Adapter {
	const generate = adapter._generate.bind(adapter);
	const stream = adapter._streamResponseChunks.bind(adapter);
	const bindTools = adapter.bindTools.bind(adapter);
	return Object.assign(adapter, {
		async _generate(messages: LangChainMessage[], ...others: unknown[]) {
			const result = await generate(messages.map(withKnownBlocks), ...others);
			for (const { message } of result.generations) keepReasoning(message);
			return result;
		},
		async *_streamResponseChunks(messages: LangChainMessage[], ...others: unknown[]) {
			for await (const chunk of stream(messages.map(withKnownBlocks), ...others)) {
				keepReasoning(chunk.message);
				yield chunk;
			}
		},
		bindTools: (tools: unknown[]) => keepImagesAndReasoning(bindTools(tools)),
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

function keepReasoning(message: LangChainMessage): void {
	const reasoning = blocksOf(message)
		.map((block) => (block['type'] === 'reasoning' ? block['reasoning'] : ''))
		.join('');
	if (reasoning !== '') message.additional_kwargs = { ...message.additional_kwargs, reasoning_content: reasoning };
}
