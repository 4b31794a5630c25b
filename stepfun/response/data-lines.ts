/** How a line of data begins. */
const DATA = 'data:';
const DATA_LINE = /(data:[^\r\n]*)(?:\r\n?|\n){1,2}/g;
/** The same where the text goes on within a line of data. */
const REST_OR_DATA_LINE = /(^[^\r\n]*|data:[^\r\n]*)(?:\r\n?|\n){1,2}/g;

/** Puts the blank line that ends an event after each line of data, in a text that comes in pieces. */
export class DataLines {
	/** The first characters of the line that the next piece goes on with. */
	private lineStart = '';

	ended(text: string): string {
		const lines = `${this.lineStart}${text.slice(0, DATA.length)}`.startsWith(DATA) ? REST_OR_DATA_LINE : DATA_LINE;
		const end = Math.max(text.lastIndexOf('\n'), text.includes('\r') ? text.lastIndexOf('\r') : -1) + 1;
		this.lineStart = `${end > 0 ? '' : this.lineStart}${text.slice(end, end + DATA.length)}`.slice(0, DATA.length);
		if (end === 0 || isSpaced(text)) return text;
		return text.slice(0, end).replace(lines, '$1\n\n') + text.slice(end);
	}
}

/** Whether all lines are ended by a blank one already, as they are in nearly every stream. */
function isSpaced(text: string): boolean {
	for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 2)) {
		if (text[at + 1] !== '\n') return false;
	}
	return !text.includes('\r');
}
