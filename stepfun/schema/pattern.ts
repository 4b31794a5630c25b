import type { Sliced, Steps } from './work';

/** A regular expression that takes a time in proportion to the text, whatever both of them are. */
export interface Pattern {
	source: string;
	/** Whether the pattern is found anywhere in the text. */
	test(text: string, steps: Steps): Sliced<boolean>;
}

/** Instructions of a pattern at most: so many states a text may be in at a time. */
const MOST_INSTRUCTIONS = 20_000;
/** Up to so many steps, JavaScript's own engine is faster. */
const FEW_STEPS = 100_000;

/**
 * Reads a pattern as JSON Schema has it, which is ECMAScript's.
 *
 * JavaScript's own engine goes back and tries again, for some patterns longer than anyone can wait (`^(a+)+$`), and nothing can
 * interrupt it. It is used where it has little to do; otherwise all ways through the pattern are followed at the same time.
 *
 * @returns undefined for what is no pattern, or is one that can only be found by trying: references back to a group, and repetitions
 * by the thousand.
 */
export function readPattern(source: string): Pattern | undefined {
	const flags = ['u', ''].find((some) => isValid(source, some));
	if (flags === undefined) return undefined;
	try {
		const tree = new Reader(source, flags).read();
		const native = new RegExp(source, flags);
		const isQuick = waysIn(tree, Infinity) <= FEW_STEPS;
		const program = isQuick ? undefined : new Program(tree, 1);
		return {
			source,
			*test(text, steps) {
				const ways = waysIn(tree, text.length);
				if (program && ways > FEW_STEPS) return yield* program.find(text, 0, true, steps);
				if (steps.take(1 + ways / 16)) yield;
				return native.test(text);
			},
		};
	} catch (error) {
		if (error instanceof Unsupported) return undefined;
		throw error;
	}
}

class Unsupported extends Error {}

function isValid(source: string, flags: string): boolean {
	try {
		new RegExp(source, flags);
		return true;
	} catch {
		return false;
	}
}

type Tree =
	| { kind: 'character'; test: (codePoint: number) => boolean }
	| { kind: 'edge'; test: (text: string, at: number) => boolean; begins: boolean }
	| { kind: 'look'; ahead: boolean; negative: boolean; body: Tree }
	| { kind: 'all' | 'any'; parts: Tree[] }
	| { kind: 'repeat'; body: Tree; min: number; max: number };

const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character);
const atWordEdge = (text: string, at: number): boolean => isWord(text[at - 1]) !== isWord(text[at]);

const GROUPS: ReadonlyArray<readonly [opening: string, make: (body: Tree) => Tree]> = [
	['(?:', (body) => body],
	['(?=', (body) => ({ kind: 'look', ahead: true, negative: false, body })],
	['(?!', (body) => ({ kind: 'look', ahead: true, negative: true, body })],
	['(?<=', (body) => ({ kind: 'look', ahead: false, negative: false, body })],
	['(?<!', (body) => ({ kind: 'look', ahead: false, negative: true, body })],
];

/** Reads a pattern that JavaScript has accepted. What stands for one character is left to JavaScript. */
class Reader {
	private at = 0;

	constructor(
		private readonly source: string,
		private readonly flags: string,
	) {}

	read(): Tree {
		return this.readAny();
	}

	private readAny(): Tree {
		const parts = [this.readAll()];
		while (this.source[this.at] === '|') {
			this.at += 1;
			parts.push(this.readAll());
		}
		return parts.length === 1 ? parts[0]! : { kind: 'any', parts };
	}

	private readAll(): Tree {
		const parts: Tree[] = [];
		while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!)) parts.push(this.readRepeated());
		return { kind: 'all', parts };
	}

	private readRepeated(): Tree {
		const body = this.readOne();
		const [text, mark, least, comma, most] = this.match(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y) ?? [''];
		if (text === '') return body;
		if (mark !== undefined)
			return { kind: 'repeat', body, min: mark === '+' ? 1 : 0, max: mark === '?' ? 1 : Infinity };
		const min = Number(least);
		return { kind: 'repeat', body, min, max: comma === undefined ? min : most ? Number(most) : Infinity };
	}

	private readOne(): Tree {
		const rest = this.source.slice(this.at, this.at + 4);
		if (rest.startsWith('(')) return this.readGroup(rest);
		if (rest.startsWith('^')) return this.edge(1, (_, at) => at === 0, true);
		if (rest.startsWith('$')) return this.edge(1, (text, at) => at === text.length);
		if (rest.startsWith('\\b')) return this.edge(2, atWordEdge);
		if (rest.startsWith('\\B')) return this.edge(2, (text, at) => !atWordEdge(text, at));
		if (/^\\(?:[1-9]|k<)/.test(rest)) throw new Unsupported();
		const [one] = this.match(
			/\[(?:\\[^]|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[^])|[^]/uy,
		)!;
		const native = new RegExp(`^(?:${one === '{' || one === '}' || one === ']' ? `\\${one}` : one})$`, this.flags);
		return { kind: 'character', test: remembered((codePoint) => native.test(String.fromCodePoint(codePoint))) };
	}

	private edge(length: number, test: (text: string, at: number) => boolean, begins = false): Tree {
		this.at += length;
		return { kind: 'edge', test, begins };
	}

	private readGroup(rest: string): Tree {
		const [opening, make] = GROUPS.find(([mark]) => rest.startsWith(mark)) ?? [
			this.match(/\((?:\?<[^>]*>)?(?!\?)/y)?.[0],
			(body: Tree) => body,
		];
		if (opening === undefined) throw new Unsupported();
		if (opening.startsWith('(?') && !opening.endsWith('>')) this.at += opening.length;
		const body = this.readAny();
		this.at += 1;
		return make(body);
	}

	/** What stands here, which is then passed. */
	private match(sticky: RegExp): RegExpExecArray | null {
		sticky.lastIndex = this.at;
		const found = sticky.exec(this.source);
		if (found) this.at += found[0].length;
		return found;
	}
}

/** The same for each code point of the first 256, which is asked only once. */
function remembered(test: (codePoint: number) => boolean): (codePoint: number) => boolean {
	const known = new Int8Array(256);
	return (codePoint) => {
		if (codePoint >= known.length) return test(codePoint);
		known[codePoint] ||= test(codePoint) ? 1 : -1;
		return known[codePoint] === 1;
	};
}

/**
 * How many ways JavaScript's own engine may try at most to find a pattern in a text of so many characters; Infinity where that is not known,
 * as where a repetition can be read in several ways.
 */
const waysIn = (tree: Tree, length: number): number => waysOf(tree, length) * (beginsAtStart(tree) ? 1 : length + 1);

function waysOf(tree: Tree, length: number): number {
	switch (tree.kind) {
		case 'character':
		case 'edge':
			return 1;
		case 'look':
			return Infinity;
		case 'repeat':
			if (tree.max > 1 && !isFixed(tree.body)) return Infinity;
			return waysOf(tree.body, length) * (1 + Math.min(length, tree.max - tree.min));
		case 'all':
			return tree.parts.reduce((product, part) => product * waysOf(part, length), 1);
		case 'any':
			return tree.parts.reduce((sum, part) => sum + waysOf(part, length), 0);
	}
}

/** Whether there is only one way to read it. */
const isFixed = (tree: Tree): boolean =>
	tree.kind === 'character' ||
	tree.kind === 'edge' ||
	(tree.kind === 'all' && tree.parts.every(isFixed)) ||
	(tree.kind === 'repeat' && tree.min === tree.max && isFixed(tree.body));

function beginsAtStart(tree: Tree): boolean {
	if (tree.kind === 'edge') return tree.begins;
	if (tree.kind === 'all') return tree.parts[0] !== undefined && beginsAtStart(tree.parts[0]);
	return tree.kind === 'any' && tree.parts.every(beginsAtStart);
}

type Instruction =
	| { kind: 'character'; test: (codePoint: number) => boolean }
	| { kind: 'edge'; test: (text: string, at: number) => boolean }
	| { kind: 'look'; program: Program; negative: boolean }
	| { kind: 'fork'; first: number; second: number }
	| { kind: 'end' };

/** A pattern as instructions of which several are followed at the same time. */
class Program {
	private readonly instructions: Instruction[] = [];
	/** The position at which an instruction was last reached: once is enough. */
	private readonly reachedAt: Int32Array;

	/** @param direction 1 to read the text forwards, -1 backwards. */
	constructor(
		tree: Tree,
		private readonly direction: 1 | -1,
	) {
		this.add(tree);
		this.put({ kind: 'end' });
		this.reachedAt = new Int32Array(this.instructions.length);
	}

	/** Whether the text matches from a position on, or, anywhere, from some position. */
	*find(text: string, from: number, anywhere: boolean, steps: Steps): Sliced<boolean> {
		this.reachedAt.fill(-1);
		if (steps.take(this.instructions.length / 8)) yield;
		let current: number[] = [];
		for (let at = from; ;) {
			const next: number[] = [];
			if (at === from || anywhere) current.push(0);
			for (let i = 0; i < current.length; i += 1) {
				const place = current[i]!;
				if (this.reachedAt[place] === at) continue;
				this.reachedAt[place] = at;
				if (steps.take(1)) yield;
				const instruction = this.instructions[place]!;
				switch (instruction.kind) {
					case 'end':
						return true;
					case 'fork':
						current.push(instruction.first, instruction.second);
						break;
					case 'edge':
						if (instruction.test(text, at)) current.push(place + 1);
						break;
					case 'look':
						if ((yield* instruction.program.find(text, at, false, steps)) !== instruction.negative)
							current.push(place + 1);
						break;
					case 'character': {
						const codePoint = this.characterAt(text, at);
						if (codePoint !== undefined && instruction.test(codePoint)) next.push(place + 1);
					}
				}
			}
			const codePoint = this.characterAt(text, at);
			if (codePoint === undefined || (next.length === 0 && !anywhere)) return false;
			at += this.direction * (codePoint > 0xffff ? 2 : 1);
			current = next;
			if (steps.take(1)) yield;
		}
	}

	private characterAt(text: string, at: number): number | undefined {
		if (this.direction === 1) return text.codePointAt(at);
		const before = text.codePointAt(at - 2);
		return before !== undefined && before > 0xffff ? before : text.codePointAt(at - 1);
	}

	private put(instruction: Instruction): number {
		if (this.instructions.length === MOST_INSTRUCTIONS) throw new Unsupported();
		return this.instructions.push(instruction) - 1;
	}

	private add(tree: Tree): void {
		switch (tree.kind) {
			case 'character':
			case 'edge':
				this.put(tree);
				break;
			case 'look':
				this.put({ kind: 'look', negative: tree.negative, program: new Program(tree.body, tree.ahead ? 1 : -1) });
				break;
			case 'all':
				for (const part of this.direction === 1 ? tree.parts : tree.parts.toReversed()) this.add(part);
				break;
			case 'any':
				this.addAny(tree.parts);
				break;
			case 'repeat':
				this.addRepeat(tree);
		}
	}

	private addAny([first, ...others]: Tree[]): void {
		if (others.length === 0) return this.add(first!);
		const fork = { kind: 'fork' as const, first: 0, second: 0 };
		fork.first = this.put(fork) + 1;
		this.add(first!);
		const jump = this.jump();
		fork.second = this.instructions.length;
		this.addAny(others);
		jump(this.instructions.length);
	}

	private addRepeat({ body, min, max }: Extract<Tree, { kind: 'repeat' }>): void {
		for (let i = 0; i < min; i += 1) this.add(body);
		if (max === Infinity) {
			const fork = { kind: 'fork' as const, first: 0, second: 0 };
			const start = this.put(fork);
			fork.first = start + 1;
			this.add(body);
			this.jump()(start);
			fork.second = this.instructions.length;
			return;
		}
		const leaves = [];
		for (let i = min; i < max; i += 1) {
			const fork = { kind: 'fork' as const, first: 0, second: 0 };
			fork.first = this.put(fork) + 1;
			leaves.push(fork);
			this.add(body);
		}
		for (const fork of leaves) fork.second = this.instructions.length;
	}

	/** A jump whose aim is told later. */
	private jump(): (to: number) => void {
		const fork = { kind: 'fork' as const, first: 0, second: 0 };
		this.put(fork);
		return (to) => {
			fork.first = fork.second = to;
		};
	}
}
