/** What the nodes say to a person; how these texts work is said in stepfun/texts.ts. */
import type { ErrorText } from '../../stepfun/texts';

export const invalidJson = (label: string, line: number, column: number): ErrorText => ({
	message: `${label} is not valid JSON: see line ${line}, column ${column}`,
	hint: 'Check the quotes, commas and brackets there. Put {{ JSON.stringify(…) }} around text from expressions',
});

export const notTexts = (label: string): ErrorText => ({
	message: `${label} contains something other than text`,
	hint: 'Enter texts, or let the expression give a text, a number or a list of them',
});
