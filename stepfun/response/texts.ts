/** What can be wrong with an answer; how these texts work is said in ../texts.ts. */
import { endedWithError } from '../client/texts';
import type { ErrorText } from '../texts';

// The model ended without what was asked for

const REASON_LESS =
	'Raise Maximum Number of Tokens in Options, or lower Reasoning Effort. The reasoning is in the details';
const ALLOW_MORE_TOKENS =
	'Raise Maximum Number of Tokens in Options; reasoning counts too. The part of the answer that had arrived is in the details';

export const reasoningReachedMaxTokens = (limit: number): ErrorText => ({
	message: `The model reached Maximum Number of Tokens (${limit}) while reasoning, before its answer began`,
	hint: REASON_LESS,
});

export const reasoningReachedModelLimit: ErrorText = {
	message: 'The model reached its own token limit while reasoning, before its answer began',
	hint: 'Lower Reasoning Effort, or split the task into smaller ones. The reasoning is in the details',
};

export const answerBlocked: ErrorText = {
	message: "StepFun's content filter blocked the answer",
	hint: 'Change the text or the attachment: sending it again will not help. What was left of the answer is in the details',
};

export const noAnswer: ErrorText = {
	message: 'The model ended without an answer',
	hint: 'Try again, or reword the last message',
};

export const reasoningOnly: ErrorText = {
	message: 'The model ended after its reasoning, without an answer',
	hint: 'Try again, lower Reasoning Effort, or ask for the answer in the last message. The reasoning is in the details',
};

export const reasoningOnlyAfterTools: ErrorText = {
	message: 'The model ended after its reasoning about the tool results, without an answer',
	hint: 'Try again, or say in the system message that the model has to write an answer once it has the tool results. The reasoning is in the details',
};

export const jsonReachedMaxTokens = (limit: number): ErrorText => ({
	message: `The answer reached Maximum Number of Tokens (${limit}) before its JSON was complete`,
	hint: ALLOW_MORE_TOKENS,
});

export const jsonReachedModelLimit: ErrorText = {
	message: "The answer reached the model's own token limit before its JSON was complete",
	hint: 'Ask for a shorter answer, or lower Reasoning Effort: reasoning counts too. The part of the answer that had arrived is in the details',
};

/** @param reason The finish_reason that says so. Its hint is that of any error inside an answer. */
export const brokenFinish = (reason: string): ErrorText => ({
	message: `The server broke off the answer (finish_reason ${reason})`,
	hint: endedWithError,
});

export const jsonTooDeep = (levels: number): ErrorText => ({
	message: `The JSON of the answer is nested more than ${levels} levels deep`,
	hint: 'Ask for a flatter structure, or choose JSON Schema as Response Format. The answer is in the details',
});

export const argumentsTooDeep = (levels: number): ErrorText => ({
	message: `The arguments of a tool call are nested more than ${levels} levels deep`,
	hint: 'Try again, or give the function flatter parameters',
});

// The answer cannot be read

const TRY_AGAIN =
	'Try again, and check Base URL in the credential: the server, or a gateway in between, sent something other than the chat API sends';

export const emptyAnswer: ErrorText = { message: 'The server sent an empty answer', hint: TRY_AGAIN };

export const incompleteJson = (excerpt: string): ErrorText => ({
	message: `The answer is not complete JSON${excerpt}`,
	hint: TRY_AGAIN,
	quote: excerpt,
});

export const incompleteEvent = (excerpt: string): ErrorText => ({
	message: `An event of the stream is not complete JSON${excerpt}`,
	hint: TRY_AGAIN,
	quote: excerpt,
});

export const notACompletion = (excerpt: string): ErrorText => ({
	message: `The answer is not a completion${excerpt}`,
	hint: TRY_AGAIN,
	quote: excerpt,
});

export const noChoices = (excerpt: string): ErrorText => ({
	message: `The answer contains no completion${excerpt}`,
	hint: TRY_AGAIN,
	quote: excerpt,
});

export const answerTooLong = (millions: number): ErrorText => ({
	message: `The answer was stopped because it is longer than ${millions} million characters`,
	hint: 'Set Maximum Number of Tokens in Options',
});

export const partTooLarge = (millions: number): ErrorText => ({
	message: `Part of the answer was not read because it is larger than ${millions} million characters`,
	hint: 'Check Base URL in the credential: no completion is this large',
});

export const answerTooDeep = (levels: number): ErrorText => ({
	message: `Part of the answer was not read because its JSON is nested more than ${levels} levels deep`,
	hint: 'Check Base URL in the credential: no completion is nested this deep',
});

export const tooManyValues = (limit: number): ErrorText => ({
	message: `Part of the answer was not read because it holds more than ${limit} values`,
	hint: 'Check Base URL in the credential: no completion has as many',
});

export const tooManyChoices = (limit: number): ErrorText => ({
	message: `The answer was stopped because it has more than ${limit} choices`,
	hint: 'Check Base URL in the credential: no model gives as many',
});

export const tooManyCalls = (limit: number): ErrorText => ({
	message: `The answer was stopped because it has more than ${limit} tool calls`,
	hint: 'Set Maximum Number of Tokens in Options, and say in the messages how many calls are enough',
});
