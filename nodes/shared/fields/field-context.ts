import type { IExecuteFunctions } from 'n8n-workflow';

/** What reading a field takes: both of a node's execution and of a sub-node's supply. */
export type FieldContext = Pick<IExecuteFunctions, 'getNodeParameter'>;
