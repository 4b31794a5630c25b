/** What StepFun Chat says to a person; how these texts work is said in stepfun/texts.ts. */
import type { ErrorText } from '../../stepfun/texts';

// Attachments

export const attachmentEmpty = (label: string, place: string): ErrorText => ({
	message: `In Attachments, the ${label} of ${place} is empty`,
	hint: 'Enter it, or remove the attachment',
});

/**
 * @param kind Such as `image`.
 * @param files The files of the item, each with its type, such as `data (application/pdf)`.
 */
export const noFileOfType = (kind: string, place: string, files: string): ErrorText => ({
	message: `The input item has no ${kind} that StepFun accepts for ${place}`,
	hint: `Choose another Type for the attachment, or convert the file. In this item: ${files}. If an earlier node dropped the file, add it again with a Merge node`,
});

/** @param fields Those of the item that have a file. */
export const noSuchFile = (field: string, place: string, fields: string): ErrorText => ({
	message: `The input item has no file in the field "${field}", which is one of the Input Data Field Name(s) of ${place}`,
	hint: `Enter the name of a field that has a file. In this item: ${fields}. If an earlier node dropped the file, add it again with a Merge node`,
});

export const fileGone = (label: string): ErrorText => ({
	message: `${label} is empty, or n8n no longer has it`,
	hint: 'Check the node that the file comes from, and run it again',
});

// Connected tools

export const toolNeedsApproval = (tool: string): ErrorText => ({
	message: `The tool ${tool} waits for a person's approval, which only AI Agent supports`,
	hint: 'Use AI Agent with StepFun Chat Model, or connect the tool without the approval step',
});

// Notes beside the output, where n8n shows message and hint as one text

/** @param items Such as `item 2` or `3 of 10 items (item 2 first)`. */
export const answersCutOff = (items: string): ErrorText => ({
	message: `The token limit cut off the answer in ${items} (finish_reason length)`,
	hint: 'Raise Maximum Number of Tokens in Options, or ask for a shorter answer',
});

export const answersBlocked = (items: string): ErrorText => ({
	message: `StepFun's content filter blocked an answer in ${items} (finish_reason content_filter): its text ends early or is missing`,
	hint: 'Change the text or the attachment: sending it again will not help',
});

export const answersSilent = (items: string): ErrorText => ({
	message: `There is no audio in the answer of ${items}, although Response Modalities asks for it`,
	hint: 'Choose a model that speaks, such as step-audio-2',
});

/** @param functions The names of the functions that were called. */
export const argumentsNotJson = (items: string, functions: string): ErrorText => ({
	message: `The arguments of a tool call in ${items} are not valid JSON (${functions}) and come out as text, without parsed_arguments`,
	hint: 'Describe the parameters of the function more precisely, or answer the call with what is wrong with it',
});

/** @param requests Such as `3 more requests`. */
export const answersCorrected = (items: string, requests: string): ErrorText => ({
	message: `The model corrected its answer in ${items}, since it did not fit the Response Format at first (${requests})`,
	hint: 'To need fewer requests, say in the messages more plainly what the answer should be, or make the schema simpler',
});

const SET_THE_PACE = 'Max Concurrent Requests and Requests per Minute in Options set the pace';

/**
 * @param items Such as `1 of 10 items was`.
 * @param requests Such as `4 refused requests`.
 * @param wait In seconds.
 */
export const rateLimited = (items: string, requests: string, wait: string): ErrorText => ({
	message: `${items} retried after rate limits (${requests}, longest wait ${wait} s)`,
	hint: `${SET_THE_PACE}; all workflows with the same key share the limits of the account`,
});

/**
 * @param items Such as `1 of 10 items`.
 * @param wait In seconds.
 */
export const heldBack = (items: string, wait: string): ErrorText => ({
	message: `${items} waited up to ${wait} s to stay within the limits of the StepFun account`,
	hint: 'To wait less, run fewer workflows with the same key at the same time, raise Requests per Minute where it is set, or top up for a higher tier: they all share the limits of the account',
});

/**
 * @param count Of the files.
 * @param ids Such as `file-abc, file-def`.
 */
export const filesLeft = (count: string, ids: string): ErrorText => ({
	message: `Files of this execution that could not be deleted from StepFun (${count}): ${ids}`,
	hint: 'Delete each with DELETE /files/ and its ID: stored files cost a little, and an account may have 1,000 of them',
});

/** @param reason Such as `There is no files API at https://gateway.example/v1/files`. */
export const notUploaded = (reason: string): ErrorText => ({
	message: `Send Large Files by Upload had no effect: ${reason}`,
	hint: 'Remove the option, or use it with an API that stores files: images and videos were sent within each request',
	quote: reason,
});

// Refusals

/** The hint of a rate limit, with what this node has for it. */
export const rateLimit = (hint: string): string => `${hint}. ${SET_THE_PACE}`;

// Console of the browser

/** @param reason The refusal that is known, such as `: request limited RPM reached`. */
export const waiting = (reason: string): ErrorText => ({
	message: `Requests are waiting to stay within the limits of the StepFun account${reason}`,
	hint: '',
});
