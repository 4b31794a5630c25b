import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { withExtraBody } from '../../stepfun/request/extra-body';
import { checkMediaLimits } from '../../stepfun/request/media';
import { checkTools } from '../../stepfun/request/tools';
import type { ChatRequest } from '../../stepfun/types';
import { extraBodyOption } from '../shared/fields/extra-body';
import { readModel } from '../shared/fields/model';
import { readOption, readOptions } from '../shared/fields/options';
import { readReasoningEffort } from '../shared/fields/reasoning';
import { readResponseFormat } from '../shared/fields/response-format';
import { readAttachments } from './fields/attachments';
import { readConversation } from './fields/messages';
import { requestOptions } from './fields/options';
import { readPanelTools } from './fields/tools';
import { readVoice } from './fields/voice';

/**
 * The request that an item's fields describe. `options` is what its Options hold.
 *
 * @throws StepfunError `invalid_input` for what the API would refuse, before anything is sent.
 */
export async function readRequest(
	context: IExecuteFunctions,
	itemIndex: number,
	options: IDataObject,
): Promise<ChatRequest> {
	const model = readModel(context, itemIndex);
	const messages = readConversation(context, itemIndex, await readAttachments(context, itemIndex));
	checkMediaLimits(messages);
	const tools = readPanelTools(context, itemIndex);
	checkTools(tools);
	const request: ChatRequest = {
		model,
		messages,
		...(tools.length > 0 && { tools }),
		...readResponseFormat(context, itemIndex),
		...readVoice(context, itemIndex),
		...readReasoningEffort(context, itemIndex, model),
		...readOptions(requestOptions, options),
	};
	return withExtraBody(request, readOption(extraBodyOption, options));
}
