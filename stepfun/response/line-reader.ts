import { MAX_EVENT_CHARACTERS, tooLarge } from './unreadable';

/** Cuts a text that comes in pieces into its lines, which end with `\n`, `\r\n` or `\r`. */
export class LineReader {
	/** The pieces of a line that has not ended yet. */
	private open: string[] = [];
	private openSize = 0;
	/** Whether a `\n` would be the second half of the line end before it. */
	private afterReturn = false;

	constructor(private readonly onLine: (line: string) => void) {}

	/** @throws StepfunError `answer_too_large` for a line above {@link MAX_EVENT_CHARACTERS}. */
	feed(text: string): void {
		const rest = this.afterReturn && text.startsWith('\n') ? text.slice(1) : text;
		if (text !== '') this.afterReturn = text.endsWith('\r');
		const lines = rest.includes('\r') ? rest.split(/\r\n?|\n/) : rest.split('\n');
		const last = lines.pop()!;
		for (const line of lines) this.onLine(this.whole(line));
		if (last !== '') this.keep(last);
	}

	/** Gives out the line that the end of the text has ended. */
	end(): void {
		if (this.openSize > 0) this.onLine(this.whole(''));
	}

	private keep(piece: string): void {
		this.open.push(piece);
		this.openSize += piece.length;
		if (this.openSize > MAX_EVENT_CHARACTERS) throw tooLarge();
	}

	private whole(end: string): string {
		if (this.openSize === 0) return end;
		const line = this.open.join('') + end;
		this.open = [];
		this.openSize = 0;
		return line;
	}
}
