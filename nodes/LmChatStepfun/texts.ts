/** What StepFun Chat Model says to a person; how these texts work is said in stepfun/texts.ts. */
import type { ErrorText } from '../../stepfun/texts';

export const messagesInExtraBody: ErrorText = {
	message: 'Extra Body Fields contains messages, but the conversation comes from the AI node',
	hint: 'Remove messages from Extra Body Fields, and write them in the AI node',
};

export const unsupportedFile = (type: string): ErrorText => ({
	message: `StepFun models do not accept files of the type ${type}`,
	hint: 'Give the model images, videos (MP4) or audio (MP3, WAV); extract the text of other files first',
});
