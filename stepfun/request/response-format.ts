import type { JsonSchema, ResponseFormat } from '../types';

/** A schema in the wrapping that StepFun takes; without it the request is refused (recorded: invalid_request_error, param response_format). */
export function jsonSchemaFormat(schema: JsonSchema, strict: boolean): ResponseFormat {
	const title =
		typeof schema['title'] === 'string' ? schema['title'].replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) : '';
	return { type: 'json_schema', json_schema: { name: title || 'answer', strict, schema } };
}
