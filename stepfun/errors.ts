import * as texts from './texts';
import type { ErrorText } from './texts';
import type { Completion, Violation } from './types';

/** What StepFun's own error types do not cover: trouble on this side or on the way. */
type LocalErrorType =
	| 'invalid_input'
	| 'connection_failed'
	| 'connection_cut'
	| 'timeout'
	| 'canceled'
	| 'redirected'
	| 'not_the_api'
	| 'malformed_answer'
	| 'answer_too_large'
	| 'empty_answer'
	| 'invalid_json_answer'
	| 'schema_violation'
	| 'too_many_iterations';

export interface StepfunErrorDetails {
	/** StepFun's own error type, such as `rate_limited`, or one of ours. */
	type: LocalErrorType | (string & {});
	/** HTTP status, where an answer came. */
	status?: number;
	/** The X-Trace-Id that StepFun's support asks for. */
	requestId?: string;
	/** Whether the same request may succeed a moment later. */
	retryable?: boolean;
	/** From Retry-After, in ms. */
	retryAfterMs?: number;
	/** What had arrived before it broke. */
	partial?: Completion;
	/** How often the request was sent. */
	attempts?: number;
	/** What is wrong with an answer that was asked for as JSON. */
	violations?: Violation[];
	/** How often the model was asked to correct it. */
	corrections?: number;
}

/** Everything that can go wrong with a completion, in one shape. `message` says what happened, `hint` what to do. */
export class StepfunError extends Error implements StepfunErrorDetails {
	override readonly name = 'StepfunError';
	readonly type: StepfunErrorDetails['type'];
	readonly status?: number;
	readonly requestId?: string;
	readonly retryable: boolean;
	readonly retryAfterMs?: number;
	/** What to do about it, for the person who reads it; '' where there is nothing to do. */
	readonly hint: string;
	/** What of `message` are a server's own words. */
	readonly quote?: string;
	readonly partial?: Completion;
	attempts: number;
	readonly violations?: Violation[];
	readonly corrections?: number;

	constructor({ message, hint, quote }: ErrorText, details: StepfunErrorDetails) {
		super(message);
		this.hint = hint;
		this.quote = quote;
		this.type = details.type;
		this.status = details.status;
		this.requestId = details.requestId;
		this.retryable = details.retryable ?? false;
		this.retryAfterMs = details.retryAfterMs;
		this.partial = details.partial;
		this.attempts = details.attempts ?? 1;
		this.violations = details.violations;
		this.corrections = details.corrections;
	}

	/** The same error with other details. */
	with({
		message = this.message,
		hint = this.hint,
		quote = this.quote,
		...details
	}: Partial<StepfunErrorDetails & ErrorText>): StepfunError {
		return new StepfunError({ message, hint, quote }, { ...this, ...details });
	}
}

/** A request that is not worth sending. */
export const invalidInput = (text: ErrorText): StepfunError =>
	new StepfunError(text, { type: 'invalid_input', attempts: 0 });

/** What was ended on purpose. */
export const canceled = (): StepfunError => new StepfunError(texts.canceled, { type: 'canceled' });
