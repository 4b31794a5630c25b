import { invalidInput } from '../../../stepfun/errors';
import { parseJsonField } from './json-field';
import * as texts from '../texts';

/**
 * The value of a field that cannot be left out.
 *
 * @param label The field as a sentence names it.
 * @throws StepfunError `invalid_input` where an expression returned nothing; what is empty is for the reader of the field.
 */
export function present<Value>(value: Value, label: string): NonNullable<Value> {
	if (value === undefined || value === null) throw invalidInput(texts.noValue(label));
	return value;
}

/** The data of a JSON field that cannot be left out. */
export const requireJsonField = (label: string, value: unknown): unknown =>
	parseJsonField(label, present(value, label));
