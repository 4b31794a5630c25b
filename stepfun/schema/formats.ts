import { format } from '@cfworker/json-schema';

/** Characters outside ASCII as IRIs have them, which are as good as letters there. */
const international = /[\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\u{10000}-\u{efffd}]/gu;
const asAscii =
	(test: (text: string) => boolean) =>
	(text: string): boolean =>
		test(text.replace(international, 'a'));

/** Formats longer than this are none; those that are have a length that is known, or is short. */
const LONGEST = 16_384;

/** The formats that drafts 7 and 2020-12 name, by the library that says what they are; idn-hostname is not among them. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
	...Object.fromEntries(
		[
			'date',
			'date-time',
			'duration',
			'email',
			'hostname',
			'ipv4',
			'ipv6',
			'json-pointer',
			'regex',
			'relative-json-pointer',
			'time',
			'uri',
			'uri-reference',
			'uri-template',
			'uuid',
		].map((name) => [name, format[name]!]),
	),
	iri: asAscii(format['uri']!),
	'iri-reference': asAscii(format['uri-reference']!),
	'idn-email': asAscii(format['email']!),
};

/** The check of a format; undefined for one that is not known, which holds for any text. */
export const formatCheck = (name: string): ((text: string) => boolean) | undefined => {
	const check = Object.hasOwn(FORMATS, name) ? FORMATS[name]! : undefined;
	return check && ((text) => text.length <= LONGEST && check(text));
};
