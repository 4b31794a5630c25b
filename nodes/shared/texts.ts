/** What the nodes say to a person; how these texts work is said in stepfun/texts.ts. */
import type { ErrorText } from '../../stepfun/texts';

export const jsonFieldTooDeep = (label: string, levels: number): ErrorText => ({
	message: `${label} is nested more than ${levels} levels deep`,
	hint: 'Make it flatter: neither StepFun nor n8n can work with JSON this deep',
});

export const invalidJson = (label: string, line: number, column: number): ErrorText => ({
	message: `${label} is not valid JSON: see line ${line}, column ${column}`,
	hint: 'Check the quotes, commas and brackets there. Put {{ JSON.stringify(…) }} around text from expressions',
});
