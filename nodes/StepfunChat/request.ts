import type { IExecuteFunctions } from 'n8n-workflow';
import type { ChatRequest } from '../../stepfun/types';
import { readConversation } from './fields/messages';
import { readModel } from './fields/model';
import { readSampling } from './fields/options';

/**
 * The request that an item's fields describe.
 *
 * @throws StepfunError `invalid_input` for what the API would refuse, before anything is sent.
 */
export async function readRequest(context: IExecuteFunctions, itemIndex: number): Promise<ChatRequest> {
	return {
		model: readModel(context, itemIndex),
		messages: readConversation(context, itemIndex),
		...readSampling(context, itemIndex),
	};
}
