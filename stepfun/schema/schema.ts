import { asRecord } from '../json';
import type { JsonSchema } from '../types';
import { formatCheck } from './formats';
import { readPattern, type Pattern } from './pattern';

/** What is wrong with a schema. */
export class BrokenSchema extends Error {
	/**
	 * @param path Where, as a JSON pointer.
	 * @param expected What would be right there, such as `a list of field names`.
	 */
	constructor(
		readonly path: string,
		readonly expected: string,
	) {
		super(`${path} is not ${expected}`);
	}
}

export const TYPES = ['string', 'number', 'integer', 'object', 'array', 'boolean', 'null'] as const;
export type Type = (typeof TYPES)[number];

const COUNTS = [
	'minLength',
	'maxLength',
	'minItems',
	'maxItems',
	'minProperties',
	'maxProperties',
	'minContains',
	'maxContains',
] as const;
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] as const;

/** A schema, ready to be held against data. */
export interface Rule extends Partial<Record<(typeof COUNTS)[number] | (typeof NUMBERS)[number], number>> {
	/** What it is a part of: a document, or a schema with an address of its own. */
	readonly resource: Resource;
	/** Of `false`: nothing is right. */
	never: boolean;
	/** Whether a value without parts is told to keep it by its type, its size and the choices alone. */
	isPlain: boolean;
	types?: readonly Type[];
	/** From enum and const. */
	values?: readonly unknown[];
	ref?: Rule;
	/** Leads to the outermost resource that has an anchor of this name, or to the rule. */
	dynamicRef?: { name: string | undefined; rule: Rule };
	allOf?: Rule[];
	anyOf?: Rule[];
	oneOf?: Rule[];
	not?: Rule;
	if?: Rule;
	then?: Rule;
	else?: Rule;
	required?: readonly string[];
	properties?: ReadonlyMap<string, Rule>;
	patternProperties?: ReadonlyArray<readonly [pattern: Pattern, rule: Rule]>;
	additionalProperties?: Rule;
	propertyNames?: Rule;
	dependentRequired?: ReadonlyArray<readonly [name: string, required: readonly string[]]>;
	dependentSchemas?: ReadonlyArray<readonly [name: string, rule: Rule]>;
	unevaluatedProperties?: Rule;
	prefixItems?: Rule[];
	/** Of the items behind `prefixItems`. */
	items?: Rule;
	contains?: Rule;
	unevaluatedItems?: Rule;
	uniqueItems: boolean;
	pattern?: Pattern;
	format?: { name: string; test: (text: string) => boolean };
}

/** What has an address of its own, and anchors. */
interface Resource {
	readonly uri: string;
	readonly root: unknown;
	readonly anchors: Map<string, JsonSchema>;
	readonly dynamicAnchors: Map<string, JsonSchema>;
}

export interface CompiledSchema {
	root: Rule;
	/** The rule that a dynamic reference by this name leads to in a resource. */
	dynamicRule(resource: Resource, name: string): Rule | undefined;
	/** Whether it takes note of what its parts have looked at. */
	hasUnevaluated: boolean;
	hasDynamicRefs: boolean;
}

type Draft = '7' | '2020-12';

/** The longest chain of schemas for the same value, such as references to references. */
const LONGEST_CHAIN = 200;
/** The address of a schema that says none. */
const NOWHERE = 'https://schema.invalid/';

/**
 * Reads a JSON Schema of draft 7 or 2020-12: by what its `$schema` says, or of 2020-12.
 *
 * @throws BrokenSchema for what is no schema, and for one that cannot be held against anything: references that lead nowhere, outside
 * or back to themselves.
 */
export function compileSchema(schema: JsonSchema | boolean): CompiledSchema {
	return new Compiler(schema).compile();
}

function draftOf(schema: unknown): Draft {
	const uri = asRecord(schema)?.['$schema'];
	if (uri === undefined) return '2020-12';
	if (typeof uri === 'string') {
		if (/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test(uri)) return '7';
		if (/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(uri)) return '2020-12';
	}
	throw new BrokenSchema(
		'/$schema',
		'http://json-schema.org/draft-07/schema# or https://json-schema.org/draft/2020-12/schema',
	);
}

export const MAPS = ['$defs', 'definitions', 'properties', 'patternProperties', 'dependentSchemas'];
export const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
export const SINGLES = [
	'items',
	'additionalItems',
	'unevaluatedItems',
	'contains',
	'additionalProperties',
	'unevaluatedProperties',
	'propertyNames',
	'not',
	'if',
	'then',
	'else',
];
/** Keywords by which an object is told to be a schema rather than data. */
export const TELLING = [
	'$schema',
	'$ref',
	'type',
	'enum',
	'const',
	'required',
	'dependentRequired',
	...MAPS,
	...LISTS,
	...SINGLES,
	...COUNTS,
];
const ONLY_2020 = ['prefixItems', 'unevaluatedItems', 'unevaluatedProperties', 'dependentSchemas', 'dependentRequired'];
const ONLY_7 = ['additionalItems', 'dependencies'];
const isTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** The steps of a JSON pointer, escaped. */
export const pointerStep = (key: string | number): string => `/${String(key).replace(/~/g, '~0').replace(/\//g, '~1')}`;

class Compiler {
	private readonly draft: Draft;
	private readonly resources = new Map<string, Resource>();
	/** The resource that a schema belongs to, of those that have been looked at. */
	private readonly resourceOf = new Map<JsonSchema, Resource>();
	private readonly paths = new Map<object, string>();
	private readonly rules = new Map<JsonSchema, Rule>();
	private readonly always: Rule;
	private readonly nothing: Rule;

	constructor(private readonly schema: JsonSchema | boolean) {
		this.draft = draftOf(schema);
		const resource = this.open(NOWHERE, schema);
		this.always = newRule(resource);
		this.nothing = { ...newRule(resource), never: true };
		this.index(schema, resource, '');
	}

	compile(): CompiledSchema {
		const root = this.rule(this.schema);
		// The list grows while it is read.
		for (const schema of this.resourceOf.keys()) this.rule(schema);
		for (const [schema, rule] of this.rules) this.fill(schema, rule);
		this.refuseCircles();
		return {
			root,
			dynamicRule: (resource, name) => {
				const schema = resource.dynamicAnchors.get(name);
				return schema && this.rule(schema);
			},
			hasUnevaluated: [...this.rules.values()].some((rule) => rule.unevaluatedItems ?? rule.unevaluatedProperties),
			hasDynamicRefs: [...this.rules.values()].some(({ dynamicRef }) => dynamicRef),
		};
	}

	private open(uri: string, root: unknown): Resource {
		const resource: Resource = { uri, root, anchors: new Map(), dynamicAnchors: new Map() };
		this.resources.set(uri, resource);
		return resource;
	}

	private has(name: string): boolean {
		return !(this.draft === '7' ? ONLY_2020 : ONLY_7).includes(name);
	}

	// --- Shape, addresses and anchors

	/** Looks at a schema and all schemas in it: their shape, and the addresses by which others refer to them. */
	private index(value: unknown, outer: Resource, path: string): void {
		if (typeof value === 'boolean') return;
		const schema = asRecord(value);
		if (!schema) throw new BrokenSchema(path, 'a schema');
		if (this.resourceOf.has(schema)) return;
		this.checkKeywords(schema, path);
		// In draft 7, nothing beside a reference counts.
		const isReference = this.draft === '7' && schema['$ref'] !== undefined;
		const resource = isReference ? outer : this.identify(schema, outer, path);
		this.resourceOf.set(schema, resource);
		this.paths.set(schema, path);
		for (const name of MAPS.filter((name) => schema[name] !== undefined)) {
			const map = asRecord(schema[name]);
			if (!map) throw new BrokenSchema(`${path}/${name}`, 'an object of schemas');
			for (const [key, inner] of Object.entries(map)) this.index(inner, resource, `${path}/${name}${pointerStep(key)}`);
		}
		for (const name of LISTS.filter((name) => schema[name] !== undefined)) {
			this.indexList(schema[name], resource, `${path}/${name}`);
		}
		for (const name of SINGLES.filter((name) => schema[name] !== undefined)) {
			const inner = schema[name];
			if (name === 'items' && this.draft === '7' && Array.isArray(inner)) {
				inner.forEach((item, i) => this.index(item, resource, `${path}/items/${i}`));
			} else this.index(inner, resource, `${path}/${name}`);
		}
		if (this.has('dependencies') && schema['dependencies'] !== undefined) {
			const map = asRecord(schema['dependencies']);
			if (!map) throw new BrokenSchema(`${path}/dependencies`, 'an object of schemas or lists of field names');
			for (const [key, inner] of Object.entries(map)) {
				if (!isTexts(inner)) this.index(inner, resource, `${path}/dependencies${pointerStep(key)}`);
			}
		}
	}

	private indexList(list: unknown, resource: Resource, path: string): void {
		if (!Array.isArray(list) || list.length === 0) throw new BrokenSchema(path, 'a list of schemas');
		list.forEach((inner, i) => this.index(inner, resource, `${path}/${i}`));
	}

	/** Takes note of a schema's own address and anchors. */
	private identify(schema: JsonSchema, outer: Resource, path: string): Resource {
		let resource = outer;
		const id = schema['$id'];
		if (typeof id === 'string') {
			const { uri, fragment } = this.resolve(id, outer, `${path}/$id`);
			if (fragment !== '') {
				if (this.draft !== '7') throw new BrokenSchema(`${path}/$id`, 'an address without #');
				outer.anchors.set(fragment, schema);
			}
			if (uri !== outer.uri || path === '') {
				resource = path === '' ? { ...outer, uri } : this.open(uri, schema);
				this.resources.set(uri, resource);
			}
		}
		for (const [name, anchors] of [
			['$anchor', resource.anchors],
			['$dynamicAnchor', resource.dynamicAnchors],
		] as const) {
			const anchor = this.draft === '7' ? undefined : schema[name];
			if (typeof anchor !== 'string') continue;
			anchors.set(anchor, schema);
			resource.anchors.set(anchor, schema);
		}
		return resource;
	}

	private checkKeywords(schema: JsonSchema, path: string): void {
		const check = (name: string, isRight: (value: unknown) => boolean, expected: string): void => {
			if (schema[name] !== undefined && !isRight(schema[name])) throw new BrokenSchema(`${path}/${name}`, expected);
		};
		const isText = (value: unknown): boolean => typeof value === 'string';
		check(
			'type',
			(value) =>
				[value].flat().length > 0 && [value].flat().every((type) => (TYPES as readonly unknown[]).includes(type)),
			`one of ${TYPES.join(', ')}`,
		);
		check('required', isTexts, 'a list of field names');
		check('enum', (value) => Array.isArray(value) && value.length > 0, 'a list of values');
		for (const name of COUNTS)
			check(name, (value) => Number.isInteger(value) && (value as number) >= 0, 'a whole number of at least 0');
		for (const name of NUMBERS) check(name, (value) => typeof value === 'number', 'a number');
		check('multipleOf', (value) => (value as number) > 0, 'a number above 0');
		check('uniqueItems', (value) => typeof value === 'boolean', 'true or false');
		for (const name of ['$ref', '$dynamicRef', '$id', '$anchor', '$dynamicAnchor', 'format'])
			check(name, isText, 'text');
		check(
			'pattern',
			(value) => typeof value === 'string' && readPattern(value) !== undefined,
			'a regular expression that can be checked (without references to its groups)',
		);
		for (const source of Object.keys(asRecord(schema['patternProperties']) ?? {})) {
			if (readPattern(source)) continue;
			throw new BrokenSchema(
				`${path}/patternProperties${pointerStep(source)}`,
				'named by a regular expression that can be checked (without references to its groups)',
			);
		}
		if (!this.has('dependentRequired')) return;
		check(
			'dependentRequired',
			(value) => Object.values(asRecord(value) ?? { none: value }).every(isTexts),
			'an object of lists of field names',
		);
	}

	// --- References

	private resolve(reference: string, resource: Resource, path: string): { uri: string; fragment: string } {
		if (!URL.canParse(reference, resource.uri)) throw new BrokenSchema(path, 'an address');
		const url = new URL(reference, resource.uri);
		const fragment = decode(url.hash.slice(1));
		url.hash = '';
		return { uri: url.href, fragment };
	}

	/** The schema that a reference leads to. */
	private target(reference: string, schema: JsonSchema, name: string): { value: unknown; fragment: string } {
		const path = `${this.paths.get(schema)!}/${name}`;
		const own = this.resourceOf.get(schema)!;
		const { uri, fragment } = this.resolve(reference, own, path);
		const resource = this.resources.get(uri);
		if (!resource) throw new BrokenSchema(path, 'a reference to a place in this schema, such as #/$defs/item');
		const value =
			fragment === '' || fragment.startsWith('/')
				? this.followPointer(resource, fragment)
				: resource.anchors.get(fragment);
		if (value === undefined) throw new BrokenSchema(path, 'a reference to a place that this schema has');
		return { value, fragment };
	}

	private followPointer(resource: Resource, pointer: string): unknown {
		let value = resource.root;
		let nearest = resource;
		for (const step of pointer.split('/').slice(1)) {
			const key = step.replace(/~1/g, '/').replace(/~0/g, '~');
			if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
			value = (value as Record<string, unknown>)[key];
			nearest = this.resourceOf.get(value as JsonSchema) ?? nearest;
		}
		// A place that is no schema by its keyword becomes one by being referred to.
		this.index(value, nearest, pointer);
		return value;
	}

	// --- Rules

	/** The rule of a schema; it is filled in later. */
	private rule(value: unknown): Rule {
		if (typeof value === 'boolean') return value ? this.always : this.nothing;
		const schema = value as JsonSchema;
		const known = this.rules.get(schema);
		if (known) return known;
		const rule = newRule(this.resourceOf.get(schema)!);
		this.rules.set(schema, rule);
		return rule;
	}

	private fill(schema: JsonSchema, rule: Rule): void {
		rule.isPlain = false;
		this.link(schema, rule);
		if (this.draft === '7' && schema['$ref'] !== undefined) return;
		this.readValues(schema, rule);
		this.readObject(schema, rule);
		this.readList(schema, rule);
		rule.isPlain =
			this.inPlace(rule).length === 0 &&
			!(rule.pattern ?? rule.format) &&
			rule.minLength === undefined &&
			rule.maxLength === undefined;
	}

	private link(schema: JsonSchema, rule: Rule): void {
		if (typeof schema['$ref'] === 'string') rule.ref = this.rule(this.target(schema['$ref'], schema, '$ref').value);
		if (this.draft === '7') return;
		if (typeof schema['$dynamicRef'] === 'string') {
			const { value, fragment } = this.target(schema['$dynamicRef'], schema, '$dynamicRef');
			const target = asRecord(value);
			rule.dynamicRef = {
				name: target?.['$dynamicAnchor'] === fragment ? fragment : undefined,
				rule: this.rule(value),
			};
		}
	}

	private one(schema: JsonSchema, name: string): Rule | undefined {
		return schema[name] === undefined || !this.has(name) ? undefined : this.rule(schema[name]);
	}

	private list(schema: JsonSchema, name: string): Rule[] | undefined {
		const list = this.has(name) ? schema[name] : undefined;
		return Array.isArray(list) ? list.map((entry) => this.rule(entry)) : undefined;
	}

	private entries(schema: JsonSchema, name: string): Array<[string, Rule]> | undefined {
		const map = this.has(name) ? asRecord(schema[name]) : undefined;
		return map && Object.entries(map).map(([key, inner]) => [key, this.rule(inner)]);
	}

	private readValues(schema: JsonSchema, rule: Rule): void {
		const { type, format, pattern } = schema;
		const values = 'const' in schema ? [schema['const']] : undefined;
		const choices = schema['enum'] as unknown[] | undefined;
		const check = typeof format === 'string' ? formatCheck(format) : undefined;
		Object.assign(rule, {
			...(type !== undefined && { types: [type].flat() }),
			...((values ?? choices) && {
				values: values && choices ? choices.filter((choice) => isSame(choice, values[0])) : (values ?? choices),
			}),
			allOf: this.list(schema, 'allOf'),
			anyOf: this.list(schema, 'anyOf'),
			oneOf: this.list(schema, 'oneOf'),
			not: this.one(schema, 'not'),
			if: this.one(schema, 'if'),
			then: this.one(schema, 'then'),
			else: this.one(schema, 'else'),
			...Object.fromEntries([...COUNTS, ...NUMBERS].map((name) => [name, schema[name]])),
			...(typeof pattern === 'string' && { pattern: readPattern(pattern)! }),
			...(check && { format: { name: format, test: check } }),
		});
	}

	private readObject(schema: JsonSchema, rule: Rule): void {
		const properties = this.entries(schema, 'properties');
		const dependencies = this.has('dependencies') ? Object.entries(asRecord(schema['dependencies']) ?? {}) : [];
		Object.assign(rule, {
			required: schema['required'],
			...(properties && { properties: new Map(properties) }),
			patternProperties: this.entries(schema, 'patternProperties')?.map(([source, inner]) => [
				readPattern(source)!,
				inner,
			]),
			additionalProperties: this.one(schema, 'additionalProperties'),
			propertyNames: this.one(schema, 'propertyNames'),
			unevaluatedProperties: this.one(schema, 'unevaluatedProperties'),
			dependentRequired: [
				...Object.entries(this.has('dependentRequired') ? (asRecord(schema['dependentRequired']) ?? {}) : {}),
				...dependencies.filter(([, inner]) => Array.isArray(inner)),
			],
			dependentSchemas: [
				...(this.entries(schema, 'dependentSchemas') ?? []),
				...dependencies.filter(([, inner]) => !Array.isArray(inner)).map(([name, inner]) => [name, this.rule(inner)]),
			],
		});
	}

	private readList(schema: JsonSchema, rule: Rule): void {
		const isTuple = Array.isArray(schema['items']);
		Object.assign(rule, {
			prefixItems: isTuple ? this.list(schema, 'items') : this.list(schema, 'prefixItems'),
			items: isTuple ? this.one(schema, 'additionalItems') : this.one(schema, 'items'),
			contains: this.one(schema, 'contains'),
			unevaluatedItems: this.one(schema, 'unevaluatedItems'),
			uniqueItems: schema['uniqueItems'] === true,
			// Draft 7 has no such limits.
			...(this.draft === '7' && { minContains: undefined, maxContains: undefined }),
		});
	}

	/** A schema that leads back to itself without looking into the value would never come to an end. */
	private refuseCircles(): void {
		const lengths = new Map<Rule, number>();
		const under = new Set<Rule>();
		const pathOf = new Map([...this.rules].map(([schema, rule]) => [rule, this.paths.get(schema)!]));
		const lengthFrom = (rule: Rule, length: number): number => {
			const known = lengths.get(rule);
			if (known !== undefined) return known;
			if (under.has(rule))
				throw new BrokenSchema(pathOf.get(rule) ?? '', 'a schema that comes to an end: it refers to itself');
			if (length > LONGEST_CHAIN) {
				throw new BrokenSchema(pathOf.get(rule) ?? '', `reached by fewer than ${LONGEST_CHAIN} references`);
			}
			under.add(rule);
			const longest = this.inPlace(rule).reduce((most, next) => Math.max(most, 1 + lengthFrom(next, length + 1)), 0);
			under.delete(rule);
			lengths.set(rule, longest);
			return longest;
		};
		for (const rule of this.rules.values()) {
			if (lengthFrom(rule, 0) > LONGEST_CHAIN)
				throw new BrokenSchema(pathOf.get(rule) ?? '', `one with fewer than ${LONGEST_CHAIN} references in a row`);
		}
	}

	/** The rules that a rule applies to the same value. */
	private inPlace(rule: Rule): Rule[] {
		const { ref, dynamicRef, allOf = [], anyOf = [], oneOf = [], not, dependentSchemas = [] } = rule;
		const dynamic = dynamicRef?.name;
		const others =
			dynamic === undefined
				? []
				: [...this.resources.values()].flatMap(({ dynamicAnchors }) => dynamicAnchors.get(dynamic) ?? []);
		return [
			ref,
			dynamicRef?.rule,
			...others.map((schema) => this.rule(schema)),
			...allOf,
			...anyOf,
			...oneOf,
			not,
			rule.if,
			rule.then,
			rule.else,
			...dependentSchemas.map(([, inner]) => inner),
		].filter((inner) => inner !== undefined);
	}
}

function decode(fragment: string): string {
	try {
		return decodeURIComponent(fragment);
	} catch {
		return fragment;
	}
}

const newRule = (resource: Resource): Rule => ({ resource, never: false, isPlain: true, uniqueItems: false });

/** Whether two values of JSON are the same; 1.0 is 1, and the order of fields says nothing. */
export function isSame(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
	if (Array.isArray(a) || Array.isArray(b)) {
		return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((entry, i) => isSame(entry, b[i]));
	}
	const names = Object.keys(a);
	return (
		names.length === Object.keys(b).length &&
		names.every(
			(name) =>
				Object.hasOwn(b, name) && isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
		)
	);
}
