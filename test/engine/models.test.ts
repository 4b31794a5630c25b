import type { IDataObject } from 'n8n-workflow';
import { retiredModels } from '../../emulator/models';
import { chatNode, customEndpoint, runWorkflow } from './harness';
import { useStage } from './stage';

const { api } = useStage();

const model = (id: string): IDataObject => ({ model: { __rl: true, mode: 'id', value: id } });

async function ask(parameters: IDataObject) {
	const { run, json } = await runWorkflow({ credential: customEndpoint(api.url), nodes: [chatNode(parameters)] });
	return { error: run.data.resultData.error, item: json('StepFun Chat')[0] };
}

test.each(Object.entries(retiredModels).filter(([id]) => id !== 'step-1x-medium'))(
	'%s is retired, and the hint names %s as its successor',
	async (id, successor) => {
		const { error } = await ask(model(id));
		expect(error?.message).toBe(`The model "${id}" does not exist or you do not have access to it.`);
		expect(error?.description).toContain(
			`Choose ${successor}, or another model of the list: StepFun retired ${id} on 2026-07-08 and names ${successor} as its successor`,
		);
	},
);

test.each([400, 404, 410, 422])('a gateway that answers %i for a retired model gets the same hint', async (status) => {
	api.fault({ status, body: '{"error":{"message":"No such model"}}' });
	const { error } = await ask(model('stepfun/step-3'));
	expect(error?.description).toContain('Choose step-3.7-flash');
});

test('a retired model of images has no successor that chats', async () => {
	const { error } = await ask(model('step-1x-medium'));
	expect(error?.description).toContain('Choose another model: StepFun retired step-1x-medium on 2026-07-08');
});

test.each(['step-2', 'step-33', 'step-99'])('an unknown model gets no such hint: %s', async (id) => {
	const { error } = await ask(model(id));
	expect(error?.description).not.toContain('retired');
});

test.each([401, 402, 429, 451, 500])(
	'nor does a retired one with an answer that is not about it: %i',
	async (status) => {
		api.fault({ status });
		const { error } = await ask({ ...model('step-3'), options: { retries: 0 } });
		expect(error?.description).not.toContain('retired');
	},
);

test('the table is no list of what may be used: all that the panel has goes out for a model that nobody knows', async () => {
	api.fault({ body: '{"id":"c","choices":[{"index":0,"message":{"content":"{}"},"finish_reason":"stop"}]}' });
	const { item } = await ask({
		...model('step-6-preview'),
		attachments: {
			values: [
				{ type: 'image', source: 'url', url: 'https://example.com/a.png' },
				{ type: 'video', source: 'url', url: 'https://example.com/a.mp4' },
			],
		},
		modalities: 'textAndAudio',
		reasoningEffort: 'medium',
		responseFormat: 'json_object',
		webSearch: true,
		tools: { functions: [{ name: 'f', specifyParameters: 'none' }] },
		options: { maxTokens: 10_000_000 },
	});
	expect(api.requests).toHaveLength(1);
	expect(api.requests[0]!.body).toMatchObject({
		model: 'step-6-preview',
		modalities: ['text', 'audio'],
		audio: { voice: 'wenrounansheng' },
		reasoning_effort: 'medium',
		max_tokens: 10_000_000,
		tools: [{ type: 'function' }, { type: 'web_search' }],
	});
	expect(item).toMatchObject({ parsed: {} });
});

test.each(['step-5-preview', 'step-3.7-flash', 'step-3.5-flash'])('%s answers', async (id) => {
	const { item } = await ask(model(id));
	expect(item?.['content']).toContain(`answers with model ${id}`);
});
