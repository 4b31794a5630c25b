import { StepfunError } from '../../../stepfun/errors';
import { checkSchema } from '../../../stepfun/request/json-schema';
import type { JsonSchema } from '../../../stepfun/types';
import * as texts from '../texts';

/**
 * A schema from a field beside which an example can be given instead.
 *
 * @param check What is asked of it.
 * @throws StepfunError `invalid_input`
 */
export function panelSchema(value: unknown, label: string, check = checkSchema): JsonSchema {
	try {
		return check(value, label);
	} catch (error) {
		throw error instanceof StepfunError ? error.with({ hint: texts.schemaField(error.hint) }) : error;
	}
}
