import type { Completion, CompletionChoice, Usage } from '../types';
import { MAX_CHOICES, type AudioDelta, type ChoiceDelta, type Chunk } from './chunk';
import { Sound } from './sound';
import * as texts from './texts';
import { ToolCallAssembler } from './tool-calls';
import { beyondLimit } from './unreadable';

/** Longest answer that is kept: characters of content, reasoning and arguments, and bytes of sound, of all choices together. */
export const MAX_ANSWER_CHARACTERS = 64 * 2 ** 20;

interface OpenChoice {
	content: string;
	reasoning: string;
	/** What is said, beside `content` or in its place. */
	transcript: string;
	sound?: Sound;
	toolCalls: ToolCallAssembler;
	finishReason: string;
	/** Whether pieces have come, so that a message can only say again what they said. */
	hasPieces: boolean;
}

/** Puts a Completion together from chunks; a JSON answer is one chunk that holds whole messages. */
export class CompletionBuilder {
	private id = '';
	private model = '';
	private created = 0;
	private usage: Usage | undefined;
	private size = 0;
	private hasText = false;
	private hasLateUsage = false;
	private readonly choices = new Map<number, OpenChoice>();

	/** @param expected How many choices the answer will have. */
	constructor(private readonly expected = 1) {}

	/**
	 * Returns what the chunk has brought: pieces of choices as they were added, nothing that was there before. Undefined when it has
	 * brought nothing at all, like those that only keep a connection open.
	 *
	 * @throws StepfunError `answer_too_large` beyond {@link MAX_ANSWER_CHARACTERS}, and for more choices or tool calls than any model
	 * gives.
	 */
	add(chunk: Chunk): ChoiceDelta[] | undefined {
		this.id ||= chunk.id;
		this.model ||= chunk.model;
		this.created ||= chunk.created;
		const hasUsage = this.addUsage(chunk.usage);
		const news: ChoiceDelta[] = [];
		for (const delta of chunk.choices) {
			const added = this.addDelta(delta);
			if (added) news.push(added);
		}
		if (this.size > MAX_ANSWER_CHARACTERS) throw beyondLimit(texts.answerTooLong(MAX_ANSWER_CHARACTERS / 2 ** 20));
		if (chunk.usage?.total_tokens && this.finished) this.hasLateUsage = true;
		return news.length > 0 || hasUsage ? news : undefined;
	}

	/** Whether it says something new. */
	private addUsage(usage: Usage | undefined): boolean {
		// The first chunk reports zeros (example of https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create),
		// the last that says more counts.
		if (!usage || (this.usage && !usage.total_tokens)) return false;
		const isNew = usage.total_tokens !== (this.usage?.total_tokens ?? 0);
		this.usage = usage;
		return isNew;
	}

	/** The delta as far as it adds something; undefined when it does not. */
	private addDelta(given: ChoiceDelta): ChoiceDelta | undefined {
		const known = this.choices.get(given.index);
		const choice = known ?? this.open(given.index);
		const delta = given.whole && known ? missing(choice, given) : given;
		const finishes = delta.finishReason !== '' && delta.finishReason !== choice.finishReason;
		const isText = choice.content !== '' || delta.content !== '';
		const added =
			delta.content.length +
			delta.reasoning.length +
			choice.toolCalls.add(delta.toolCalls, delta.whole) +
			addAudio(choice, delta.audio);
		choice.content += delta.content;
		choice.reasoning += delta.reasoning;
		choice.finishReason = delta.finishReason || choice.finishReason;
		choice.hasPieces ||= !delta.whole;
		this.size += added;
		this.hasText ||= added > 0;
		if (added === 0 && !finishes && !delta.others && known) return undefined;
		return isText || !delta.audio ? delta : { ...delta, content: delta.audio.transcript };
	}

	private open(index: number): OpenChoice {
		if (this.choices.size === MAX_CHOICES) throw beyondLimit(texts.tooManyChoices(MAX_CHOICES));
		const choice = {
			content: '',
			reasoning: '',
			transcript: '',
			toolCalls: new ToolCallAssembler(),
			finishReason: '',
			hasPieces: false,
		};
		this.choices.set(index, choice);
		return choice;
	}

	/** Whether as many choices as expected, and all that have begun, have said why they ended. */
	get finished(): boolean {
		if (this.choices.size === 0 || this.choices.size < this.expected) return false;
		for (const { finishReason } of this.choices.values()) {
			if (finishReason === '') return false;
		}
		return true;
	}

	/** Whether usage has come with the end of the last choice, or after it. */
	get reported(): boolean {
		return this.hasLateUsage;
	}

	/** Whether anything but the frame of an answer has arrived. */
	get started(): boolean {
		return this.hasText;
	}

	/** Whether something has arrived for whoever asked: text, sound, or calls that are theirs to make. */
	get answered(): boolean {
		return [...this.choices.values()].some(
			({ content, transcript, sound, toolCalls }) =>
				content !== '' || transcript !== '' || sound !== undefined || toolCalls.count > 0,
		);
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

/** What a whole message says beyond what has come of its choice: some servers send one at the end, others with every chunk. */
function missing(choice: OpenChoice, message: ChoiceDelta): ChoiceDelta {
	return {
		...message,
		content: rest(choice.content, message.content, choice.hasPieces),
		reasoning: rest(choice.reasoning, message.reasoning, choice.hasPieces),
		toolCalls: choice.toolCalls.count > 0 ? [] : message.toolCalls,
		...(message.audio && {
			audio: {
				data: choice.sound ? '' : message.audio.data,
				transcript: rest(choice.transcript, message.audio.transcript, choice.hasPieces),
			},
		}),
	};
}

/** Returns what it has added, in characters and bytes. */
function addAudio(choice: OpenChoice, audio: AudioDelta | undefined): number {
	if (!audio) return 0;
	choice.transcript += audio.transcript;
	if (audio.data === '') return audio.transcript.length;
	choice.sound ??= new Sound();
	return audio.transcript.length + choice.sound.add(audio.data);
}

/**
 * What a message's text adds to the text that has come: the rest of it, where it begins with that. Otherwise nothing after pieces,
 * which it says in other words then; without any, it is a piece itself.
 */
export function rest(soFar: string, text: string, hasPieces: boolean): string {
	if (text.startsWith(soFar)) return text.slice(soFar.length);
	return hasPieces ? '' : text;
}

function buildChoice(
	index: number,
	{ content, transcript, sound, reasoning, toolCalls, finishReason }: OpenChoice,
): CompletionChoice {
	const calls = toolCalls.finish();
	return {
		index,
		message: {
			role: 'assistant',
			content: content || transcript,
			...(sound && { sound }),
			reasoning,
			...(calls.length > 0 && { tool_calls: calls }),
		},
		finish_reason: finishReason,
	};
}
