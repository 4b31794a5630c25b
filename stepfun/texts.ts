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
	message: `Number of Completions is ${count}, but there are tools that the node runs itself`,
	hint: 'Remove Number of Completions from Options, or disconnect the tools and turn Search the Web off: the model can continue from one answer only',
});

/** @param place The address that was asked. */
export const noSearchApi = (place: string): ErrorText => ({
	message: `There is no search API at ${place}`,
	hint: 'Turn Search the Web off, or choose a model that searches itself, such as step-3.7-flash: a gateway may not have POST /search of StepFun',
});
