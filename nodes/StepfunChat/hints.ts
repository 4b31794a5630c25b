import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { Retry } from '../../stepfun/client/call';
import type { RunFiles } from '../../stepfun/run-files';
import type { ErrorText } from '../../stepfun/texts';
import type { StructuredExchange } from '../../stepfun/structured';
import type { ChatRequest } from '../../stepfun/types';
import { asOneText, escapeHtml } from '../shared/display';
import { readArguments } from './output';
import * as texts from './texts';

/** From here on, in ms, a wait is worth a word. */
export const LONG_WAIT_MS = 5_000;

/** Names of functions in one note, and characters of each: they come from the model. */
const MOST_NAMES = 5;
const LONGEST_NAME = 64;
/** Ids of files in one note. */
const MOST_FILES = 20;

/**
 * Notes beside the output about what a user would otherwise wonder about: answers that are there but incomplete, and time that was
 * spent waiting. One note of a kind for all items.
 */
export class Hints {
	private readonly truncated = new Set<number>();
	private readonly blocked = new Set<number>();
	private readonly silent = new Set<number>();
	private readonly unparsed = new Set<number>();
	private readonly unparsedNames = new Set<string>();
	private readonly rateLimited = new Set<number>();
	private readonly heldBack = new Set<number>();
	private readonly corrected = new Set<number>();
	private corrections = 0;
	private refusals = 0;
	private longestWaitMs = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	/** Takes note that an item's request is sent again. */
	retried(itemIndex: number, { error, waitedMs }: Retry): void {
		if (error.status !== 429) return;
		this.refusals += 1;
		this.rateLimited.add(itemIndex);
		this.waited(itemIndex, waitedMs);
	}

	/** Takes note that an item's request was held back by the account's limits. */
	waited(itemIndex: number, waitedMs: number): void {
		this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
		if (waitedMs >= LONG_WAIT_MS) this.heldBack.add(itemIndex);
	}

	/** Takes the answer that became an item. */
	completed(
		itemIndex: number,
		{ completion: { choices }, corrections }: StructuredExchange,
		{ modalities }: Pick<ChatRequest, 'modalities'>,
	): void {
		this.corrections += corrections;
		if (corrections > 0) this.corrected.add(itemIndex);
		const isSilent = choices.every(({ message }) => !message.sound && !message.tool_calls);
		if (modalities?.includes('audio') && isSilent) this.silent.add(itemIndex);
		for (const { finish_reason, message } of choices) {
			if (finish_reason === 'length') this.truncated.add(itemIndex);
			if (finish_reason === 'content_filter') this.blocked.add(itemIndex);
			for (const call of message.tool_calls ?? []) {
				if (readArguments(call) !== undefined) continue;
				this.unparsed.add(itemIndex);
				if (this.unparsedNames.size < MOST_NAMES) this.unparsedNames.add(call.function.name.slice(0, LONGEST_NAME));
			}
		}
	}

	/** Takes what became of the files that were put on StepFun. */
	files({ left, refusal }: Pick<RunFiles, 'left' | 'refusal'>): void {
		if (left.length > 0) {
			const shown = left.length > MOST_FILES ? [...left.slice(0, MOST_FILES), '…'] : left;
			this.add('warning', texts.filesLeft(String(left.length), shown.join(', ')));
		}
		if (refusal) this.add('info', texts.notUploaded(refusal.message));
	}

	show(): void {
		if (this.truncated.size > 0) this.add('warning', texts.answersCutOff(this.items(this.truncated)));
		if (this.blocked.size > 0) this.add('warning', texts.answersBlocked(this.items(this.blocked)));
		if (this.silent.size > 0) this.add('warning', texts.answersSilent(this.items(this.silent)));
		if (this.unparsed.size > 0) {
			this.add('warning', texts.argumentsNotJson(this.items(this.unparsed), [...this.unparsedNames].join(', ')));
		}
		if (this.corrected.size > 0) {
			const requests = `${this.corrections} more ${this.corrections === 1 ? 'request' : 'requests'}`;
			this.add('info', texts.answersCorrected(this.items(this.corrected), requests));
		}
		const wait = seconds(this.longestWaitMs);
		if (this.refusals > 0) {
			const requests = `${this.refusals} refused ${this.refusals === 1 ? 'request' : 'requests'}`;
			this.add('info', texts.rateLimited(this.share(this.rateLimited, 'was', 'were'), requests, wait));
		} else if (this.heldBack.size > 0) {
			this.add('info', texts.heldBack(this.share(this.heldBack), wait));
		}
	}

	private add(type: NonNullable<NodeExecutionHint['type']>, text: ErrorText): void {
		// Older n8n versions cannot show them.
		if (typeof this.context.addExecutionHints !== 'function') return;
		this.context.addExecutionHints({ message: escapeHtml(asOneText(text)), type, location: 'outputPane' });
	}

	/** Which items a note is about, and where to look first; items count from 0, as in n8n's messages. */
	private items(indexes: Set<number>): string {
		const first = `item ${Math.min(...indexes)}`;
		return indexes.size === 1 ? first : `${this.share(indexes)} (${first} first)`;
	}

	/** Such as `2 of 10 items`, with the verb that fits the total. */
	private share(indexes: Set<number>, singular = '', plural = ''): string {
		const [noun, verb] = this.total === 1 ? ['item', singular] : ['items', plural];
		return [`${indexes.size} of ${this.total}`, noun, verb].filter(Boolean).join(' ');
	}
}

/** With one decimal for less than ten seconds. */
const seconds = (ms: number): string => (ms < 10_000 ? String(Math.ceil(ms / 100) / 10) : String(Math.ceil(ms / 1000)));
