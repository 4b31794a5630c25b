import type { Completion, Usage } from '../types';
import { plus } from './chunk';
import { addedUp } from './raw-completion';

/** Adds up what several completions took that together are one answer. */
export class UsageSum {
	private usage: Usage | undefined;
	private rawUsage: unknown;

	/** The completion, with the usage of all so far. */
	add(completion: Completion): Completion {
		this.usage = sum(this.usage, completion.usage);
		this.rawUsage = addedUp(this.rawUsage, completion.raw?.['usage']);
		const { usage, rawUsage } = this;
		const raw = completion.raw && { ...completion.raw, ...(rawUsage !== undefined && { usage: rawUsage }) };
		return { ...completion, ...(usage && { usage }), ...(raw && { raw }) };
	}
}

function sum(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
	if (!a || !b) return a ?? b;
	return {
		prompt_tokens: plus(a.prompt_tokens, b.prompt_tokens),
		cached_tokens: plus(a.cached_tokens, b.cached_tokens),
		completion_tokens: plus(a.completion_tokens, b.completion_tokens),
		reasoning_tokens: plus(a.reasoning_tokens, b.reasoning_tokens),
		total_tokens: plus(a.total_tokens, b.total_tokens),
	};
}
