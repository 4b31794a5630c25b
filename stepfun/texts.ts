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

// Files on StepFun

const WITHOUT_FILES = "or read the document with n8n's node Extract from File and put its text into a message";

export const noFilesApi = (place: string): ErrorText => ({
	message: `There is no files API at ${place}`,
	hint: `Choose Standard as Plan in the credential, as Step Plan and most gateways take no files, ${WITHOUT_FILES}`,
});

export const notAFile = (excerpt: string): ErrorText => ({
	message: `The server answered an upload with something other than a file${excerpt}`,
	hint: 'Check Region, Plan and Base URL in the credential; a base URL usually ends in /v1',
	quote: excerpt,
});

/** The hints of what StepFun says about a file. */
export const fileRefused = `Check the file, and Region in the credential: StepFun documents its parser for China only. Save a damaged or protected document anew, ${WITHOUT_FILES}`;
export const fileVanished =
	'Run the workflow again: StepFun no longer has the file. Another program may have deleted it';

export const documentScanned = (label: string): ErrorText => ({
	message: `StepFun found no text in ${inSentence(label)}`,
	hint: 'If its pages are scanned or drawn, make an image (JPG or PNG) of each and attach these with the Type Image',
});

/** @param reason The server's words, such as `parse failed`. */
export const documentFailed = (label: string, reason: string): ErrorText => ({
	message: `StepFun could not read ${inSentence(label)}: ${reason}`,
	hint: 'Check that the file opens in its own program without a password, and save it anew, or as PDF',
	quote: reason,
});

/**
 * @param duration Such as `600 seconds`.
 * @param status The server's word for it, such as `processing`.
 */
export const documentNotReady = (label: string, duration: string, status: string): ErrorText => ({
	message: `StepFun was not done with ${inSentence(label)} within ${duration}; its status is "${status}"`,
	hint: 'Try again later, split the document into parts, or raise Total Timeout in Options if it is set',
});

export const documentTextTooLarge = (label: string, limit: string): ErrorText => ({
	message: `The text of ${inSentence(label)} is larger than ${limit}`,
	hint: 'Split the document into parts, and send each as an item of its own',
});

/** Labels begin like a sentence. */
const inSentence = (label: string): string => label.replace(/^In Attachments, the /, 'the ');
