import type { IExecuteFunctions } from 'n8n-workflow';
import type { ChoiceDelta } from '../../stepfun/response/chunk';
import { StepfunError } from '../../stepfun/errors';
import type { Completion } from '../../stepfun/types';
import { asOneText, withoutMarkup } from '../shared/display';
import type { StreamSettings } from './fields/chat-stream';

/** The message of one item in n8n's chat, or in a webhook's streaming response, which is written while the answer arrives. */
export class ChatStream {
	private last: 'nothing' | 'reasoning' | 'content' | 'round' = 'nothing';
	private isWithheld = false;

	constructor(
		private readonly send: (type: 'begin' | 'item' | 'end' | 'error', text?: string) => void,
		private readonly showsReasoning: boolean,
	) {
		send('begin');
	}

	/** Writes what a piece adds to the first choice. Returns whether it added anything. */
	write({ index, reasoning, content }: ChoiceDelta): boolean {
		if (index !== 0) return false;
		const quoted =
			this.showsReasoning && reasoning !== ''
				? this.separator('reasoning', '> ') + reasoning.replaceAll('\n', '\n> ')
				: '';
		const text = quoted + (content === '' || this.isWithheld ? '' : this.separator('content') + content);
		if (text !== '') this.send('item', text);
		return text !== '';
	}

	/** What comes next is another answer, which begins on a new line. */
	nextRound(): void {
		if (this.last !== 'nothing') this.last = 'round';
	}

	/** From here on, only reasoning is written while it arrives; an answer is, once it is known to hold. */
	withhold(): void {
		this.isWithheld = true;
	}

	/** Writes an answer that was withheld. */
	show({ choices: [first] }: Completion): void {
		if (this.isWithheld && first && first.message.content !== '')
			this.send('item', this.separator('content') + first.message.content);
	}

	end(): void {
		this.send('end');
	}

	fail(error: unknown): void {
		const message = error instanceof Error ? error.message : String(error);
		const hint = error instanceof StepfunError ? error.hint : '';
		this.send('error', withoutMarkup(asOneText({ message, hint })));
	}

	/** What goes between the text so far and a piece of this kind: a blank line where the kind changes, so that Markdown ends the quote. */
	private separator(kind: 'reasoning' | 'content', opening = ''): string {
		const before = this.last;
		this.last = kind;
		if (before === kind) return '';
		return before === 'nothing' ? opening : `\n\n${opening}`;
	}
}

/**
 * Does an item's work with a stream, if the execution's trigger supports it (Chat Trigger or Webhook with the response mode
 * Streaming) and the options allow it. The message ends when the work does.
 */
export async function withChatStream<Result>(
	context: IExecuteFunctions,
	itemIndex: number,
	{ enabled, reasoning }: StreamSettings,
	work: (stream: ChatStream | undefined) => Promise<Result>,
): Promise<Result> {
	// Older n8n versions lack both functions.
	if (!enabled || !context.isStreaming?.()) return await work(undefined);
	const stream = new ChatStream((type, text) => {
		// The item must not fail because the chat was closed in the meantime.
		void Promise.resolve(context.sendChunk(type, itemIndex, text)).catch(() => {});
	}, reasoning);
	const result = work(stream);
	result.then(
		() => stream.end(),
		// n8n itself tells the chat about an error that ends the execution.
		(error) => context.continueOnFail() && stream.fail(error),
	);
	return await result;
}
