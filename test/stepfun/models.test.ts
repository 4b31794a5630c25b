import { chatModels as ids } from '../../stepfun/models';

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
])('%s does not chat', (id) => {
	expect(ids({ data: [{ id }] })).toEqual([]);
});

test.each(['stepaudio-2.5-chat', 'step-router-v1', 'step-1o-turbo-vision', 'step-5-preview'])('%s chats', (id) => {
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
