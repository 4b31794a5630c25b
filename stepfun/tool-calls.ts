import type { ToolCallDelta } from './chunk';
import type { ToolCall } from './types';

interface OpenCall {
	index?: number;
	id: string;
	type: string;
	name: string;
	arguments: string;
	results?: unknown[];
}

/**
 * Puts tool calls together from their pieces. A piece belongs to the call with its id, else to the latest call with its index,
 * else to the latest call: dialects leave out the index, send ids and names late, or give every call the index 0.
 */
export class ToolCallAssembler {
	private readonly calls: OpenCall[] = [];

	/** `deltas` are the tool calls of one chunk; `whole` says that each of them is a call of its own. Returns the characters added. */
	add(deltas: ToolCallDelta[], whole: boolean): number {
		let size = 0;
		for (const [position, delta] of deltas.entries()) {
			const call = (whole ? undefined : this.find(delta, position)) ?? this.open();
			call.index ??= delta.index;
			call.id ||= delta.id;
			call.type ||= delta.type;
			call.name ||= delta.name;
			call.arguments += delta.arguments;
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
		const call: OpenCall = { id: '', type: '', name: '', arguments: '' };
		this.calls.push(call);
		return call;
	}

	private find(delta: ToolCallDelta, position: number): OpenCall | undefined {
		const last = this.calls.at(-1);
		if (delta.id !== '') {
			const same = this.calls.find(({ id }) => id === delta.id);
			if (same) return same;
			const unnamed = delta.index === undefined ? last : this.latestWithIndex(delta.index);
			return unnamed?.id === '' ? unnamed : undefined;
		}
		if (delta.index !== undefined) return this.latestWithIndex(delta.index);
		if (position > 0 || !last) return undefined;
		const beginsAnother = delta.name !== '' && last.name !== '' && /\}\s?$/.test(last.arguments.slice(-2)) && /^(?:\{|$)/.test(delta.arguments);
		return beginsAnother ? undefined : last;
	}

	private latestWithIndex(index: number): OpenCall | undefined {
		return this.calls.findLast((call) => call.index === index);
	}
}
