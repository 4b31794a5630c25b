import { asRecord, tryParseJson } from '../json';

/**
 * A tool's result as text, which is all that StepFun takes from a tool: data as JSON; of content blocks, which MCP servers and
 * LangChain's tools give, the texts, with a note in the place of each file. n8n's MCP Client gives the blocks as JSON in a string.
 */
export function toolResultText(result: unknown): string {
	const blocks = typeof result === 'string' && result.startsWith('[{') ? tryParseJson(result) : result;
	const text = blocksText(blocks) ?? (typeof result === 'string' ? result : JSON.stringify(result ?? null));
	return text || '(no tool output)';
}

/** Undefined for data that is no list of content blocks. */
function blocksText(result: unknown): string | undefined {
	if (!Array.isArray(result) || result.length === 0) return undefined;
	const texts = result.map(blockText);
	return texts.includes(undefined) ? undefined : texts.join('\n');
}

function blockText(value: unknown): string | undefined {
	const block = asRecord(value);
	if (block?.['type'] === 'text' && typeof block['text'] === 'string') return block['text'];
	const type = block?.['type'] === 'image_url' ? 'image' : (block?.['mimeType'] ?? block?.['mediaType']);
	return typeof type === 'string' && (block?.['data'] ?? block?.['image_url']) !== undefined
		? `(${type} that cannot be shown here)`
		: undefined;
}
