import { useEmulator } from '../use-emulator';
import { ask, send } from './client';

const emulator = useEmulator();

async function answerTo(question: string, more: object) {
	const answer = await send(emulator, ask(question, more));
	return answer.json.choices[0].message.content as string;
}

const schemaFormat = (schema: object) => ({
	response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
});

test('json_object answers with an object', async () => {
	const content = await answerTo('Hi', { response_format: { type: 'json_object' } });
	expect(JSON.parse(content)).toMatchObject({ question: 'Hi', choice: 1 });
});

test('json_schema answers with JSON that fits', async () => {
	const content = await answerTo(
		'Ada Lovelace was born in London in 1815, a negative review',
		schemaFormat({
			type: 'object',
			required: ['name', 'missing'],
			additionalProperties: false,
			properties: {
				name: { type: 'string' },
				place: { $ref: '#/$defs/place' },
				year: { type: 'integer', maximum: 1800 },
				ratio: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
				mood: { enum: ['positive', 'negative'] },
				tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 2 },
				day: { type: 'string', format: 'date' },
				open: { type: 'boolean' },
				nothing: { type: 'null' },
				maybe: { anyOf: [{ type: 'integer', minimum: 5, multipleOf: 4 }, { type: 'null' }] },
				fixed: { const: 7 },
				scores: { type: 'object', additionalProperties: { type: 'number', maximum: 2 } },
			},
			$defs: {
				place: {
					type: 'object',
					properties: { city: { type: ['string', 'null'], minLength: 8 } },
				},
			},
		}),
	);
	expect(JSON.parse(content)).toEqual({
		name: 'Ada Lovelace',
		missing: 'London',
		place: { city: 'London..' },
		year: 1800,
		ratio: 0.5,
		mood: 'negative',
		tags: ['Lon', 'Lon'],
		day: '2026-01-31',
		open: true,
		nothing: null,
		maybe: 1812,
		fixed: 7,
		scores: { key: 2 },
	});
});

test('a recursive schema ends', async () => {
	const node = {
		type: 'object',
		properties: { value: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
		required: ['value'],
	};
	const content = JSON.parse(await answerTo('Hi', schemaFormat(node)));
	expect(content.children[0].children[0].value).toBe('Hi');
});

test('a schema in the prompt, as output parsers write it, is answered in a fence', async () => {
	const schema = { type: 'object', properties: { city: { type: 'string' } } };
	const content = await answerTo(`I am in Berlin\n\`\`\`json\n${JSON.stringify(schema)}\n\`\`\``, {});
	expect(content).toBe('```json\n{"city":"Berlin"}\n```');
});
