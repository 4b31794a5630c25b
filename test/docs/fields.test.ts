import { fieldsOf, sources, textsOf } from '../../scripts/docs';

const fields = Object.values(sources).flatMap((properties) => fieldsOf(properties));
const texts = textsOf('zh-CN');

test.each(fields.map((field) => [field.path, field] as const))(
	'%s has its Chinese text, and so has each of its choices',
	(path, { choices }) => {
		const text = texts[path];
		expect(text?.description).toMatch(/\p{Script=Han}/u);
		expect(text?.name).toBeTruthy();
		expect(Object.keys(text?.choices ?? {}).sort()).toEqual(choices.map(({ value }) => String(value)).sort());
		for (const choice of Object.values(text?.choices ?? {})) expect(choice).toMatch(/\p{Script=Han}/u);
	},
);

test('no text is left of a field that is gone', () => {
	const paths = new Set(fields.map(({ path }) => path));
	expect(Object.keys(texts).filter((path) => !paths.has(path))).toEqual([]);
});
