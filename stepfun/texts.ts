/**
 * What the API client says to a person stands in the files named `texts.ts`, one for each folder; here is what its doors say.
 *
 * Each entry is named for what has happened, and is a text, or a function that fills in what changes from case to case. The function
 * only puts its arguments, which are ready to be read, into a sentence: `npm run docs` calls it with `…` for each of them and writes
 * the rows of docs/messages.md from that.
 */

/**
 * `message` says what happened, `hint` what to do about it; '' where there is nothing to do. `quote` is the part of the message that
 * is in a server's own words, which may hold anything.
 */
export interface ErrorText {
	message: string;
	hint: string;
	quote?: string;
}

export const canceled: ErrorText = { message: 'The execution was canceled', hint: '' };

export const brokeOff = (place: string): ErrorText => ({
	message: `The connection to ${place} broke off in the middle of the answer`,
	hint: 'Try again later. The part of the answer that had arrived is in the details',
});

export const tooManyIterations = (limit: number): ErrorText => ({
	message: `The model still calls tools after reaching Max Tool Iterations (${limit})`,
	hint: 'Raise Max Tool Iterations in Options, or tell the model in the messages when the task is done',
});

export const severalCompletionsWithTools = (count: number): ErrorText => ({
	message: `Number of Completions is ${count}, but tools are connected`,
	hint: 'Remove Number of Completions from Options, or disconnect the tools: the model can continue from one answer only',
});

const SAY_IT_PLAINLY =
	'Raise Attempts to Correct in Options, or say in the messages more plainly what the answer should be. The answer, and what is wrong with it, are in the details';

/**
 * @param place Such as `at /price`.
 * @param expected What the schema has there, such as `a number`.
 * @param others Such as ` (and 2 more)`.
 */
export const schemaViolation = (place: string, expected: string, others: string): ErrorText => ({
	message: `The answer does not fit the JSON Schema: ${place}, expected ${expected}${others}`,
	hint: SAY_IT_PLAINLY,
});

export const notJson: ErrorText = {
	message: 'The model answered with something other than a JSON object or list',
	hint: `Choose JSON Schema as Response Format. ${SAY_IT_PLAINLY}`,
};
