import type { IDataObject } from 'n8n-workflow';
import { readOption, wholeNumberOption } from './options';

const DEFAULT_ATTEMPTS = 1;

export const attemptsToCorrectOption = wholeNumberOption({
	displayName: 'Attempts to Correct',
	name: 'attemptsToCorrect',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 5 },
	default: DEFAULT_ATTEMPTS,
	displayOptions: { show: { '/responseFormat': ['json_object', 'json_schema'] } },
	description:
		'How many times the model is told what is wrong with an answer that does not fit the Response Format, and answers again. Each time is one more request with the whole conversation, attachments included.',
});

/** @throws StepfunError `invalid_input` for a number out of range. */
export const readAttemptsToCorrect = (options: IDataObject): number =>
	readOption(attemptsToCorrectOption, options) ?? DEFAULT_ATTEMPTS;
