import { Brackets } from '../json';
import type { CompletionMessage, ToolCall } from '../types';
import { MAX_TOOL_CALLS, type ToolCallDelta } from './chunk';
import { tooManyCalls } from './texts';
import { beyondLimit } from './unreadable';

/** Calls that are the caller's to make; tools of other types have been run by the server. Told by presence, not by finish_reason. */
export const functionCalls = (message: CompletionMessage | undefined): ToolCall[] =>
	message?.tool_calls?.filter(({ type }) => type === 'function') ?? [];

/** What tools that the server has run itself have found. */
export const searchResults = (message: CompletionMessage | undefined): unknown[] =>
	message?.tool_calls?.flatMap(({ function: { results } }) => results ?? []) ?? [];

interface OpenCall {
	/** Its place among the calls. */
	place: number;
	index?: number;
	id: string;
	/** Whether its pieces came with several ids, so that an id says nothing. */
	hasManyIds: boolean;
	type: string;
	name: string;
	arguments: string;
	/** The brackets of the arguments: tell whether they are complete. */
	brackets: Brackets;
	results?: unknown[];
	/** The chunk, by its number, that brought the latest piece. */
	chunk: number;
}

/** Where a piece has gone. */
export interface PlacedPiece {
	/** The place of its call among all. */
	place: number;
	/** Characters that it has added. */
	added: number;
	/** Whether it only says again what was said. */
	repeated: boolean;
}

/** What a call weighs beside its arguments, in characters. */
const CALL_OVERHEAD = 200;

/** Arguments from their beginning. */
const BEGINNING = /^\s*[{[]/;

/**
 * Puts tool calls together from their pieces, in whatever dialect. A piece belongs to
 *
 * 1. the latest call with its index, whatever its id: some servers give each piece an id of its own, others give two calls the same
 *    one. Only an id that is known goes before, among calls with the same index: some servers give all calls the index 0;
 * 2. without an index, to the latest call with its id. With an id that is new, it belongs to the latest call where that has no id
 *    yet, or where its arguments are not complete and the piece brings more of them and no name;
 * 3. with neither, to the call that the piece before belonged to; two such pieces in one chunk are two calls.
 *
 * But a piece that cannot go on with that call begins another one ({@link beginsAnother}), and one that has nothing new for it, since
 * some servers send the whole call again at the end, adds nothing ({@link repeats}).
 */
export class ToolCallAssembler {
	private readonly calls: OpenCall[] = [];
	private readonly byId = new Map<string, OpenCall>();
	private readonly byIndex = new Map<number, OpenCall>();
	private latest: OpenCall | undefined;
	private chunks = 0;

	/** How many calls there are. */
	get count(): number {
		return this.calls.length;
	}

	/** `deltas` are the tool calls of one chunk; `whole` says that each of them is a call of its own. Returns the characters added. */
	add(deltas: ToolCallDelta[], whole: boolean): number {
		let size = 0;
		for (const [position, delta] of deltas.entries()) size += this.put(delta, position, whole)?.added ?? 0;
		return size;
	}

	/**
	 * Puts one piece to its call; undefined for a piece that says nothing.
	 *
	 * @param position Its place among the tool calls of its chunk.
	 * @throws StepfunError `answer_too_large` for more calls than {@link MAX_TOOL_CALLS}.
	 */
	put(delta: ToolCallDelta, position: number, whole: boolean): PlacedPiece | undefined {
		if (position === 0) this.chunks += 1;
		if (saysNothing(delta)) return undefined;
		const found = whole ? undefined : this.find(delta, position);
		if (found && found.chunk < this.chunks && repeats(found, delta)) {
			return { place: found.place, added: 0, repeated: true };
		}
		const known = found && !beginsAnother(found, delta) ? found : undefined;
		const call = known ?? this.open();
		this.extend(call, delta, whole);
		const added = delta.arguments.length + (known ? 0 : CALL_OVERHEAD);
		return { place: call.place, added, repeated: false };
	}

	/** The calls in the order in which they began; those without an id are given one, since their results must name it. */
	finish(): ToolCall[] {
		return this.calls.map(({ id, type, name, arguments: args, results, place }) => ({
			id: id || `call_${place}`,
			type: type || 'function',
			function: { name, arguments: args, ...(results && { results }) },
		}));
	}

	private open(): OpenCall {
		const place = this.calls.length;
		if (place === MAX_TOOL_CALLS) throw beyondLimit(tooManyCalls(MAX_TOOL_CALLS));
		const call = {
			place,
			id: '',
			hasManyIds: false,
			type: '',
			name: '',
			arguments: '',
			brackets: new Brackets(),
			chunk: 0,
		};
		this.calls.push(call);
		return call;
	}

	private extend(call: OpenCall, delta: ToolCallDelta, whole: boolean): void {
		if (delta.index !== undefined) {
			call.index ??= delta.index;
			this.byIndex.set(delta.index, call);
		}
		if (delta.id !== '' && !whole) this.byId.set(delta.id, call);
		call.id ||= delta.id;
		call.hasManyIds ||= delta.id !== '' && delta.id !== call.id;
		call.type ||= delta.type;
		call.name ||= delta.name;
		call.arguments += delta.arguments;
		call.brackets.add(delta.arguments);
		if (delta.results) call.results = delta.results;
		call.chunk = this.chunks;
		this.latest = call;
	}

	private find(delta: ToolCallDelta, position: number): OpenCall | undefined {
		const { index, id } = delta;
		const named = id === '' ? undefined : this.byId.get(id);
		if (index === undefined) return named ?? this.before(delta, position);
		const atIndex = this.byIndex.get(index);
		if (atIndex) return named?.index === index ? named : atIndex;
		// Only a call that began without an index can have this one.
		const open = named ?? this.before(delta, position);
		return open?.index === undefined ? open : undefined;
	}

	/** The call of the piece before, if this piece may belong to it. */
	private before({ id, name, arguments: args }: ToolCallDelta, position: number): OpenCall | undefined {
		const { latest } = this;
		if (!latest || position > 0) return undefined;
		if (id === '' || latest.id === '') return latest;
		return name === '' && args !== '' && !latest.brackets.areClosed ? latest : undefined;
	}
}

const saysNothing = ({ id, type, name, arguments: args, results }: ToolCallDelta): boolean =>
	id === '' && name === '' && args === '' && !results && (type === '' || type === 'function');

/**
 * Whether a piece begins another call than the one that its index, id or order names: it brings another name; or the same name
 * once more with arguments from their beginning, where those of the call are complete; or, without an index, the same name once more
 * and no arguments, where the call has none or all of them. Under the same id, only arguments can begin anew.
 */
function beginsAnother(call: OpenCall, { index, id, name, arguments: args }: ToolCallDelta): boolean {
	if (name === '' || call.name === '') return false;
	const beginsAnew = call.brackets.areClosed && BEGINNING.test(args);
	if (id !== '' && id === call.id) return beginsAnew;
	if (name !== call.name || beginsAnew) return true;
	return index === undefined && args === '' && (call.brackets.areClosed || call.arguments === '');
}

/** Whether a piece has the whole arguments of its call again, and nothing says that it is another call. */
function repeats(call: OpenCall, { index, id, arguments: args }: ToolCallDelta): boolean {
	const isSame = id === '' || call.id === '' || call.hasManyIds ? index !== undefined : id === call.id;
	if (!isSame || !call.brackets.areClosed) return false;
	// Compared only where the lengths fit, so that the time stays in proportion to what was sent.
	return Math.abs(args.length - call.arguments.length) < MOST_BLANKS && args.trim() === call.arguments.trim();
}

/** Blanks at the ends of arguments at most, where the same is to be the same. */
const MOST_BLANKS = 100;
