import type { StepfunError } from '../errors';
import { unsupportedMedia } from '../models';
import type { ChatRequest } from '../types';
import * as texts from './texts';

/** What servers answer to an attachment that the model cannot read: StepFun with 400, gateways also with the others. */
const REFUSALS: readonly unknown[] = [400, 404, 415, 422];

/** A refusal of a request with an attachment that its model is not documented to accept, whose hint says so. */
export function withMediaAdvice(error: StepfunError, request: ChatRequest): StepfunError {
	if (!REFUSALS.includes(error.status)) return error;
	const kind = unsupportedMedia(request);
	return kind ? error.with({ hint: texts.unsupportedMedia(request.model, kind, error.hint) }) : error;
}
