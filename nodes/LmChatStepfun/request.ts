import type { IDataObject } from 'n8n-workflow';
import { invalidInput } from '../../stepfun/errors';
import { withExtraBody } from '../../stepfun/request/extra-body';
import type { ChatRequest } from '../../stepfun/types';
import { extraBodyOption } from '../shared/fields/extra-body';
import { readModel, type FieldContext } from '../shared/fields/model';
import { readOption, readOptions, type RequestOptions } from '../shared/fields/options';
import { readReasoningEffort, reasoningFormatOption } from '../shared/fields/reasoning';
import { readResponseFormat } from '../shared/fields/response-format';
import { samplingOptions } from '../shared/fields/sampling';
import { readWebSearch } from '../shared/fields/web-search';
import * as texts from './texts';

/** Options that are fields of the request, in the order in which they are sent. */
export const requestOptions = {
	reasoning_format: reasoningFormatOption,
	...samplingOptions,
} satisfies RequestOptions;

/** What all requests of a model have in common: the conversation comes from the AI node. */
export type CommonRequest = Omit<ChatRequest, 'messages'>;

/**
 * The fields of a request that the panel sets. `options` is what its Options hold.
 *
 * @throws StepfunError `invalid_input` for what the API would refuse, before anything is sent.
 */
export function readCommonRequest(context: FieldContext, itemIndex: number, options: IDataObject): CommonRequest {
	const model = readModel(context, itemIndex);
	const search = readWebSearch(context, itemIndex);
	const panel: ChatRequest = {
		model,
		messages: [],
		...(search.length > 0 && { tools: search }),
		...readResponseFormat(context, itemIndex),
		...readReasoningEffort(context, itemIndex, model),
		...readOptions(requestOptions, options),
	};
	const { messages, ...request } = withExtraBody(panel, readOption(extraBodyOption, options));
	if (messages.length > 0) throw invalidInput(texts.messagesInExtraBody);
	return request;
}
