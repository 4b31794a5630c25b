import type { IExecuteFunctions } from 'n8n-workflow';
import type { Retry } from '../../stepfun/client/call';
import type { Completion } from '../../stepfun/types';
import { readArguments } from './output';

/**
 * Notes beside the output about what a user would otherwise wonder about: answers that are there and yet not whole, and time that
 * went by. One note of a kind for all items.
 */
export class Hints {
	private readonly truncated = new Set<number>();
	private readonly moderated = new Set<number>();
	private readonly unparsed = new Set<number>();
	private readonly unparsedNames = new Set<string>();
	private readonly rateLimited = new Set<number>();
	private refusals = 0;
	private longestWaitMs = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	retried(itemIndex: number, { error, waitedMs }: Retry): void {
		if (error.status !== 429) return;
		this.refusals += 1;
		this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
		this.rateLimited.add(itemIndex);
	}

	/** Takes the completion that became an item. */
	completed(itemIndex: number, { choices }: Completion): void {
		for (const { finish_reason, message } of choices) {
			if (finish_reason === 'length') this.truncated.add(itemIndex);
			if (finish_reason === 'content_filter') this.moderated.add(itemIndex);
			for (const call of message.tool_calls ?? []) {
				if (readArguments(call) !== undefined) continue;
				this.unparsed.add(itemIndex);
				this.unparsedNames.add(call.function.name);
			}
		}
	}

	show(): void {
		// Hosts of earlier days have no place for them.
		if (typeof this.context.addExecutionHints !== 'function') return;
		if (this.truncated.size > 0) {
			this.context.addExecutionHints({
				message: `The token limit cut off the answer in ${this.items(this.truncated)} (finish_reason length). Raise Maximum Number of Tokens in Options, or ask for a shorter answer`,
				type: 'warning',
				location: 'outputPane',
			});
		}
		if (this.moderated.size > 0) {
			this.context.addExecutionHints({
				message: `StepFun moderated an answer in ${this.items(this.moderated)} (finish_reason content_filter): its text ends early or is missing`,
				type: 'warning',
				location: 'outputPane',
			});
		}
		if (this.unparsed.size > 0) {
			this.context.addExecutionHints({
				message: `The arguments of a tool call in ${this.items(this.unparsed)} are no JSON (${[...this.unparsedNames].join(', ')}). They come out as text, without parsed_arguments.`,
				type: 'warning',
				location: 'outputPane',
			});
		}
		if (this.refusals > 0) {
			this.context.addExecutionHints({
				message: `${this.rateLimited.size} of ${this.total} ${this.total === 1 ? 'item was' : 'items were'} retried after rate limits (${this.refusals} refused ${this.refusals === 1 ? 'request' : 'requests'}, longest wait ${seconds(this.longestWaitMs)} s). Max Concurrent Requests and Requests per Minute in Options set the pace`,
				type: 'info',
				location: 'outputPane',
			});
		}
	}

	/** How many items a note is about, and where to look first; items count from 0, as in n8n's messages. */
	private items(indexes: Set<number>): string {
		const first = `item ${Math.min(...indexes)}`;
		return indexes.size === 1 ? first : `${indexes.size} of ${this.total} items (${first} first)`;
	}
}

/** With one digit after the point where that says something. */
const seconds = (ms: number): string => (ms < 10_000 ? String(Math.ceil(ms / 100) / 10) : String(Math.ceil(ms / 1000)));
