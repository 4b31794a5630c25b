/** What can be wrong with a request, seen before it is sent; how these texts work is said in ../texts.ts. */
import type { ErrorText } from '../texts';

// Messages

const USE_A_ROLE = 'Use one of the roles system, user, assistant and tool';
const USE_A_PART_TYPE = 'Use one of the types text, image_url, video_url and input_audio';

/** @param kind What they are, such as `an object`. */
export const messagesNotAList = (kind: string): ErrorText => ({
	message: `Messages must be a list, but is ${kind}`,
	hint: 'Enter an array such as [{"role": "user", "content": "Hello"}]',
});

export const noMessages: ErrorText = {
	message: 'Messages is empty',
	hint: 'Add at least one message with the role user',
};

export const noUserMessage: ErrorText = {
	message: 'There are attachments, but Messages contains no message with the role user',
	hint: 'Add a message with the role user: attachments join the last one',
};

export const messageNotAnObject = (place: string, kind: string): ErrorText => ({
	message: `In Messages, ${place} is ${kind} instead of an object`,
	hint: 'Enter an object with a role and a content',
});

export const noRole = (place: string): ErrorText => ({
	message: `In Messages, ${place} has no role`,
	hint: USE_A_ROLE,
});

export const unknownRole = (place: string, role: string): ErrorText => ({
	message: `In Messages, ${place} has the unknown role "${role}"`,
	hint: USE_A_ROLE,
});

export const emptyContent = (place: string): ErrorText => ({
	message: `In Messages, ${place} has no content`,
	hint: 'Enter some text, or remove the message',
});

export const noContentValue = (place: string): ErrorText => ({
	message: `In Messages, the content of ${place} has no value`,
	hint: 'Enter some text. In an expression, check the name of the field that it reads, and that this item has it',
});

export const contentNotText = (place: string, kind: string): ErrorText => ({
	message: `In Messages, the content of ${place} is ${kind}`,
	hint: 'Enter text, or an array of content parts',
});

export const noToolCallId = (place: string): ErrorText => ({
	message: `In Messages, ${place} has the role tool but no Tool Call ID`,
	hint: 'Enter the ID of the tool call that it answers; in JSON, its field is tool_call_id',
});

export const toolCallsNotAList = (place: string, kind: string): ErrorText => ({
	message: `In Messages, the tool_calls of ${place} are ${kind} instead of a list`,
	hint: 'Enter an array of tool calls',
});

export const incompleteToolCall = (position: number, place: string): ErrorText => ({
	message: `In Messages, tool call ${position} of ${place} has no id or no function.name`,
	hint: 'Pass tool calls on as the model gave them',
});

export const noPartText = (place: string): ErrorText => ({
	message: `In Messages, ${place} has the type text but no text`,
	hint: 'Give it a field named text that is a string',
});

export const noPartType = (place: string): ErrorText => ({
	message: `In Messages, ${place} has no type`,
	hint: USE_A_PART_TYPE,
});

export const unknownPartType = (place: string, type: string): ErrorText => ({
	message: `In Messages, ${place} has the unknown type "${type}"`,
	hint: USE_A_PART_TYPE,
});

export const noPartSource = (place: string, type: string, field: string): ErrorText => ({
	message: `In Messages, ${place} has no ${type}.${field}`,
	hint: `Give it ${type}: {${field}: …}`,
});

export const unknownDetail = (place: string, detail: string): ErrorText => ({
	message: `In Messages, the detail of ${place} is "${detail}"`,
	hint: 'Use low or high, or leave it out',
});

// Attachments

const RUN_AGAIN = 'Run the workflow again from the node that the file comes from';

export const unreadableAttachment: ErrorText = { message: 'An attachment could not be read', hint: RUN_AGAIN };

export const changedAttachment = (announced: number, read: number): ErrorText => ({
	message: `An attachment changed while it was being sent: ${announced} bytes were announced, ${read} or more were read`,
	hint: RUN_AGAIN,
});

export const notBase64 = (label: string): ErrorText => ({
	message: `${label} is not valid base64`,
	hint: 'Enter the whole file as base64, with its padding (=) at the end',
});

/** @param formats Those that StepFun takes, such as `MP3 and WAV`. */
export const unsupportedType = (label: string, type: string, formats: string, kind: string): ErrorText => ({
	message: `${label} is ${type}, but StepFun accepts only ${formats} as ${kind}`,
	hint: 'Convert the file first, or choose another Type for the attachment',
});

export const animatedGif = (label: string): ErrorText => ({
	message: `${label} is an animated GIF, but StepFun accepts only static ones`,
	hint: 'Convert it to a still image, or to an MP4 video',
});

export const noImageAddress = (label: string): ErrorText => ({
	message: `${label} is neither an address nor a data URL`,
	hint: 'Use an address that starts with https:// or stepfile://, or a data URL such as data:image/png;base64,…',
});

export const noVideoAddress = (label: string): ErrorText => ({
	message: `${label} is neither an address nor a data URL`,
	hint: 'Use an address that starts with https:// or stepfile://, or a data URL such as data:video/mp4;base64,…',
});

export const noAudioData = (label: string): ErrorText => ({
	message: `${label} is neither a data URL nor base64`,
	hint: 'Send the content as data:audio/mpeg;base64,…, or as binary data: StepFun fetches no audio by its address',
});

export const tooManyImages = (count: number, limit: number): ErrorText => ({
	message: `The messages contain ${count} images, but StepFun accepts at most ${limit} in one request`,
	hint: 'Remove some from Attachments or Messages, or spread them over several items',
});

export const imagesTooLarge = (size: string, limit: string): ErrorText => ({
	message: `The images in the messages are ${size} in total, but StepFun accepts at most ${limit}`,
	hint: 'Make them smaller, send fewer, or put them where StepFun can fetch them and enter their URLs',
});

export const videoTooLarge = (size: string, limit: string): ErrorText => ({
	message: `A video in the messages is ${size}, but StepFun accepts at most ${limit}`,
	hint: 'Shorten it, or compress it',
});

export const audioTooLarge = (size: string, limit: string): ErrorText => ({
	message: `The audio in the messages is ${size} as base64, but StepFun accepts at most ${limit}`,
	hint: 'Split it into parts, or convert it to MP3',
});

/**
 * The hint of a refused request with an attachment that its model does not seem to accept.
 *
 * @param kind Such as `video`.
 */
export const unsupportedMedia = (model: string, kind: string, hint: string): string =>
	`Choose another model, if the message is about the ${kind}: according to StepFun, ${model} does not accept any. ${hint}`;

// Refusals that may be about the model; each text is put before the hint

/** @param date Such as 2026-07-08. */
export const succeededModel = (model: string, date: string, successor: string, hint: string): string =>
	`Choose ${successor}, or another model of the list: StepFun retired ${model} on ${date} and names ${successor} as its successor. ${hint}`;

export const retiredModel = (model: string, date: string, hint: string): string =>
	`Choose another model: StepFun retired ${model} on ${date}. ${hint}`;

export const silentModel = (model: string, hint: string): string =>
	`Choose a model that speaks, such as step-audio-2, if the message is about audio or modalities: according to StepFun, ${model} answers with text only. ${hint}`;

export const modelWithoutSearch = (model: string, hint: string): string =>
	`Choose a model that searches the web, such as step-3.7-flash, if the message is about web_search: according to StepFun, ${model} has no search of its own. ${hint}`;

/** @param hint Of a refusal for the length of the input. */
export const countedTokens = (tokens: number, hint: string): string =>
	`Shorten the messages, leave out earlier ones, or choose a model that takes more: they are ${tokens} tokens. ${hint}`;

export const countedTokensOf = (tokens: number, model: string, limit: number, hint: string): string =>
	`Shorten the messages, leave out earlier ones, or choose a model that takes more: they are ${tokens} tokens, and ${model} takes ${limit} in all, with its answer. ${hint}`;

export const modelWithoutTools = (model: string, hint: string): string =>
	`Choose a model that calls tools, such as step-audio-2, if the message is about tools: according to StepFun, ${model} calls none. ${hint}`;

export const tooManyOutputTokens = (model: string, limit: number, hint: string): string =>
	`Lower Maximum Number of Tokens, if the message is about max_tokens: according to StepFun, ${model} writes at most ${limit}. ${hint}`;

// Documents

const EXTRACT_FROM_FILE = "read it with n8n's node Extract from File and put its text into a message";

export const documentAmongMedia = (label: string, type: string, formats: string, kind: string): ErrorText => ({
	message: `${label} is ${type}, but StepFun accepts only ${formats} as ${kind}`,
	hint: `In StepFun Chat, choose Document as the Type of the attachment; or ${EXTRACT_FROM_FILE}`,
});

export const notADocument = (label: string, type: string): ErrorText => ({
	message: `${label} is ${type}, and neither text nor one of PDF, DOC, DOCX, XLS, XLSX, PPT and PPTX`,
	hint: 'Choose another Type for the attachment if it is an image, video or audio, or convert the file first',
});

export const notText = (label: string): ErrorText => ({
	message: `${label} is taken for text, but its bytes are no text in UTF-8, UTF-16, GB18030 or Windows-1252`,
	hint: 'Save it as text in UTF-8, or as PDF',
});

export const documentTooLarge = (label: string, size: string, limit: string): ErrorText => ({
	message: `${label} is ${size}, but the limit for such a document is ${limit}`,
	hint: 'Split it into parts, and send each as an item of its own',
});

export const documentEmpty = (label: string): ErrorText => ({
	message: `${label} contains no text`,
	hint: 'Check the node that the file comes from. If its text is drawn or scanned, attach its pages as images, with the Type Image',
});

export const tooLongForModel = (model: string, tokens: string, limit: string): ErrorText => ({
	message: `The messages and documents are at least about ${tokens} tokens long, but ${model} takes at most ${limit}`,
	hint: 'Choose a model that takes more, such as step-5-preview, send fewer documents in one item, or split them into parts',
});

// Tools

const TOOL_NAME =
	'Rename the function, for example to get_weather: StepFun accepts letters (A to Z), digits, _ and -, and suggests at most 64 of them';
const TOOL_TYPE =
	'Use the type function, or one of the tools that StepFun runs itself: web_search and retrieval, with their purpose in function.description';

export const toolsNotAList = (label: string): ErrorText => ({
	message: `${label} is not a list`,
	hint: 'Enter an array such as [{"name": "get_weather", "description": "…", "parameters": {"type": "object", "properties": {}}}]',
});

export const toolNotAnObject = (place: string): ErrorText => ({
	message: `In Tools, ${place} is not an object`,
	hint: 'Give it a name, a description and parameters',
});

export const noToolName = (place: string): ErrorText => ({
	message: `In Tools, ${place} has no name`,
	hint: 'Give it a name, such as get_weather',
});

/** @param character Such as `a space` or `the character ü`. */
export const toolNameCharacter = (place: string, character: string, name: string): ErrorText => ({
	message: `In Tools, the name of ${place} contains ${character}: "${name}"`,
	hint: TOOL_NAME,
});

export const toolNameTwice = (name: string): ErrorText => ({
	message: `In Tools, the name "${name}" is used twice`,
	hint: 'Give each function a name of its own: the model calls it by its name',
});

export const tooManyTools = (count: number, limit: number): ErrorText => ({
	message: `There are ${count} tools, but StepFun accepts at most ${limit}`,
	hint: 'Offer fewer tools to the model at a time',
});

export const parametersNotAnObject = (label: string, type: string): ErrorText => ({
	message: `${label} is of the type ${type} instead of object`,
	hint: 'Put the parameters into an object, such as {"type": "object", "properties": {"values": …}}',
});

export const noToolFunction = (place: string, type: string): ErrorText => ({
	message: `In Tools, ${place} has the type ${type} but no function`,
	hint: TOOL_TYPE,
});

export const unknownToolType = (place: string): ErrorText => ({
	message: `In Tools, ${place} has an unknown type`,
	hint: TOOL_TYPE,
});

// Schemas

export const notASchema = (label: string): ErrorText => ({
	message: `${label} is not a valid schema`,
	hint: 'Enter a JSON Schema such as {"type": "object", "properties": {"city": {"type": "string"}}}',
});

/** @param expected What JSON Schema has at this path, such as `a list of values`. */
export const invalidSchema = (label: string, path: string, expected: string): ErrorText => ({
	message: `${label} is not a valid schema: ${path} is not ${expected}`,
	hint: 'Correct the schema there',
});

// Extra Body Fields

export const extraFieldsNotAnObject: ErrorText = {
	message: 'Extra Body Fields is not a JSON object',
	hint: 'Enter an object such as {"tool_choice": "auto"}',
};

export const extraFieldKind = (name: string, kind: string): ErrorText => ({
	message: `In Extra Body Fields, ${name} is not ${kind}`,
	hint: `Enter ${kind}, or remove ${name} from Extra Body Fields`,
});

// Reasoning

/** @param choices Those that the model takes, such as `low or high`. */
export const unsupportedEffort = (model: string, effort: string, choices: string): ErrorText => ({
	message: `${model} does not support the Reasoning Effort "${effort}"`,
	hint: `Choose ${choices}, or Default. Reasoning cannot be switched off`,
});
