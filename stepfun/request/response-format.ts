import type { StepfunError } from '../errors';
import { asRecord } from '../json';
import type { JsonSchema, ResponseFormat } from '../types';
import { checkAnswerSchema } from './json-schema';

/** A schema in the wrapping that StepFun takes; without it the request is refused (recorded: invalid_request_error, param response_format). */
export function jsonSchemaFormat(schema: JsonSchema, strict: boolean): ResponseFormat {
	const title =
		typeof schema['title'] === 'string' ? schema['title'].replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) : '';
	return { type: 'json_schema', json_schema: { name: title || 'answer', strict, schema } };
}

/**
 * A response format in the API's own form.
 *
 * @param refuse Makes the error of a place inside it, such as `.type`, and of what was expected there.
 * @throws StepfunError `invalid_input`
 */
export function readResponseFormat(
	value: unknown,
	refuse: (path: string, expected: string) => StepfunError,
): ResponseFormat {
	const format = asRecord(value);
	const type = format?.['type'];
	if (!format) throw refuse('', 'an object such as {"type": "json_object"}');
	if (type === 'text' || type === 'json_object') return { type };
	if (type !== 'json_schema') throw refuse('.type', 'text, json_object or json_schema');
	const details = asRecord(format['json_schema']);
	if (!details) throw refuse('.json_schema', 'an object with a name and a schema');
	const { name, strict, schema, ...others } = details;
	if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
		throw refuse('.json_schema.name', 'a name of at most 64 letters, digits, _ and -');
	if (strict !== undefined && strict !== null && typeof strict !== 'boolean')
		throw refuse('.json_schema.strict', 'true or false');
	return {
		type,
		json_schema: {
			...others,
			name,
			...(typeof strict === 'boolean' && { strict }),
			schema: checkAnswerSchema(schema, 'In Extra Body Fields, the schema in response_format'),
		},
	};
}
