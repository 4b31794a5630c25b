import { StepfunError } from '../errors';
import type { Completion, CompletionChoice, Usage } from '../types';
import type { ChoiceDelta, Chunk } from './chunk';
import * as texts from './texts';
import { ToolCallAssembler } from './tool-calls';

/** Longest answer that is kept: characters of content, reasoning and arguments of all choices together. */
export const MAX_ANSWER_CHARACTERS = 64 * 2 ** 20;

/** What a choice weighs beside its texts, in characters: keeps a flood of empty ones within the limit of an answer. */
const CHOICE_OVERHEAD = 500;

interface OpenChoice {
	content: string;
	reasoning: string;
	toolCalls: ToolCallAssembler;
	finishReason: string;
}

/** Puts a Completion together from chunks; a JSON answer is one chunk that holds whole messages. */
export class CompletionBuilder {
	private id = '';
	private model = '';
	private created = 0;
	private usage: Usage | undefined;
	private size = 0;
	private hasText = false;
	private readonly choices = new Map<number, OpenChoice>();

	/** @throws StepfunError `answer_too_large`, with what had arrived, beyond {@link MAX_ANSWER_CHARACTERS}. */
	add(chunk: Chunk): void {
		this.id ||= chunk.id;
		this.model ||= chunk.model;
		this.created ||= chunk.created;
		// The last chunk that counts any tokens decides, as a whole: the first one reports zeros (example of
		// https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create), and live ones do not agree on cached tokens.
		if (chunk.usage && (chunk.usage.total_tokens > 0 || !this.usage)) this.usage = chunk.usage;
		for (const delta of chunk.choices) this.addDelta(delta);
		if (this.size > MAX_ANSWER_CHARACTERS) {
			const text = texts.answerTooLong(MAX_ANSWER_CHARACTERS / 2 ** 20);
			throw new StepfunError(text, { type: 'answer_too_large', partial: this.build() });
		}
	}

	private addDelta(delta: ChoiceDelta): void {
		let choice = this.choices.get(delta.index);
		if (!choice) {
			choice = { content: '', reasoning: '', toolCalls: new ToolCallAssembler(), finishReason: '' };
			this.choices.set(delta.index, choice);
			this.size += CHOICE_OVERHEAD;
		}
		choice.content += delta.content;
		choice.reasoning += delta.reasoning;
		choice.finishReason = delta.finishReason || choice.finishReason;
		const added = delta.content.length + delta.reasoning.length + choice.toolCalls.add(delta.toolCalls, delta.whole);
		this.size += added;
		this.hasText ||= added > 0;
	}

	/** Whether every choice has said why it ended; false while there is none. */
	get finished(): boolean {
		return this.choices.size > 0 && [...this.choices.values()].every(({ finishReason }) => finishReason !== '');
	}

	/** Whether anything but the frame of an answer has arrived. */
	get started(): boolean {
		return this.hasText;
	}

	/** Whether something has arrived for whoever asked: text, or calls that are theirs to make. */
	get answered(): boolean {
		return [...this.choices.values()].some(({ content, toolCalls }) => content !== '' || toolCalls.finish().length > 0);
	}

	/** What has arrived so far, choices in the order of their index. */
	build(): Completion {
		return {
			id: this.id,
			object: 'chat.completion',
			created: this.created,
			model: this.model,
			choices: [...this.choices.entries()]
				.sort(([a], [b]) => a - b)
				.map(([index, choice]) => buildChoice(index, choice)),
			...(this.usage && { usage: this.usage }),
		};
	}
}

function buildChoice(index: number, { content, reasoning, toolCalls, finishReason }: OpenChoice): CompletionChoice {
	const calls = toolCalls.finish();
	return {
		index,
		message: { role: 'assistant', content, reasoning, ...(calls.length > 0 && { tool_calls: calls }) },
		finish_reason: finishReason,
	};
}
