import { modelList } from '../../emulator/models';
import { chatModels as ids, factsOf, idsWhere, reasoningEfforts } from '../../stepfun/models';

test('models that chat, by id, numbers in their order', () => {
	expect(
		ids({
			data: [
				{ id: 'step-10' },
				{ id: 'step-3.7-flash' },
				{ id: 'step-3.5-flash-2603' },
				{ id: 'step-3.5-flash' },
				{ id: 'step-3.5-flash' },
			],
		}),
	).toEqual(['step-3.5-flash', 'step-3.5-flash-2603', 'step-3.7-flash', 'step-10']);
});

test.each([
	'step-tts-2',
	'stepaudio-2.5-tts',
	'step-asr',
	'step-1x-medium',
	'step-2x-large',
	'step-image-edit',
	'text-embedding-1',
	'gte-rerank',
	'stepaudio-3-gen-preview',
	'stepaudio-3-music-preview',
	'stepaudio-4-music',
	'stepaudio-3-realtime-preview',
	'step-overture-preview',
	'dr-search-api',
	'search-image',
	'step-1x-medium',
])('%s does not chat', (id) => {
	expect(ids({ data: [{ id }] })).toEqual([]);
});

test.each([
	'stepaudio-2.5-chat',
	'stepaudio-3-chat-preview',
	'step-audio-2-mini',
	'step-audio-r1.5',
	'step-1o-audio',
	'step-router-v1',
	'step-1o-turbo-vision',
	'step-5-preview',
	// Not in the table: what a model that nobody has heard of can do is not for us to say.
	'step-gui',
	'step-6-preview',
	'a-model-of-a-gateway',
	'my/music-critic',
])('%s chats', (id) => {
	expect(ids({ data: [{ id }] })).toEqual([id]);
});

test('the type that the server names decides over the id', () => {
	expect(
		ids({
			data: [
				{ id: 'step-x', model_type: '语音合成' },
				{ id: 'my-tts-judge', model_type: '大语言模型' },
				{ id: 'step-y', model_type: '' },
			],
		}),
	).toEqual(['my-tts-judge', 'step-y']);
});

test.each([[null], ['text'], [{}], [{ data: 5 }], [{ data: [null, 5, {}, { id: 5 }, { id: '' }] }]])(
	'%j lists none',
	(answer) => {
		expect(ids(answer)).toEqual([]);
	},
);

test('a bare list is read too', () => {
	expect(ids([{ id: 'step-b' }, { id: 'step-a' }])).toEqual(['step-a', 'step-b']);
});

test('what the recorded lists of both regions offer', () => {
	const listed = (region: 'international' | 'china') => ids({ data: modelList(region, false) });
	expect(listed('international')).toEqual([
		'step-3.5-flash',
		'step-3.5-flash-2603',
		'step-3.7-flash',
		'step-5-preview',
		'stepaudio-2.5-chat',
		'stepaudio-3-chat-preview',
	]);
	expect(listed('china')).toEqual([
		'step-1o-audio',
		'step-1o-turbo-vision',
		'step-3.5-flash',
		'step-3.5-flash-2603',
		'step-3.7-flash',
		'step-audio-2',
		'step-audio-2-mini',
		'step-audio-2-think',
		'step-audio-r1.1',
		'step-audio-r1.5',
		'step-gui',
		'step-router-v1',
		'stepaudio-2.5-chat',
		'stepaudio-3-chat-preview',
	]);
});

describe('what is known of a model', () => {
	const newest = { accepts: ['image', 'video'], contextTokens: 1_024_000, maxOutputTokens: 65_536, webSearch: false };

	test.each([
		['step-5-preview', newest],
		['stepfun/step-5-preview', newest],
		['openrouter/stepfun/step-5-preview:free', newest],
		['stepfun-ai/Step-5-Preview', newest],
		['step-5-preview-2610', newest],
		['step-3.7-flash', { accepts: ['image', 'video'], speaks: false, webSearch: true, contextTokens: 262_144 }],
		['step-3.5-flash-2603', { accepts: [], efforts: ['low', 'high'] }],
		['step-3.5-flash', { accepts: [] }],
		['step-audio-2-mini', { accepts: ['audio'], speaks: true, tools: true }],
		['step-audio-r1.5', { accepts: ['audio'], speaks: true, tools: false }],
		['step-audio-3', { accepts: ['audio'] }],
		['stepaudio-2.5-chat', { accepts: ['audio'], speaks: false }],
		['step-3', { retired: { on: '2026-07-08', successor: 'step-3.7-flash' } }],
		['stepfun/step-2-16k', { retired: { on: '2026-07-08', successor: 'step-1o-turbo-vision' } }],
	])('%s', (model, facts) => {
		expect(factsOf(model)).toMatchObject(facts);
	});

	test.each(['step-6-preview', 'step-3-mini', 'step-3.9', 'my-step-5-preview', 'gpt-5', '', 'step-5', 'step-1-8k-v2'])(
		'is nothing of one that is not in the table: %j',
		(model) => {
			expect(factsOf(model)).toEqual({});
			expect(reasoningEfforts(model)).toEqual(['low', 'medium', 'high']);
		},
	);

	test('decides in the panel as it does in the request', () => {
		const all = ['international', 'china'].flatMap((region) => modelList(region as 'china', false)).map(({ id }) => id);
		const models = [...all, 'step-audio-9', 'stepaudio-9', 'step-6-preview'].flatMap((id) => [
			id,
			`stepfun/${id}`,
			`${id}:free`,
		]);
		for (const holds of [
			({ accepts }) => accepts?.includes('image') === false,
			({ accepts }) => accepts?.includes('audio') === false,
			({ speaks }) => speaks === false,
			({ speaks }) => speaks === true,
			({ efforts }) => efforts?.includes('medium') === false,
			({ webSearch }) => webSearch === false,
			({ chats }) => chats === false,
			({ retired }) => retired !== undefined,
		] satisfies Array<Parameters<typeof idsWhere>[0]>) {
			const pattern = new RegExp(idsWhere(holds));
			expect(models.filter((id) => pattern.test(id))).toEqual(models.filter((id) => holds(factsOf(id))));
		}
	});
});
