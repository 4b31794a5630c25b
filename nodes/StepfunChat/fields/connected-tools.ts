import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { readNumber } from '../../shared/fields/number';

/** As n8n's own model nodes have it. */
const DEFAULT_ITERATIONS = 15;

/** Entries of the Options collection. */
export const maxToolIterationsOption: INodeProperties = {
	displayName: 'Max Tool Iterations',
	name: 'maxToolsIterations',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_ITERATIONS,
	description:
		'How many rounds of calls to connected tools the model may make before it has to answer; a round may hold several calls',
};

export const returnMessagesOption: INodeProperties = {
	displayName: 'Return Messages',
	name: 'returnMessages',
	type: 'boolean',
	default: false,
	description:
		'Whether to add the whole conversation to the output as messages: what was sent, the tool calls, their results and the answer',
};

/** @throws StepfunError `invalid_input` for a number below 1. */
export const readMaxIterations = ({ maxToolsIterations }: IDataObject): number =>
	readNumber(maxToolsIterations, 'Max Tool Iterations', { min: 1, whole: true }) ?? DEFAULT_ITERATIONS;
