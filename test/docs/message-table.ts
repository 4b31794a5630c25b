import { messageRows, type MessageRow } from '../../scripts/messages';

export const rows = messageRows('en');

const escaped = (text: string): string => text.replace(/[.*+?^$|(){}[\]\\]/g, '\\$&');

/** The row that a message belongs to, with its hint where that is known: of those that fit, the one that says most in words of its own. */
export function rowOf({ message, hint }: { message: string; hint?: string }): MessageRow | undefined {
	const fits = (pattern: string, text: string): boolean =>
		new RegExp(`^${escaped(pattern).replaceAll('…', '.*')}$`, 's').test(text);
	const own = (row: MessageRow): number => row.message.replaceAll('…', '').length;
	return rows
		.filter((row) => fits(row.message, message) && (hint === undefined || fits(row.hint, hint)))
		.sort((a, b) => own(b) - own(a))[0];
}
