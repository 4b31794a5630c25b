import type { StepfunError } from '../errors';
import { factsOf, unsupportedMedia } from '../models';
import type { ChatRequest } from '../types';
import * as texts from './texts';

/** What servers answer to what a model cannot do, or to one that is no more: StepFun with 400 and 404, gateways also with the others. */
const REFUSALS: readonly unknown[] = [400, 404, 410, 415, 422];

/** A refusal of a request that asks its model for something that StepFun does not document for it, whose hint says so. */
export function withModelAdvice(error: StepfunError, request: ChatRequest): StepfunError {
	if (!REFUSALS.includes(error.status)) return error;
	const hint = ADVICE.reduceRight((told, advise) => advise(request, told) ?? told, error.hint);
	return hint === error.hint ? error : error.with({ hint });
}

/** Puts an advice before the hint; undefined where it does not fit the request. */
type Advise = (request: ChatRequest, hint: string) => string | undefined;

/** The most likely cause first. */
const ADVICE: readonly Advise[] = [
	({ model }, hint) => {
		const { retired } = factsOf(model);
		if (!retired) return undefined;
		return retired.successor === undefined
			? texts.retiredModel(model, retired.on, hint)
			: texts.succeededModel(model, retired.on, retired.successor, hint);
	},
	(request, hint) => {
		const kind = unsupportedMedia(request);
		return kind && texts.unsupportedMedia(request.model, kind, hint);
	},
	({ model, modalities }, hint) =>
		modalities?.includes('audio') && factsOf(model).speaks === false ? texts.silentModel(model, hint) : undefined,
	({ model, tools = [] }, hint) =>
		tools.some(({ type }) => type === 'web_search') && factsOf(model).webSearch === false
			? texts.modelWithoutSearch(model, hint)
			: undefined,
	({ model, tools = [] }, hint) =>
		tools.length > 0 && factsOf(model).tools === false ? texts.modelWithoutTools(model, hint) : undefined,
	({ model, max_tokens: limit = 0 }, hint) => {
		const { maxOutputTokens } = factsOf(model);
		return maxOutputTokens !== undefined && limit > maxOutputTokens
			? texts.tooManyOutputTokens(model, maxOutputTokens, hint)
			: undefined;
	},
];
