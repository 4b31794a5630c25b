import { fieldsOf, sources, textKey, textsOf } from '../../scripts/docs';

const texts = textsOf('zh-CN');
const fields = Object.entries(sources).flatMap(([source, properties]) =>
	fieldsOf(properties).map((field) => [textKey(source, field.path, texts), field] as const),
);

test.each(fields)('%s has its Chinese text, and so has each of its choices', (key, { choices }) => {
	const text = texts[key];
	expect(text?.description).toMatch(/\p{Script=Han}/u);
	expect(text?.name).toBeTruthy();
	expect(Object.keys(text?.choices ?? {}).sort()).toEqual(choices.map(({ value }) => String(value)).sort());
	for (const choice of Object.values(text?.choices ?? {})) expect(choice).toMatch(/\p{Script=Han}/u);
});

test('no text is left of a field that is gone', () => {
	const keys = new Set<string>(fields.map(([key]) => key));
	expect(Object.keys(texts).filter((key) => !keys.has(key))).toEqual([]);
});
