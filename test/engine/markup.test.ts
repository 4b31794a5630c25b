import type { IDataObject, StructuredChunk } from 'n8n-workflow';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

/** What a model, a server or an item could name something, so that n8n's editor renders it. */
const hostile = [
	'<img src="http://evil.example/beacon.png">',
	'<IMG/SRC=http://evil.example/b>',
	'<a href="https://evil.example">open</a>',
	'<script>alert(1)</script>',
	'<p style="background:url(https://evil.example/b)">',
	'<!--<img src=x>-->',
	'</span><img src=x onerror=alert(1)>',
	'![x](https://evil.example/beacon.png)',
	'[click](https://evil.example)',
	'<https://evil.example>',
];

/** Neither a tag, nor a link or image of Markdown. */
const INERT = /^(?![^]*(?:<[a-z/!?]|\]\())/i;

const calling = (...names: string[]): string =>
	JSON.stringify({
		id: 'c',
		model: 'm',
		choices: [
			{
				index: 0,
				finish_reason: 'tool_calls',
				message: {
					role: 'assistant',
					content: '',
					tool_calls: names.map((name, i) => ({ id: `${i}`, type: 'function', function: { name, arguments: '{' } })),
				},
			},
		],
	});

const refusal = (message: string) => ({
	status: 400,
	body: JSON.stringify({ error: { message, type: 'request_params_invalid' } }),
});

const run = (parameters: IDataObject = {}, more: object = {}) =>
	runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters)], ...more });

/** The note beside the output about a call of these functions. */
async function noteOn(...names: string[]): Promise<string> {
	api.fault({ body: calling(...names) });
	return (await run()).run.data.resultData.runData['StepFun Chat']![0]!.hints![0]!.message;
}

test.each(hostile)('a function that the model names %s is text in the note', async (name) => {
	const note = await noteOn(name);
	expect(note).not.toMatch(/[<>]/);
	expect(note).toContain(name.slice(0, 20).replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
});

test('names in a note are cut, and few', async () => {
	const note = await noteOn('x'.repeat(10_000), ...Array.from({ length: 100 }, (_, i) => `f${i}`));
	expect(note).toContain(`(${'x'.repeat(64)}, f0, f1, f2, f3)`);
	expect(note.length).toBeLessThan(500);
});

test.each(hostile)('a server that answers %s: text in the message, as sent in the item', async (words) => {
	api.fault(() => refusal(`Bad: ${words}`));
	const { message } = (await run()).run.data.resultData.error!;
	expect(message).toMatch(INERT);
	expect(message).toMatch(/^Bad: ./);
	const { json } = await run({}, { nodes: [chatNode({}, { onError: 'continueRegularOutput' })] });
	expect(json('StepFun Chat')[0]?.['message']).toBe(`Bad: ${words}`);
});

test('comparisons are no markup', async () => {
	api.fault(() => refusal('max_tokens must be <= 4096 and > 0, a<5'));
	expect((await run()).run.data.resultData.error!.message).toBe('max_tokens must be <= 4096 and > 0, a<5');
});

test.each(hostile)('a file in the field %s: text in message and description', async (field) => {
	const { error } = (
		await run(
			{ attachments: { values: [{ binaryFields: 'data' }] } },
			{ items: [{ json: {}, binary: { [field]: { data: 'AAAA', mimeType: 'image/png' } } }] },
		)
	).run.data.resultData;
	expect(error!.description).not.toMatch(/[<>]/);
	expect(error!.description).toContain(field.slice(0, 20).replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
	const { error: named } = (await run({ attachments: { values: [{ binaryFields: field }] } })).run.data.resultData;
	expect(named!.message).toMatch(INERT);
});

test.each(hostile)('a chat is told of %s as text', async (words) => {
	api.fault(() => refusal(words));
	const chunks: StructuredChunk[] = [];
	await run(
		{},
		{
			nodes: [chatNode({}, { onError: 'continueRegularOutput' })],
			mode: 'webhook',
			additionalData: { streamingEnabled: true },
			hooks: (hooks: { addHandler(name: string, handler: (chunk: StructuredChunk) => void): void }) =>
				hooks.addHandler('sendChunk', (chunk) => void chunks.push(chunk)),
		},
	);
	expect(chunks.find(({ type }) => type === 'error')?.content).toMatch(INERT);
});
