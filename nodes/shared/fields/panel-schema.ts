import { StepfunError } from '../../../stepfun/errors';
import { checkSchema } from '../../../stepfun/request/json-schema';
import type { JsonSchema } from '../../../stepfun/types';
import * as texts from '../texts';

/**
 * A schema from a field beside which an example can be given instead.
 *
 * @throws StepfunError `invalid_input`
 */
export function panelSchema(value: unknown, label: string): JsonSchema {
	try {
		return checkSchema(value, label);
	} catch (error) {
		throw error instanceof StepfunError ? error.with({ hint: texts.schemaField(error.hint) }) : error;
	}
}
