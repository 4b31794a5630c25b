import { asRecord, asText, isBlank } from '../json';

/** Types of events that OpenAI's Responses and Anthropic's Messages begin with. */
const EVENT_TYPES = /^(?:response\.\w|message_(?:start|delta|stop)$|content_block_)/;

/** Kinds of objects that are no chat completions, by their `object`. */
const OBJECTS = /^(?:response|text_completion|list|embedding|model)$/;

/** Whether a document is an answer, or an event of an answer, of another API: a chat completion, whatever it lacks, is told apart. */
export function isOfOtherApi(value: unknown, eventName = ''): boolean {
	const document = asRecord(value);
	if (!document || isOfChatApi(document)) return false;
	return (
		EVENT_TYPES.test(eventName) ||
		EVENT_TYPES.test(asText(document['type']) ?? '') ||
		OBJECTS.test(asText(document['object']) ?? '') ||
		(document['type'] === 'message' && Array.isArray(document['content'])) ||
		Array.isArray(document['candidates'])
	);
}

/** Whether a document has what only a chat completion, or a chunk of one, has. */
export const isOfChatApi = (document: Record<string, unknown>): boolean =>
	(Array.isArray(document['choices']) && document['object'] !== 'text_completion') ||
	/^chat\.completion/.test(asText(document['object']) ?? '') ||
	(asRecord(document['usage']) !== undefined && document['type'] === undefined);

/** Whether a document says nothing, or only that the connection is alive. */
export const isEmptyEvent = (document: Record<string, unknown>): boolean =>
	isBlank(document) || /^(?:ping|heart-?beat|keep-?alive)$/i.test(asText(document['type']) ?? '');
