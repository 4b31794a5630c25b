/** So many characters in a row that a text has in common with what was sent are an echo and no coincidence. */
const ECHO = 24;
/** What is looked up: so many characters in a row. */
const GRAM = 8;
/** At every how many characters of what was sent: any echo has a whole gram of it at one of these places. */
const STRIDE = 16;
/** Characters of what was sent that are looked at in one go. */
const PIECE = 64 * 1024;
/** Characters that are compared at most; the rest is taken for an echo where a gram is the same. */
const MOST_COMPARISONS = 30_000;

/**
 * Takes out of a server's text what it repeats of the texts that were sent to it.
 *
 * The short text is indexed, and the long ones are only probed, a few bytes at every sixteenth character: 20 MB of prompt take about
 * 3 ms. The bytes are the lower ones of each character, which tells apart enough to leave little to compare.
 */
export function withoutEcho(text: string, sent: readonly string[]): string {
	if (text.length < ECHO) return text;
	const echoes = new Echoes(text);
	for (const prompt of sent) {
		if (prompt.length >= ECHO) echoes.findIn(prompt);
	}
	return echoes.takenOut();
}

const LITTLE = new Uint8Array(GRAM);
const LITTLE_WORDS = new Int32Array(LITTLE.buffer);

/** A place among 65,536 for a gram, given as its two words of four bytes. */
const slot = (first: number, second: number): number =>
	(first ^ (first >>> 15) ^ (second << 3) ^ (second >>> 12)) & 0xffff;

const slotAt = (words: Int32Array, at: number): number => slot(words[at]!, words[at + 1]!);

/** The next place of a gram whose slot is not empty, or `count`. So short that it is fast from its first call on. */
function known(slots: Uint16Array, words: Int32Array, from: number, count: number): number {
	for (let at = from; at < count; at += STRIDE / 4) {
		if (slots[slotAt(words, at)] !== 0) return at;
	}
	return count;
}

class Echoes {
	/** For each character whether it is part of an echo. */
	private readonly covered: Uint8Array;
	/** The slot of the gram that begins at each place of the text. */
	private readonly slots: Uint16Array;
	/** Where the grams of a slot begin in the text. */
	private readonly places = new Map<number, number[]>();
	/** How many grams of each slot are not part of an echo yet. */
	private readonly open = new Uint16Array(65_536);
	/** How many there are. */
	private readonly all: Uint16Array;
	/** The parts of prompts that have been compared. */
	private readonly compared = new Set<string>();
	private comparisons = 0;

	constructor(private readonly text: string) {
		this.covered = new Uint8Array(text.length);
		this.slots = new Uint16Array(text.length - GRAM + 1);
		const bytes = Buffer.from(text, 'latin1');
		for (let at = 0; at < this.slots.length; at += 1) {
			LITTLE.set(bytes.subarray(at, at + GRAM));
			const place = slot(LITTLE_WORDS[0]!, LITTLE_WORDS[1]!);
			this.slots[at] = place;
			this.open[place]! += 1;
			const others = this.places.get(place);
			if (others) others.push(at);
			else this.places.set(place, [at]);
		}
		this.all = this.open.slice();
	}

	findIn(prompt: string): void {
		const bytes = Buffer.alloc(Math.min(PIECE, Math.ceil(prompt.length / GRAM) * GRAM));
		const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
		for (let start = 0; start < prompt.length; start += PIECE) {
			const count = (bytes.write(prompt.slice(start, start + PIECE), 'latin1') >>> 2) - 1;
			for (let i = known(this.open, words, 0, count); i < count; i = known(this.open, words, i + STRIDE / 4, count)) {
				if (!this.isLone(words, i, count)) this.compare(prompt, start + i * 4, slotAt(words, i));
			}
		}
	}

	/** Of an echo around a gram the whole gram before it or after it is a part, too. */
	private isLone(words: Int32Array, i: number, count: number): boolean {
		const isKnown = (at: number) => this.all[slotAt(words, at)] !== 0;
		return i >= 2 && i + 3 <= count && !isKnown(i - 2) && !isKnown(i + 2);
	}

	takenOut(): string {
		let result = '';
		for (let at = 0; at < this.text.length;) {
			const isEcho = this.covered[at] === 1;
			let end = at + 1;
			while (end < this.text.length && (this.covered[end] === 1) === isEcho) end += 1;
			result += isEcho ? '[…]' : this.text.slice(at, end);
			at = end;
		}
		return result;
	}

	/** Marks what surrounds a gram of the text and is the same around a place of the prompt. */
	private compare(prompt: string, at: number, place: number): void {
		if (this.comparisons <= MOST_COMPARISONS && !this.mayEcho(prompt, at)) return;
		for (const gram of this.places.get(place) ?? []) {
			if (this.comparisons > MOST_COMPARISONS) this.cover(gram, gram + GRAM);
			else {
				const length = this.alike(prompt, at, gram, 1);
				if (length < GRAM) continue;
				const before = this.alike(prompt, at - 1, gram - 1, -1);
				if (before + length >= ECHO) this.cover(gram - before, gram + length);
			}
		}
	}

	/**
	 * Whether the text has what any echo around a gram of the prompt has, as many characters again before it or after it, and the
	 * prompt is not the same here as where it has been compared.
	 */
	private mayEcho(prompt: string, at: number): boolean {
		this.comparisons += GRAM;
		const around = prompt.slice(Math.max(0, at - STRIDE), at + ECHO);
		if (this.compared.has(around)) return false;
		this.compared.add(around);
		return (
			this.text.includes(prompt.slice(at, at + 2 * GRAM)) ||
			this.text.includes(prompt.slice(Math.max(0, at - GRAM), at + GRAM))
		);
	}

	/** How many characters are the same from a place of each on, in a direction. */
	private alike(prompt: string, at: number, place: number, step: 1 | -1): number {
		let length = 0;
		while (
			place + length * step >= 0 &&
			place + length * step < this.text.length &&
			prompt.charCodeAt(at + length * step) === this.text.charCodeAt(place + length * step)
		)
			length += 1;
		this.comparisons += length + 1;
		return length;
	}

	private cover(from: number, to: number): void {
		if (this.isCovered(from, to)) return;
		this.count(from, to, 1);
		this.covered.fill(1, from, to);
		this.count(from, to, -1);
	}

	/** Changes how many grams are open by those that are covered and reach into a part of the text. */
	private count(from: number, to: number, change: 1 | -1): void {
		for (let at = Math.max(0, from - GRAM + 1); at < Math.min(to, this.slots.length); at += 1) {
			if (this.isCovered(at, at + GRAM)) this.open[this.slots[at]!]! += change;
		}
	}

	private isCovered(from: number, to: number): boolean {
		const gap = this.covered.indexOf(0, from);
		return gap === -1 || gap >= to;
	}
}
