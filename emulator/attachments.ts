import { parseDataUrl } from './data-url';
import type { Files } from './files';
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

/**
 * `image_url image/png, 68 bytes, sha256 <hex>`, or `video_url by reference <url>` for what was not sent along, with what is known
 * of a stored file.
 */
function describe(part: ContentPart, files: Files): string {
	const url = urlOf(part);
	const data = parseDataUrl(url);
	const stored = files.find(url.replace(/^stepfile:\/\//, ''));
	if (stored) return `${part.type} by reference ${url} (${stored.bytes} bytes, sha256 ${stored.sha256})`;
	if (!data) return `${part.type} by reference ${url}`;
	return `${part.type} ${data.mime}, ${data.bytes} bytes, sha256 ${data.sha256}`;
}

/** One line that names every attachment in the order received, or none. */
export const describeAttachments = (media: ContentPart[], files: Files): string[] =>
	media.length === 0
		? []
		: [`Attachments (${media.length}): ${media.map((part) => describe(part, files)).join('; ')}.`];
