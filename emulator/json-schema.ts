import { isObject, type JsonObject } from './types';
import type { Words } from './words';

/** Beyond this depth optional properties and array items are left out, so that recursive schemas end. */
const deep = 6;
const bottom = 20;

const formats: Record<string, string> = {
	date: '2026-01-31',
	time: '12:30:00Z',
	'date-time': '2026-01-31T12:30:00Z',
	email: 'ada@example.com',
	uri: 'https://example.com/',
	url: 'https://example.com/',
	uuid: '7f1b0c9e-52a6-483f-a589-948182676a1b',
	ipv4: '192.0.2.1',
	hostname: 'example.com',
};

/**
 * A value that fits a JSON Schema, filled with the words of the question: the i-th string takes the i-th phrase
 * (the last one when there are no more), numbers likewise. Every property is given, required or not. Understands
 * type, properties, required, additionalProperties, items, prefixItems, enum, const, default, format, the bounds of
 * strings, numbers and arrays, anyOf, oneOf (first branch), allOf and local $ref; not `pattern`.
 */
export function fitSchema(schema: unknown, words: Words): unknown {
	const filler = { ...words, phrases: [...words.phrases], numbers: [...words.numbers] };
	return fit(schema, { root: schema, filler, depth: 0 });
}

interface Context {
	root: unknown;
	filler: Words;
	depth: number;
}

function fit(schema: unknown, context: Context): unknown {
	if (context.depth > bottom) return null;
	const plain = resolve(schema, context.root);
	if ('const' in plain) return plain.const;
	if ('default' in plain) return plain.default;
	if (Array.isArray(plain.enum) && plain.enum.length > 0) return chooseMentioned(plain.enum, context.filler);
	switch (typeOf(plain)) {
		case 'object':
			return fitObject(plain, context);
		case 'array':
			return fitArray(plain, context);
		case 'number':
		case 'integer':
			return fitNumber(plain, context.filler);
		case 'boolean':
			return true;
		case 'null':
			return null;
		default:
			return fitString(plain, context.filler);
	}
}

/** Follows local $ref, merges allOf and takes the first branch of anyOf and oneOf. */
function resolve(schema: unknown, root: unknown, steps = 0): JsonObject {
	if (!isObject(schema) || steps > bottom) return {};
	const { $ref, allOf, anyOf, oneOf, ...own } = schema;
	if (typeof $ref === 'string') {
		return { ...resolve(pointer(root, $ref), root, steps + 1), ...own };
	}
	const branches = [
		...(Array.isArray(allOf) ? allOf : []),
		...(Array.isArray(anyOf) ? anyOf.slice(0, 1) : []),
		...(Array.isArray(oneOf) ? oneOf.slice(0, 1) : []),
	];
	return branches.reduce<JsonObject>((merged, branch) => merge(merged, resolve(branch, root, steps + 1)), own);
}

function merge(left: JsonObject, right: JsonObject): JsonObject {
	return {
		...left,
		...right,
		...(Boolean(left.properties || right.properties) && {
			properties: Object.assign({}, left.properties, right.properties),
		}),
		...(Boolean(left.required || right.required) && {
			required: [left.required ?? [], right.required ?? []].flat(),
		}),
	};
}

function pointer(root: unknown, ref: string): unknown {
	if (!ref.startsWith('#')) return {};
	const keys = ref.slice(1).split('/').slice(1);
	return keys.reduce<unknown>(
		(value, key) =>
			isObject(value) || Array.isArray(value)
				? (value as JsonObject)[decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')]
				: undefined,
		root,
	);
}

function typeOf(schema: JsonObject): unknown {
	const { type } = schema;
	if (Array.isArray(type)) return type.find((name) => name !== 'null') ?? 'null';
	if (type !== undefined) return type;
	if (schema.properties || schema.required || schema.additionalProperties) return 'object';
	if (schema.items || schema.prefixItems) return 'array';
	return 'string';
}

function chooseMentioned(values: unknown[], words: Words): unknown {
	const said = words.text.toLowerCase();
	return values.find((value) => value !== '' && said.includes(String(value).toLowerCase())) ?? values[0];
}

function fitObject(schema: JsonObject, context: Context): JsonObject {
	const properties = isObject(schema.properties) ? schema.properties : {};
	const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
	const names = context.depth > deep ? required : [...new Set([...Object.keys(properties), ...required])];
	const inner = { ...context, depth: context.depth + 1 };
	const entries = names.map((name) => [name, fit(properties[name], inner)] as const);
	if (names.length === 0 && isObject(schema.additionalProperties) && context.depth <= deep) {
		return { key: fit(schema.additionalProperties, inner) };
	}
	return Object.fromEntries(entries);
}

function fitArray(schema: JsonObject, context: Context): unknown[] {
	const inner = { ...context, depth: context.depth + 1 };
	const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
	const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
	const most = typeof schema.maxItems === 'number' ? schema.maxItems : Infinity;
	const length = Math.min(Math.max(least, first.length, context.depth > deep ? 0 : 1), most);
	return Array.from({ length }, (_, index) => fit(first[index] ?? schema.items, inner));
}

/** Takes the next word and keeps the last one for those who come after. */
const next = <T>(list: T[]): T | undefined => (list.length > 1 ? list.shift() : list[0]);

function fitNumber(schema: JsonObject, words: Words): number {
	const bound = (name: string) => (typeof schema[name] === 'number' ? (schema[name] as number) : undefined);
	const whole = typeOf(schema) === 'integer';
	const step = bound('multipleOf') ?? (whole ? 1 : undefined);
	const gap = step ?? 0.5;
	const above = bound('exclusiveMinimum');
	const below = bound('exclusiveMaximum');
	const low = bound('minimum') ?? (above === undefined ? -Infinity : above + gap);
	const high = bound('maximum') ?? (below === undefined ? Infinity : below - gap);
	const wanted = Math.min(Math.max(next(words.numbers) ?? 1, low), high);
	if (step === undefined) return wanted;
	const down = Math.floor(wanted / step) * step;
	return down < low ? Math.ceil(wanted / step) * step : down;
}

function fitString(schema: JsonObject, words: Words): string {
	const known = formats[String(schema.format)];
	if (known !== undefined) return known;
	const least = typeof schema.minLength === 'number' ? schema.minLength : 0;
	const most = typeof schema.maxLength === 'number' ? schema.maxLength : Infinity;
	return (next(words.phrases) ?? 'text').slice(0, most).padEnd(least, '.');
}
