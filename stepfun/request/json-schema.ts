import { invalidInput } from '../errors';
import { asRecord } from '../json';
import { BrokenSchema, compileSchema, LISTS, MAPS, SINGLES, TELLING, TYPES } from '../schema/schema';
import type { JsonSchema } from '../types';
import * as texts from './texts';

/**
 * The schema of data that looks like an example: every field of an object is required, the entries of a list are taken
 * together, null and mixed types allow anything. `closed` says that objects take no further fields, as strict output asks for.
 */
export function schemaFromExample(example: unknown, { closed = false } = {}): JsonSchema {
	if (Array.isArray(example)) {
		const entries = example.map((entry) => schemaFromExample(entry, { closed }));
		return { type: 'array', items: entries.length === 0 ? {} : entries.reduce(merged) };
	}
	const fields = asRecord(example);
	if (!fields) return example === null || example === undefined ? {} : { type: typeof example };
	return {
		type: 'object',
		properties: Object.fromEntries(
			Object.entries(fields).map(([name, value]) => [name, schemaFromExample(value, { closed })]),
		),
		required: Object.keys(fields),
		...(closed && { additionalProperties: false }),
	};
}

/** One schema for two entries of a list; a field is required where both have it. */
function merged(a: JsonSchema, b: JsonSchema): JsonSchema {
	if (a['type'] !== b['type']) return {};
	if (a['type'] === 'array') return { ...a, items: merged(a['items'] as JsonSchema, b['items'] as JsonSchema) };
	if (a['type'] !== 'object') return a;
	const [first, second] = [
		a['properties'] as Record<string, JsonSchema>,
		b['properties'] as Record<string, JsonSchema>,
	];
	const both = Object.entries(second).map(([name, schema]): [string, JsonSchema] => [
		name,
		Object.hasOwn(first, name) ? merged(first[name]!, schema) : schema,
	]);
	return {
		...a,
		properties: { ...first, ...Object.fromEntries(both) },
		required: (a['required'] as string[]).filter((name) => (b['required'] as string[]).includes(name)),
	};
}

/**
 * Checks the shape of a JSON Schema, not each of its keywords.
 *
 * @param label The field or tool that it belongs to, as its reader knows it.
 * @throws StepfunError `invalid_input` that names the place inside it.
 */
export function checkSchema(value: unknown, label: string): JsonSchema {
	const schema = asRecord(value);
	if (!schema || !TELLING.some((keyword) => keyword in schema)) {
		throw invalidInput(texts.notASchema(label));
	}
	checkNested(schema, label, '');
	return schema;
}

/**
 * Checks that answers can be held against a JSON Schema.
 *
 * @param label As above.
 * @throws StepfunError `invalid_input` that names the place inside it, also for references that lead nowhere, outside or in a circle.
 */
export function checkAnswerSchema(value: unknown, label: string): JsonSchema {
	const schema = asRecord(value);
	if (!schema || !TELLING.some((keyword) => keyword in schema)) throw invalidInput(texts.notASchema(label));
	try {
		compileSchema(schema);
		return schema;
	} catch (error) {
		if (!(error instanceof BrokenSchema)) throw error;
		refuse(label, error.path, error.expected);
	}
}

function checkNested(value: unknown, label: string, path: string): void {
	if (typeof value === 'boolean' && path !== '') return;
	const schema = asRecord(value);
	if (!schema) refuse(label, path, 'a schema');
	const types = schema['type'] === undefined ? [] : [schema['type']].flat();
	if (types.some((type) => !(TYPES as readonly unknown[]).includes(type)))
		refuse(label, `${path}/type`, `one of ${TYPES.join(', ')}`);
	const required = schema['required'];
	if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string'))) {
		refuse(label, `${path}/required`, 'a list of field names');
	}
	if (schema['enum'] !== undefined && !(Array.isArray(schema['enum']) && schema['enum'].length > 0))
		refuse(label, `${path}/enum`, 'a list of values');
	for (const keyword of MAPS.filter((name) => name in schema)) {
		const map = asRecord(schema[keyword]);
		if (!map) refuse(label, `${path}/${keyword}`, 'an object of schemas');
		for (const [name, nested] of Object.entries(map)) checkNested(nested, label, `${path}/${keyword}/${name}`);
	}
	for (const keyword of LISTS.filter((name) => name in schema)) {
		const list = schema[keyword];
		if (!Array.isArray(list) || list.length === 0) refuse(label, `${path}/${keyword}`, 'a list of schemas');
		list.forEach((nested, i) => checkNested(nested, label, `${path}/${keyword}/${i}`));
	}
	for (const keyword of SINGLES.filter((name) => name in schema))
		checkNested(schema[keyword], label, `${path}/${keyword}`);
}

function refuse(label: string, path: string, expected: string): never {
	throw invalidInput(texts.invalidSchema(label, path === '' ? 'its root' : path, expected));
}
