import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { invalidInput } from '../../../stepfun/errors';
import { textsOf } from '../../../stepfun/request/data-text';
import { readNumber } from '../../../stepfun/request/number';
import type { ChatRequest } from '../../../stepfun/types';
import * as texts from '../texts';

/** A setting in the Options collection: what the panel shows of it, and how its value is read. */
export interface Option<Value> {
	/** In n8n's own form, which n8n's lint knows. */
	property: INodeProperties;
	/**
	 * Reads what the panel or an expression returns; undefined for an option that is not set.
	 *
	 * @throws StepfunError `invalid_input`
	 */
	read: (value: unknown) => Value | undefined;
}

/** Options by the names of the fields that their values become. */
type OptionsFor<Fields> = { [Name in keyof Fields]: Option<Fields[Name]> };

/** Options by their wire names: a name or a type that the request does not have is a compile error. */
export type RequestOptions = OptionsFor<Omit<ChatRequest, 'model' | 'messages' | 'extra'>>;

export const readOption = <Value>({ property, read }: Option<Value>, values: IDataObject): Value | undefined =>
	read(values[property.name]);

/**
 * The fields whose options were set; the others are absent, and 0 is 0.
 *
 * @param values The contents of the Options collection.
 * @throws StepfunError `invalid_input`
 */
export function readOptions<Fields>(options: OptionsFor<Fields>, values: IDataObject): Partial<Fields> {
	const fields: Partial<Fields> = {};
	for (const name in options) {
		const value = readOption(options[name], values);
		if (value !== undefined) fields[name] = value;
	}
	return fields;
}

/** The collection of additional settings, in the order of their labels, as n8n requires. */
export const optionsField = (options: Array<Option<unknown>>): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	description: 'Additional settings',
	options: options.map(({ property }) => property).sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
});

/** Has its range, which is checked when it is read: an expression can return any number. */
type NumberProperty = INodeProperties & { typeOptions: { minValue: number; maxValue?: number } };

export const numberOption = (property: NumberProperty): Option<number> => ({
	property,
	read: (value) => readInRange(value, property, false),
});

export const wholeNumberOption = (property: NumberProperty): Option<number> => ({
	property,
	read: (value) => readInRange(value, property, true),
});

/** Anything but true is false. */
export const booleanOption = (property: INodeProperties): Option<boolean> => ({
	property,
	read: (value) => (value === undefined ? undefined : value === true),
});

/** Texts without the empty ones; an empty list is the same as not set. An expression can return one, a number, or a list of them. */
export const textsOption = (property: INodeProperties): Option<string[]> => ({
	property,
	read(value) {
		const given = textsOf(value);
		if (!given) throw invalidInput(texts.notTexts(property.displayName));
		return given.length === 0 ? undefined : given;
	},
});

const readInRange = (
	value: unknown,
	{ displayName: label, typeOptions: { minValue: min, maxValue: max } }: NumberProperty,
	whole: boolean,
): number | undefined =>
	readNumber(value, { min, max, whole }, (expected) =>
		invalidInput(texts.numberOutOfRange(label, expected, shown(value))),
	);

const shown = (value: unknown): string =>
	typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value === 'number' ? String(value) : 'something else';
