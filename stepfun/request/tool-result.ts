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

/** Of a list of content blocks the text; undefined for data that is none. */
export function blocksText(result: unknown): string | undefined {
	if (!Array.isArray(result) || result.length === 0) return undefined;
	const texts = result.map(blockText);
	return texts.includes(undefined) ? undefined : texts.join('\n');
}

/** What a block of text may say beside its text; a row of data that happens to have a type and a text has other columns. */
const TEXT_FIELDS = ['type', 'text', 'annotations', '_meta', 'cache_control', 'citations', 'index', 'extras'];

const isTextBlock = (block: Record<string, unknown>): boolean =>
	block['type'] === 'text' &&
	typeof block['text'] === 'string' &&
	Object.keys(block).every((name) => TEXT_FIELDS.includes(name));

function blockText(value: unknown): string | undefined {
	const block = asRecord(value);
	if (block && isTextBlock(block)) return block['text'] as string;
	const media = MEDIA_BLOCKS[String(block?.['type'])];
	const type = media ?? block?.['mimeType'] ?? block?.['mediaType'];
	return typeof type === 'string' && (block?.['data'] ?? block?.[String(block['type'])]) !== undefined
		? `(${type} that cannot be shown here)`
		: undefined;
}

/** The API's own parts with a file. */
const MEDIA_BLOCKS: Readonly<Record<string, string | undefined>> = {
	image_url: 'image',
	video_url: 'video',
	input_audio: 'audio',
};
