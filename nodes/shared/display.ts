import type { ErrorText } from '../../stepfun/texts';

/**
 * What has to be done to a text before n8n's editor shows it, where models, servers and input items have a say in it. As of 2.41 the
 * editor renders execution hints and the descriptions of errors as HTML, with links and images. It shows the message of an error as
 * text in the panel, as HTML with links and styles in the notification, and as Markdown in the chat.
 */

/** Message and hint for places that show a single text. */
export const asOneText = ({ message, hint }: ErrorText): string => (hint === '' ? message : `${message}. ${hint}`);

/** A text for a place that is always HTML. */
export const escapeHtml = (text: string): string =>
	text.replace(/[&<>]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;

/** A text for places of several kinds: it reads the same everywhere, and is neither HTML nor a link or image in Markdown. */
export const withoutMarkup = (text: string): string => text.replace(/<(?=[a-z/!?])/gi, '‹').replaceAll('](', '] (');
