import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BrokenSchema, compileSchema } from '../../../stepfun/schema/schema';
import { violationsOf } from '../../../stepfun/schema/validate';
import type { JsonSchema } from '../../../stepfun/types';
import { atOnce } from './at-once';

// The official suite, of August 2026: what drafts 7 and 2020-12 require, and their optional formats. Left out are its other optional parts
// (cross-draft, bignum, float-overflow, content, …), schemas from the network (refRemote), and the format idn-hostname, which holds for
// any text here.

interface Group {
	description: string;
	schema: JsonSchema | boolean;
	tests: Array<{ description: string; data: unknown; valid: boolean }>;
}

const suite = (draft: string): Array<[file: string, groups: Group[]]> => {
	const file = path.join(__dirname, 'json-schema-test-suite', `${draft}.json`);
	return Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Group[]>);
};

/** Schemas that are refused: they refer to others in the network, or nothing could fit them. */
const REFUSED: Record<string, string[]> = {
	draft7: ['definitions: validate definition against metaschema', 'ref: remote ref, containing refs itself'],
	'draft2020-12': [
		'defs: validate definition against metaschema',
		'dynamicRef: strict-tree schema, guards against misspelled properties',
		'dynamicRef: tests for implementation dynamic anchor and reference link',
		'dynamicRef: $ref and $dynamicAnchor are independent of order - $defs first',
		'dynamicRef: $ref and $dynamicAnchor are independent of order - $ref first',
		'dynamicRef: $ref to $dynamicRef finds detached $dynamicAnchor',
		'enum: empty enum',
		'ref: remote ref, containing refs itself',
		'vocabulary: schema that uses custom metaschema with with no validation vocabulary',
		'vocabulary: ignore unrecognized optional vocabulary',
	],
};

/** What the library of formats sees in another way. */
const FORMATS_OTHERWISE = [
	/^optional\/format\/hostname: validation of A-label/,
	/^optional\/format\/idn-email: .*(?:a C1 control|a noncharacter) in the local part/,
	/^optional\/format\/(?:uri|iri|uri-reference): /,
];

describe.each([
	['draft7', 'http://json-schema.org/draft-07/schema#'],
	['draft2020-12', 'https://json-schema.org/draft/2020-12/schema'],
])('the official suite, %s', (draft, $schema) => {
	const refused: string[] = [];
	const otherwise: string[] = [];
	let right = 0;
	for (const [file, groups] of suite(draft)) {
		for (const { description, schema, tests } of groups) {
			let compiled;
			try {
				compiled = compileSchema(typeof schema === 'boolean' ? schema : { $schema, ...schema });
			} catch (error) {
				if (!(error instanceof BrokenSchema)) throw error;
				refused.push(`${file}: ${description}`);
				continue;
			}
			for (const test of tests) {
				// Formats are more than annotations here.
				if (file === 'format' && test.description.endsWith('is only an annotation by default')) continue;
				const isValid = atOnce(violationsOf(test.data, compiled, 10)).length === 0;
				if (isValid === test.valid) right += 1;
				else otherwise.push(`${file}: ${description}: ${test.description}`);
			}
		}
	}

	test('says the same of all that is required', () => {
		expect(otherwise.filter((name) => !name.startsWith('optional/'))).toEqual([]);
		expect(right).toBeGreaterThan(draft === 'draft7' ? 1_300 : 1_700);
	});

	test('refuses what leads out of the schema', () => {
		expect(refused).toEqual(REFUSED[draft]);
	});

	test('says the same of formats, but for what is known', () => {
		expect(otherwise.filter((name) => !FORMATS_OTHERWISE.some((known) => known.test(name)))).toEqual([]);
		expect(otherwise.length).toBeLessThan(45);
	});
});
