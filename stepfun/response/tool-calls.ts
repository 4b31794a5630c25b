import type { ToolCallDelta } from './chunk';
import type { CompletionMessage, ToolCall } from '../types';

/** Calls that are the caller's to make; tools of other types have been run by the server. Told by presence, not by finish_reason. */
export const functionCalls = (message: CompletionMessage | undefined): ToolCall[] =>
	message?.tool_calls?.filter(({ type }) => type === 'function') ?? [];

interface OpenCall {
	id: string;
	type: string;
	name: string;
	arguments: string;
	/** The last character of the arguments that is no blank. */
	last: string;
	results?: unknown[];
}

/** What a call weighs beside its arguments, in characters: keeps a flood of empty calls within the limit of an answer. */
const CALL_OVERHEAD = 200;

/**
 * Puts tool calls together from their pieces. A piece belongs to the call with its id, else to the latest call with its index,
 * else to the latest call: dialects leave out the index, send ids and names late, or give every call the index 0.
 */
export class ToolCallAssembler {
	private readonly calls: OpenCall[] = [];
	private readonly byId = new Map<string, OpenCall>();
	private readonly byIndex = new Map<number, OpenCall>();

	/** `deltas` are the tool calls of one chunk; `whole` says that each of them is a call of its own. Returns the characters added. */
	add(deltas: ToolCallDelta[], whole: boolean): number {
		let size = 0;
		for (const [position, delta] of deltas.entries()) {
			const found = whole ? undefined : this.find(delta, position);
			const call = found ?? this.open();
			if (!found) size += CALL_OVERHEAD;
			if (delta.index !== undefined) this.byIndex.set(delta.index, call);
			if (call.id === '' && delta.id !== '') {
				call.id = delta.id;
				if (!whole) this.byId.set(delta.id, call);
			}
			call.type ||= delta.type;
			call.name ||= delta.name;
			call.arguments += delta.arguments;
			call.last = delta.arguments.trimEnd().at(-1) ?? call.last;
			if (delta.results) call.results = delta.results;
			size += delta.arguments.length;
		}
		return size;
	}

	/** The calls in the order in which they began; those without an id are given one, since their results must name it. */
	finish(): ToolCall[] {
		return this.calls
			.filter((call) => call.id !== '' || call.name !== '' || call.arguments !== '' || call.results)
			.map(({ id, type, name, arguments: args, results }, position) => ({
				id: id || `call_${position}`,
				type: type || 'function',
				function: { name, arguments: args, ...(results && { results }) },
			}));
	}

	private open(): OpenCall {
		const call: OpenCall = { id: '', type: '', name: '', arguments: '', last: '' };
		this.calls.push(call);
		return call;
	}

	private find(delta: ToolCallDelta, position: number): OpenCall | undefined {
		const last = this.calls.at(-1);
		const atIndex = delta.index === undefined ? undefined : this.byIndex.get(delta.index);
		if (delta.id !== '') {
			const same = this.byId.get(delta.id);
			if (same) return same;
			const unnamed = delta.index === undefined ? last : atIndex;
			return unnamed?.id === '' ? unnamed : undefined;
		}
		if (delta.index !== undefined) return atIndex;
		if (position > 0 || !last) return undefined;
		const beginsAnother =
			delta.name !== '' && last.name !== '' && last.last === '}' && /^(?:\{|$)/.test(delta.arguments);
		return beginsAnother ? undefined : last;
	}
}
