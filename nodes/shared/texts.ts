/** What both nodes and the credential say to a person; how these texts work is said in stepfun/texts.ts. */
import type { ErrorText } from '../../stepfun/texts';

// Credential

export const baseUrlNotAnAddress: ErrorText = {
	message: 'The Base URL in the StepFun API credential is not an address',
	hint: 'Enter an address that starts with https://, such as https://api.stepfun.ai/v1',
};

// The test of the credential, where n8n shows one text

export const keyRefused: ErrorText = {
	message: 'The key is not accepted',
	hint: 'Check the key, and that Region is the one where it was created',
};

export const noModelsAtAddress: ErrorText = {
	message: 'There is no StepFun API at this address',
	hint: 'Check Base URL, which usually ends in /v1',
};

// This version of n8n

/** @param cause What n8n reported. */
export const noAiSdk = (cause: string): ErrorText => ({
	message: 'This version of n8n cannot connect AI nodes of community packages',
	hint: `Update n8n to 2.16 or newer, which includes @n8n/ai-node-sdk (${cause})`,
});

export const unreadableParameters = (tool: string): ErrorText => ({
	message: `This version of n8n cannot read the parameters of the tool "${tool}"`,
	hint: 'Update n8n to 2.41 or newer',
});

// Fields

/** @param label Such as `In Messages, the Content of message 2`. */
export const noValue = (label: string): ErrorText => ({
	message: `${label} has no value`,
	hint: 'Fill in the field, or check the expression in it: it returned nothing, for example because the input has no field with that name',
});

export const modelEmpty: ErrorText = {
	message: 'Model is empty',
	hint: 'Choose a model from the list, or enter its ID, such as step-3.5-flash. If an expression sets it, check that it returns a value',
};

export const jsonFieldTooDeep = (label: string, levels: number): ErrorText => ({
	message: `${label} is nested more than ${levels} levels deep`,
	hint: 'Make it flatter: neither StepFun nor n8n can work with JSON this deep',
});

export const invalidJson = (label: string, line: number, column: number): ErrorText => ({
	message: `${label} is not valid JSON: see line ${line}, column ${column}`,
	hint: 'Check the quotes, commas and brackets there. Put {{ JSON.stringify(…) }} around text from expressions',
});

/** @param expected Such as `a whole number of at least 1`. */
export const numberOutOfRange = (label: string, expected: string, value: string): ErrorText => ({
	message: `${label} must be ${expected}, but is ${value}`,
	hint: `Correct ${label} in Options, or remove the option to use the default`,
});

export const notTexts = (label: string): ErrorText => ({
	message: `${label} contains something other than text`,
	hint: 'Enter texts, or let the expression return a text, a number or a list of them',
});

export const unknownReasoningFormat = (format: string): ErrorText => ({
	message: `The Reasoning Format "${format}" is unknown`,
	hint: 'Choose general or deepseek-style, or remove the option',
});

export const exampleNotAnObject: ErrorText = {
	message: 'JSON Example is not an object',
	hint: 'Enter an answer as you want it, such as {"title": "A day at the sea"}; put a list into one of its fields',
};

/** The hint of a schema that is not valid, where the panel offers an example instead. */
export const schemaField = (hint: string): string => `${hint}, or choose to generate it from a JSON example`;

// Console of the browser

export const itemsDone = (done: number, total: number): ErrorText => ({
	message: `${done} of ${total} items done`,
	hint: '',
});
