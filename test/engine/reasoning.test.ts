import { NodeHelpers, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { StepfunChat } from '../../nodes/StepfunChat/StepfunChat.node';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const model = (value: string): IDataObject => ({ model: { __rl: true, mode: 'id', value } });
const ask = (parameters: IDataObject) =>
	runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters)] });
const sent = (): IDataObject => api.requests.at(-1)!.body as IDataObject;

test.each([
	['step-3.5-flash-2603', ['default', 'high', 'low']],
	['step-3.5-flash', ['default', 'high', 'low', 'medium']],
	['step-3.7-flash', ['default', 'high', 'low', 'medium']],
])('%s is offered %j', (id, efforts) => {
	const { description } = new StepfunChat();
	const property = description.properties.find(({ name }) => name === 'reasoningEffort')!;
	const shown = property.options!.filter((option) =>
		NodeHelpers.displayParameter(model(id) as never, option as INodeProperties, null, description),
	);
	expect(shown.map((option) => 'value' in option && option.value)).toEqual(efforts);
});

test('nothing is sent where nothing is chosen', async () => {
	await ask(model('step-3.7-flash'));
	expect(sent()).not.toHaveProperty('reasoning_effort');
	expect(sent()).not.toHaveProperty('reasoning_format');
});

test.each(['low', 'medium', 'high'])('the effort %s is sent', async (reasoningEffort) => {
	await ask({ ...model('step-3.7-flash'), reasoningEffort });
	expect(sent()['reasoning_effort']).toBe(reasoningEffort);
});

test('the reasoning comes out once, in whichever form it is sent', async () => {
	const reasonings = [];
	for (const reasoningFormat of ['general', 'deepseek-style']) {
		const { json } = await ask({ options: { reasoningFormat } });
		expect(sent()['reasoning_format']).toBe(reasoningFormat);
		reasonings.push(json('StepFun Chat')[0]!['reasoning']);
	}
	expect(reasonings[0]).toContain('The question is');
	expect(reasonings[1]).toBe(reasonings[0]);
});

test('an answer that was used up by reasoning says so, and keeps the reasoning', async () => {
	const { run } = await ask({ ...model('step-3.7-flash'), reasoningEffort: 'high', options: { maxTokens: 10 } });
	expect(run.data.resultData.error).toMatchObject({
		message: 'The model reached Maximum Number of Tokens (10) while reasoning, before its answer began',
		description: expect.stringContaining('lower Reasoning Effort'),
		context: {
			data: {
				partial: {
					choices: [{ finish_reason: 'length', message: { content: '', reasoning: expect.stringMatching(/\w/) } }],
				},
			},
		},
	});
});

test.each<[string, IDataObject, string, string]>([
	[
		'medium for a model of two tiers',
		{ ...model('step-3.5-flash-2603'), reasoningEffort: 'medium' },
		'step-3.5-flash-2603 does not support the Reasoning Effort "medium"',
		'Choose low or high, or Default',
	],
	[
		'none',
		{ reasoningEffort: '={{ "none" }}' },
		'does not support the Reasoning Effort "none"',
		'Reasoning cannot be switched off',
	],
	[
		'a format that there is not',
		{ options: { reasoningFormat: '={{ "xml" }}' } },
		'The Reasoning Format "xml" is unknown',
		'general or deepseek-style',
	],
])('is told before anything is sent: %s', async (_, parameters, message, hint) => {
	const { run } = await ask(parameters);
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringContaining(hint),
		context: { itemIndex: 0 },
	});
	expect(api.requests).toHaveLength(0);
});
