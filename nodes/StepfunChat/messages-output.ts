import type { IDataObject } from 'n8n-workflow';
import { Attachment } from '../../stepfun/request/attachment';
import type { ContentPart, Message } from '../../stepfun/types';

/**
 * A conversation as data that another StepFun Chat takes as its messages. The bytes of attachments are not data: what was sent
 * is named in their place.
 */
export const messagesOutput = (messages: Message[]): IDataObject[] =>
	messages.map((message) => {
		const { content } = message;
		return { ...message, content: Array.isArray(content) ? content.map(named) : content } as unknown as IDataObject;
	});

function named(part: ContentPart): ContentPart {
	const source =
		'image_url' in part
			? part.image_url.url
			: 'video_url' in part
				? part.video_url.url
				: 'input_audio' in part
					? part.input_audio.data
					: '';
	return source instanceof Attachment ? { type: 'text', text: `(${source.mimeType}, ${source.size} bytes)` } : part;
}
