import { asRecord } from '../json';
import type { Violation } from '../types';
import { isSame, pointerStep, type CompiledSchema, type Rule, type Type } from './schema';
import { Steps, TooMuchWork, type Sliced } from './work';

/**
 * Holds data against a schema. The time is in proportion to the data; after each few ms of it the generator yields.
 *
 * @param most How many violations are told at most.
 * @returns Those that were found; an empty list for data that fits.
 */
export function* violationsOf(value: unknown, schema: CompiledSchema, most: number): Sliced<Violation[]> {
	const report = new Report(most);
	try {
		yield* new Validation(schema).check(schema.root, value, undefined, report, undefined);
		return report.violations;
	} catch (error) {
		if (!(error instanceof TooMuchWork)) throw error;
		return [{ path: '', expected: 'data that can be checked against this schema', got: 'more than can be checked' }];
	}
}

interface Fault {
	expected: string;
	got: string;
	/** Whether it says that a value is of another kind; as a field, that the object is, if it names one. */
	tellsKind?: 'alone' | 'in-object';
}

/** Where a value stands: its step, and where that begins. */
interface Place {
	outer: Place | undefined;
	key: string | number;
}

const pathOf = (place: Place | undefined): string => (place ? pathOf(place.outer) + pointerStep(place.key) : '');

class Report {
	readonly violations: Violation[] = [];
	/** Whether one of them says that the whole is of another kind, by its type or by a field that names the kind. */
	isOfOtherKind = false;

	/** @param base Where the whole stands. */
	constructor(
		readonly most: number,
		private readonly base?: Place,
	) {}

	get isFull(): boolean {
		return this.violations.length >= this.most;
	}

	add(place: Place | undefined, { expected, got, tellsKind }: Fault): void {
		if (place === this.base ? tellsKind !== undefined : tellsKind === 'in-object' && place?.outer === this.base) {
			this.isOfOtherKind = true;
		}
		if (!this.isFull) this.violations.push({ path: pathOf(place), expected, got });
	}
}

/** The fields and items of a value that some rule has looked at. */
class Seen {
	readonly names = new Set<string>();
	readonly indexes = new Set<number>();

	join({ names, indexes }: Seen): void {
		for (const name of names) this.names.add(name);
		for (const index of indexes) this.indexes.add(index);
	}
}

/** What a check takes, beside a step within a pattern. */
const STEPS_OF_A_CHECK = 10;
/** Rules within each other, and within each other's data, that are followed at most. */
const DEEPEST = 1_500;
/** Alternatives within each other whose faults are told; of those within them, only that there is none that fits. */
const MOST_EXPLAINED = 3;

class Validation {
	private readonly steps = new Steps();
	private depth = 0;
	/** The resources that have led to a rule, from the outermost. */
	private readonly scope: Array<Rule['resource']> = [];
	/** Which values keep which of several rules. */
	private readonly kept = new Map<Rule, Map<object, boolean>>();
	/** Alternatives within each other that are being explained. */
	private explained = 0;

	constructor(private readonly schema: CompiledSchema) {}

	/**
	 * Whether a value keeps a rule.
	 *
	 * @param report Takes what is wrong; without it, the first fault ends the check.
	 * @param seen Takes what the rule has looked at.
	 */
	*check(
		rule: Rule,
		value: unknown,
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		if (this.steps.take(STEPS_OF_A_CHECK)) yield;
		if (this.depth > DEEPEST) throw new TooMuchWork();
		this.depth += 1;
		const isEntered = this.scope.at(-1) !== rule.resource;
		if (isEntered) this.scope.push(rule.resource);
		const fault = this.faultOf(rule, value);
		if (fault) {
			report?.add(place, fault);
		}
		let isRight = fault === undefined;
		if (isRight || (report && !fault!.tellsKind)) {
			const hasUnevaluated = rule.unevaluatedProperties !== undefined || rule.unevaluatedItems !== undefined;
			const own = this.schema.hasUnevaluated && (seen || hasUnevaluated) ? new Seen() : undefined;
			isRight = (yield* this.checkInPlace(rule, value, place, report, own)) && isRight;
			if (typeof value === 'string') {
				isRight = (isRight || report !== undefined) && (yield* this.checkText(rule, value, place, report)) && isRight;
			} else if (Array.isArray(value)) {
				isRight =
					(isRight || report !== undefined) && (yield* this.checkList(rule, value, place, report, own)) && isRight;
			} else if (value !== null && typeof value === 'object') {
				const fields = value as Record<string, unknown>;
				isRight =
					(isRight || report !== undefined) && (yield* this.checkObject(rule, fields, place, report, own)) && isRight;
			}
			// What is wrong by itself is not told as unknown as well.
			if ((isRight || report) && own) seen?.join(own);
		}
		if (isEntered) this.scope.pop();
		this.depth -= 1;
		return isRight;
	}

	/** The same of a value and a rule that have no parts; undefined of others. */
	private glance(rule: Rule, value: unknown, place: Place, report: Report | undefined): boolean | undefined {
		if (!rule.isPlain || (value !== null && typeof value === 'object')) return undefined;
		this.steps.spend(STEPS_OF_A_CHECK / 2);
		const fault = this.faultOf(rule, value);
		if (fault) report?.add(place, fault);
		return !fault;
	}

	/** What can be told at a glance. */
	private faultOf(rule: Rule, value: unknown): Fault | undefined {
		const of = (expected: string, got = shown(value), tellsKind?: Fault['tellsKind']): Fault => ({
			expected,
			got,
			tellsKind,
		});
		if (rule.never) return of('no such value', undefined, 'alone');
		if (rule.types && !rule.types.some((type) => isOfType(value, type))) return of(described(rule), undefined, 'alone');
		if (rule.values && !rule.values.some((one) => isSame(one, value)))
			return of(described(rule), undefined, rule.values.length === 1 ? 'in-object' : 'alone');
		if (typeof value === 'number') {
			// JSON has larger numbers than JavaScript.
			if (!Number.isFinite(value)) return of('a number from -1e308 to 1e308');
			const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = rule;
			if (minimum !== undefined && value < minimum) return of(`at least ${minimum}`);
			if (maximum !== undefined && value > maximum) return of(`at most ${maximum}`);
			if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return of(`more than ${exclusiveMinimum}`);
			if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return of(`less than ${exclusiveMaximum}`);
			if (multipleOf !== undefined && !isMultiple(value, multipleOf)) return of(`a multiple of ${multipleOf}`);
		} else if (Array.isArray(value)) {
			const { minItems, maxItems } = rule;
			const got = counted(value.length, 'item');
			if (minItems !== undefined && value.length < minItems) return of(`at least ${counted(minItems, 'item')}`, got);
			if (maxItems !== undefined && value.length > maxItems) return of(`at most ${counted(maxItems, 'item')}`, got);
		}
		return undefined;
	}

	/** The rules for the same value. */
	private *checkInPlace(
		rule: Rule,
		value: unknown,
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		let isRight = true;
		const { ref, dynamicRef, allOf, anyOf, oneOf, not } = rule;
		for (const inner of [ref, dynamicRef && this.outermost(dynamicRef), ...(allOf ?? [])]) {
			if (!inner) continue;
			isRight = (yield* this.check(inner, value, place, report, seen)) && isRight;
			if (!isRight && !report) return false;
		}
		if (anyOf) isRight = (yield* this.checkAny(anyOf, value, place, report, seen)) && isRight;
		if (oneOf && (isRight || report)) {
			isRight = (yield* this.checkOne(oneOf, value, place, report, seen)) && isRight;
		}
		if (not && (isRight || report) && (yield* this.check(not, value, place, undefined, undefined))) {
			report?.add(place, { expected: `something other than ${described(not)}`, got: shown(value) });
			isRight = false;
		}
		if (rule.if && (isRight || report)) {
			const found = seen && new Seen();
			const holds = yield* this.check(rule.if, value, place, undefined, found);
			if (holds && found) seen.join(found);
			const next = holds ? rule.then : rule.else;
			if (next) isRight = (yield* this.check(next, value, place, report, seen)) && isRight;
		}
		return isRight;
	}

	/** The rule of a dynamic reference: that of the outermost resource on the way here which has its anchor. */
	private outermost({ name, rule }: NonNullable<Rule['dynamicRef']>): Rule {
		if (name === undefined) return rule;
		for (const resource of this.scope) {
			const found = this.schema.dynamicRule(resource, name);
			if (found) return found;
		}
		return rule;
	}

	private *checkAny(
		rules: Rule[],
		value: unknown,
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		const { matches } = yield* this.alternatives(rules, value, place, seen, seen ? Infinity : 1);
		if (matches > 0) return true;
		if (report) yield* this.explain(rules, value, place, report, seen);
		return false;
	}

	private *checkOne(
		rules: Rule[],
		value: unknown,
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		const { matches } = yield* this.alternatives(rules, value, place, seen, 2);
		if (matches === 1) return true;
		if (matches > 1)
			report?.add(place, { expected: 'something that fits only one of the alternatives', got: shown(value) });
		else if (report) yield* this.explain(rules, value, place, report, seen);
		return false;
	}

	/** How many rules a value keeps, counted up to a number. */
	private *alternatives(
		rules: Rule[],
		value: unknown,
		place: Place | undefined,
		seen: Seen | undefined,
		most: number,
	): Sliced<{ matches: number }> {
		let matches = 0;
		for (const rule of rules) {
			const found = seen && new Seen();
			if (!(yield* this.keeps(rule, value, place, found))) continue;
			if (found) seen.join(found);
			matches += 1;
			if (matches === most) break;
		}
		return { matches };
	}

	/** Whether a value keeps a rule that is one of several; asked once of each, since these may lie within each other many times. */
	private *keeps(rule: Rule, value: unknown, place: Place | undefined, seen: Seen | undefined): Sliced<boolean> {
		if (seen || value === null || typeof value !== 'object' || this.schema.hasDynamicRefs) {
			return yield* this.check(rule, value, place, undefined, seen);
		}
		const known = this.kept.get(rule) ?? new Map<object, boolean>();
		this.kept.set(rule, known);
		const isKept = known.get(value) ?? (yield* this.check(rule, value, place, undefined, undefined));
		known.set(value, isKept);
		return isKept;
	}

	/** Says what is wrong with a value that keeps none of some rules: by the one that it comes nearest to. */
	private *explain(
		rules: Rule[],
		value: unknown,
		place: Place | undefined,
		report: Report,
		seen: Seen | undefined,
	): Sliced<void> {
		if (this.explained === MOST_EXPLAINED)
			return report.add(place, { expected: describedAny(rules), got: shown(value) });
		this.explained += 1;
		let best: Report | undefined;
		let known: Seen | undefined;
		for (const rule of rules) {
			const own = new Report(report.most, place);
			const found = seen && new Seen();
			yield* this.check(rule, value, place, own, found);
			const isBetter =
				!best ||
				Number(own.isOfOtherKind) < Number(best.isOfOtherKind) ||
				(own.isOfOtherKind === best.isOfOtherKind && own.violations.length < best.violations.length);
			if (isBetter) [best, known] = [own, found];
		}
		this.explained -= 1;
		if (known) seen!.join(known);
		const [first] = best!.violations;
		if (best!.isOfOtherKind && first?.path === pathOf(place)) {
			return report.add(place, { expected: describedAny(rules), got: shown(value), tellsKind: 'alone' });
		}
		for (const violation of best!.violations) if (!report.isFull) report.violations.push(violation);
	}

	private *checkText(rule: Rule, text: string, place: Place | undefined, report: Report | undefined): Sliced<boolean> {
		let isRight = true;
		const { minLength = 0, maxLength = Infinity, pattern, format } = rule;
		// A character has one or two units.
		if (text.length < 2 * minLength || text.length > maxLength) {
			if (this.steps.take(text.length / 4)) yield;
			const length = lengthOf(text);
			if (length < minLength || length > maxLength) {
				const bound =
					length < minLength
						? `at least ${counted(minLength, 'character')}`
						: `at most ${counted(maxLength, 'character')}`;
				report?.add(place, { expected: bound, got: counted(length, 'character') });
				isRight = false;
			}
		}
		if (pattern && (isRight || report) && !(yield* pattern.test(text, this.steps))) {
			report?.add(place, { expected: matching(pattern), got: shown(text) });
			isRight = false;
		}
		if (format && (isRight || report)) {
			if (this.steps.take(Math.min(text.length, 20_000))) yield;
			if (!format.test(text)) {
				report?.add(place, { expected: formatted(format), got: shown(text) });
				isRight = false;
			}
		}
		return isRight;
	}

	private *checkList(
		rule: Rule,
		list: unknown[],
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		let isRight = true;
		const { prefixItems = [], items, contains, unevaluatedItems } = rule;
		const known = items ? list.length : Math.min(prefixItems.length, list.length);
		for (let i = 0; i < known; i += 1) {
			seen?.indexes.add(i);
			const inner = prefixItems[i] ?? items!;
			const at = { outer: place, key: i };
			isRight =
				(this.glance(inner, list[i], at, report) ?? (yield* this.check(inner, list[i], at, report, undefined))) &&
				isRight;
			if (!isRight && (!report || report.isFull)) return false;
		}
		if (contains) isRight = (yield* this.checkContains(rule, contains, list, place, report, seen)) && isRight;
		if (rule.uniqueItems && (isRight || report)) {
			const twice = yield* this.firstRepeated(list);
			if (twice !== undefined) {
				report?.add(place, { expected: 'items that are all different', got: `${shown(list[twice])} twice` });
				isRight = false;
			}
		}
		if (unevaluatedItems && (isRight || report)) {
			for (let i = 0; i < list.length; i += 1) {
				if (seen?.indexes.has(i)) continue;
				isRight =
					(yield* this.check(unevaluatedItems, list[i], { outer: place, key: i }, report, undefined)) && isRight;
				seen?.indexes.add(i);
				if (!isRight && (!report || report.isFull)) return false;
			}
		}
		return isRight;
	}

	private *checkContains(
		{ minContains = 1, maxContains = Infinity }: Rule,
		contains: Rule,
		list: unknown[],
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		let matches = 0;
		let other: unknown;
		for (const [i, item] of list.entries()) {
			if (!(yield* this.check(contains, item, undefined, undefined, undefined))) {
				other = item;
				continue;
			}
			matches += 1;
			seen?.indexes.add(i);
			if (matches > maxContains || (matches >= minContains && maxContains === Infinity && !seen)) break;
		}
		if (matches >= minContains && matches <= maxContains) return true;
		const bound = matches < minContains ? `at least ${minContains}` : `at most ${maxContains}`;
		const kind =
			report && matches < minContains && other !== undefined
				? yield* this.wanted(contains, other)
				: described(contains);
		report?.add(place, { expected: `${bound} of the items to be ${kind}`, got: String(matches) });
		return false;
	}

	/** What a value that breaks a rule would have to be. */
	private *wanted(rule: Rule, value: unknown): Sliced<string> {
		const report = new Report(1);
		yield* this.check(rule, value, undefined, report, undefined);
		const { path, expected } = report.violations[0]!;
		return path === '' ? expected : `${expected} at ${path}`;
	}

	/** The position of an item that is there before. */
	private *firstRepeated(list: unknown[]): Sliced<number | undefined> {
		const known = new Set<string>();
		for (const [i, item] of list.entries()) {
			const key = yield* this.canonical(item);
			if (known.has(key)) return i;
			known.add(key);
		}
		return undefined;
	}

	/** The same text for values that are the same. */
	private *canonical(value: unknown): Sliced<string> {
		if (this.steps.take(STEPS_OF_A_CHECK)) yield;
		if (value === null || typeof value !== 'object') return JSON.stringify(value);
		const parts: string[] = [];
		if (Array.isArray(value)) {
			for (const entry of value) parts.push(yield* this.canonical(entry));
			return `[${parts.join(',')}]`;
		}
		for (const name of Object.keys(value).sort()) {
			parts.push(`${JSON.stringify(name)}:${yield* this.canonical((value as Record<string, unknown>)[name])}`);
		}
		return `{${parts.join(',')}}`;
	}

	private *checkObject(
		rule: Rule,
		fields: Record<string, unknown>,
		place: Place | undefined,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		let isRight = true;
		const fail = (at: Place | undefined, expected: string, got: string): void => {
			report?.add(at, { expected: expected, got: got });
			isRight = false;
		};
		const { minProperties = 0, maxProperties = Infinity } = rule;
		const names = Object.keys(fields);
		if (names.length < minProperties)
			fail(place, `at least ${counted(minProperties, 'field')}`, counted(names.length, 'field'));
		if (names.length > maxProperties)
			fail(place, `at most ${counted(maxProperties, 'field')}`, counted(names.length, 'field'));
		for (const name of rule.required ?? []) {
			if (!Object.hasOwn(fields, name))
				fail({ outer: place, key: name }, described(rule.properties?.get(name)), 'nothing: it is missing');
		}
		for (const [name, required] of rule.dependentRequired ?? []) {
			if (!Object.hasOwn(fields, name)) continue;
			for (const other of required.filter((one) => !Object.hasOwn(fields, one))) {
				fail({ outer: place, key: other }, `a value, since there is ${JSON.stringify(name)}`, 'nothing: it is missing');
			}
		}
		if (!isRight && !report) return false;
		for (const [name, inner] of rule.dependentSchemas ?? []) {
			if (!Object.hasOwn(fields, name)) continue;
			isRight = (yield* this.check(inner, fields, place, report, seen)) && isRight;
		}
		for (const name of names) {
			if (!isRight && (!report || report.isFull)) return false;
			isRight =
				(yield* this.checkField(rule, name, fields[name], { outer: place, key: name }, report, seen)) && isRight;
		}
		return isRight;
	}

	private *checkField(
		rule: Rule,
		name: string,
		value: unknown,
		place: Place,
		report: Report | undefined,
		seen: Seen | undefined,
	): Sliced<boolean> {
		let isRight = true;
		let isKnown = false;
		const { properties, patternProperties, additionalProperties, propertyNames, unevaluatedProperties } = rule;
		const own = properties?.get(name);
		if (own) {
			isKnown = true;
			isRight = this.glance(own, value, place, report) ?? (yield* this.check(own, value, place, report, undefined));
		}
		for (const [pattern, inner] of patternProperties ?? []) {
			if (!(yield* pattern.test(name, this.steps))) continue;
			isKnown = true;
			isRight = (yield* this.check(inner, value, place, report, undefined)) && isRight;
		}
		if (propertyNames && !(yield* this.check(propertyNames, name, undefined, undefined, undefined))) {
			const expected = report && (yield* this.wanted(propertyNames, name));
			report?.add(place, { expected: `a name that is ${expected}`, got: shown(name) });
			isRight = false;
		}
		if (!isKnown && additionalProperties) {
			isKnown = true;
			isRight = (yield* this.checkFurther(additionalProperties, rule, value, place, report)) && isRight;
		}
		if (isKnown) seen?.names.add(name);
		if (unevaluatedProperties && !seen!.names.has(name)) {
			isRight = (yield* this.checkFurther(unevaluatedProperties, rule, value, place, report)) && isRight;
			seen!.names.add(name);
		}
		return isRight;
	}

	/** Checks a field that the schema does not name. */
	private *checkFurther(
		inner: Rule,
		{ properties }: Rule,
		value: unknown,
		place: Place,
		report: Report | undefined,
	): Sliced<boolean> {
		if (!inner.never) return yield* this.check(inner, value, place, report, undefined);
		const names = properties ? [...properties.keys()] : [];
		const others = names.length > 0 ? ` (the fields are ${listed(names)})` : '';
		report?.add(place, { expected: `no such field${others}`, got: shown(value) });
		return false;
	}
}

/** How a format looks, where its name does not say it. */
const EXAMPLES: Readonly<Record<string, string>> = {
	date: ', such as 2026-01-31',
	time: ', such as 12:30:00Z',
	'date-time': ', such as 2026-01-31T12:30:00Z',
	duration: ', such as P1DT12H',
	uri: ', such as https://example.com/page',
};
const formatted = ({ name }: NonNullable<Rule['format']>): string =>
	`text in the format ${name}${EXAMPLES[name] ?? ''}`;
const matching = ({ source }: NonNullable<Rule['pattern']>): string => `text that matches the pattern ${source}`;

const isOfType = (value: unknown, type: Type): boolean => {
	switch (type) {
		case 'array':
			return Array.isArray(value);
		case 'object':
			return asRecord(value) !== undefined;
		case 'null':
			return value === null;
		case 'integer':
			return Number.isInteger(value);
		default:
			return typeof value === type;
	}
};

/** Characters, and not the units that JavaScript counts. */
function lengthOf(text: string): number {
	let length = 0;
	for (let i = 0; i < text.length; i += 1) {
		if (text.codePointAt(i)! > 0xffff) i += 1;
		length += 1;
	}
	return length;
}

/** By the digits as they are written: 0.0075 is a multiple of 0.0001. */
function isMultiple(value: number, of: number): boolean {
	const [[a, aScale], [b, bScale]] = [digitsOf(value), digitsOf(of)];
	const scale = BigInt(Math.max(aScale, bScale));
	return (a * 10n ** (scale - BigInt(aScale))) % (b * 10n ** (scale - BigInt(bScale))) === 0n;
}

/** A number as a whole one, and how many of its digits stand behind the point; fewer than none for large ones. */
function digitsOf(value: number): [digits: bigint, scale: number] {
	const [number, exponent = '0'] = String(value).split('e');
	const [whole, part = ''] = number!.split('.');
	return [BigInt(whole + part), part.length - Number(exponent)];
}

const KINDS: Readonly<Record<Type, string>> = {
	string: 'text',
	number: 'a number',
	integer: 'a whole number',
	object: 'an object',
	array: 'a list',
	boolean: 'true or false',
	null: 'null',
};

/** What a value has to be by a rule, as far as that can be said in a few words. */
function described(rule: Rule | undefined, levels = 3): string {
	if (!rule) return 'a value';
	if (rule.never) return 'no such value';
	if (rule.values) return rule.values.length === 1 ? written(rule.values[0]) : `one of ${listed(rule.values)}`;
	if ((rule.types ?? ['string']).join() === 'string') {
		if (rule.format) return formatted(rule.format);
		if (rule.pattern) return matching(rule.pattern);
	}
	if (rule.types) return rule.types.map((type) => KINDS[type]).join(' or ');
	const alternatives = rule.ref ? [rule.ref] : (rule.anyOf ?? rule.oneOf ?? rule.allOf?.slice(0, 1));
	if (alternatives && levels > 0) return describedAny(alternatives, levels - 1);
	if (rule.required) return `an object with ${listed(rule.required)}`;
	return rule.properties ? 'an object' : rule.items ? 'a list' : 'a value that fits the schema';
}

const describedAny = (rules: Rule[], levels?: number): string =>
	[...new Set(rules.slice(0, MOST_LISTED).map((rule) => described(rule, levels)))].join(' or ');

const MOST_LISTED = 12;
const LONGEST_SHOWN = 60;

const listed = (values: readonly unknown[]): string =>
	values.slice(0, MOST_LISTED).map(written).join(', ') + (values.length > MOST_LISTED ? ', …' : '');

/** A value of the schema: what is expected has to be told whole. */
const written = (value: unknown): string =>
	value !== null && typeof value === 'object' ? JSON.stringify(value).slice(0, 300) : shown(value);

function shown(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (value !== null && typeof value === 'object') return 'an object';
	if (typeof value !== 'string') return String(value);
	return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
