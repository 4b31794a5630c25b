import { parseDataUrl } from './data-url';
import type { ContentPart } from './types';

function urlOf(part: ContentPart): string {
	switch (part.type) {
		case 'image_url':
			return part.image_url.url;
		case 'video_url':
			return part.video_url.url;
		case 'input_audio':
			return part.input_audio.data;
		case 'text':
			return '';
	}
}

/** `image_url image/png, 68 bytes, sha256 <hex>`, or `video_url by reference <url>` for what was not sent along. */
function describe(part: ContentPart): string {
	const url = urlOf(part);
	const data = parseDataUrl(url);
	if (!data) return `${part.type} by reference ${url}`;
	return `${part.type} ${data.mime}, ${data.bytes} bytes, sha256 ${data.sha256}`;
}

/** One line that names every attachment in the order received, or none. */
export const describeAttachments = (media: ContentPart[]): string[] =>
	media.length === 0 ? [] : [`Attachments (${media.length}): ${media.map(describe).join('; ')}.`];
