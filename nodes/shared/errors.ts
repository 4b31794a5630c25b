import { NodeApiError, NodeOperationError, type IDataObject, type INode, type INodeExecutionData } from 'n8n-workflow';
import { StepfunError } from '../../stepfun/errors';
import { escapeHtml, withoutMarkup } from './display';

/** What an error item, and the details of an error, contain beside the message. */
function details(error: StepfunError): IDataObject {
	const { type, status, requestId, retryable, attempts, hint, violations, corrections, partial } = error;
	return {
		type,
		...(status !== undefined && { status }),
		...(requestId !== undefined && { requestId }),
		retryable,
		attempts,
		...(hint !== '' && { hint }),
		...(violations && { violations, corrections }),
		...(partial && { partial }),
	};
}

/** The error as n8n shows it: what happened, below it what to do, and the details to open. */
export function toNodeError(node: INode, error: unknown, itemIndex: number): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	if (!(error instanceof StepfunError)) {
		const unexpected = new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
		unexpected.message = withoutMarkup(unexpected.message);
		return unexpected;
	}
	const message = withoutMarkup(error.message);
	const tried = error.attempts > 1 ? `${message} (tried ${error.attempts} times)` : message;
	const description = escapeHtml(error.hint);
	if (error.type === 'invalid_input') return new NodeOperationError(node, tried, { description, itemIndex });
	const nodeError = new NodeApiError(
		node,
		{},
		{
			message: tried,
			description: error.requestId === undefined ? description : `${description} (request ID ${error.requestId})`,
			...(error.status !== undefined && { httpCode: String(error.status) }),
			itemIndex,
		},
	);
	nodeError.context['data'] = details(error);
	return nodeError;
}

/** The item that stands for a failed one under Continue On Fail; n8n routes it to the error output by these two keys. */
export function errorItem(error: unknown, itemIndex: number): INodeExecutionData {
	const known = error instanceof StepfunError ? details(error) : { type: 'unexpected' };
	const message = error instanceof Error ? error.message : String(error);
	const hint = error instanceof NodeOperationError && error.description ? { hint: error.description } : {};
	return { json: { message, error: { ...known, ...hint } }, pairedItem: { item: itemIndex } };
}
