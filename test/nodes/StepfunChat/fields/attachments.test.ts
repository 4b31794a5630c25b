import { NodeHelpers, type INodeParameters, type INodeProperties, type INodePropertyCollection } from 'n8n-workflow';
import { attachmentsFields } from '../../../../nodes/StepfunChat/fields/attachments';

const [group] = attachmentsFields[0]!.options as INodePropertyCollection[];

/** The fields of an attachment that the panel shows with a model. */
const shown = (model: string, row: INodeParameters): INodeProperties[] =>
	group!.values.filter((field) =>
		NodeHelpers.displayParameter(row, field, { typeVersion: 1 } as never, null, {
			model: { __rl: true, mode: 'id', value: model },
		}),
	);

const noticesOf = (model: string, type: string): string[] =>
	shown(model, { type, source: 'binary' })
		.filter((field) => field.type === 'notice')
		.map(({ name }) => name);

test.each([
	['step-3.5-flash', ['textOnlyNotice', 'videoNotice', 'audioNotice']],
	['step-3.5-flash-2603', ['textOnlyNotice', 'videoNotice', 'audioNotice']],
	['step-router-v1', ['textOnlyNotice', 'videoNotice', 'audioNotice']],
	['step-3.7-flash', ['audioNotice']],
	['step-5-preview', ['audioNotice']],
	['step-1o-turbo-vision', ['audioNotice']],
	['stepaudio-2.5-chat', ['textOnlyNotice', 'videoNotice']],
	['step-audio-2-mini', ['textOnlyNotice', 'videoNotice']],
	['step-1o-audio', ['textOnlyNotice', 'videoNotice']],
	['stepfun/step-3.5-flash:free', ['textOnlyNotice', 'videoNotice', 'audioNotice']],
	['openrouter/stepfun/step-3.7-flash', ['audioNotice']],
	['step-3.50-flash', []],
	['a-model-of-a-gateway', []],
])('%s: a notice for what it is not documented to accept', (model, notices) => {
	expect(['image', 'video', 'audio'].flatMap((type) => noticesOf(model, type))).toEqual(notices);
});

test.each([
	['image', ['binary', 'url', 'base64']],
	['video', ['binary', 'url', 'base64']],
	['audio', ['binary', 'base64']],
])('the sources of %s are those that StepFun takes', (type, values) => {
	const sources = shown('step-3.7-flash', { type, source: 'binary' }).filter(({ name }) => name === 'source');
	expect(sources).toHaveLength(1);
	expect(sources[0]!.options!.map((choice) => ('value' in choice ? choice.value : ''))).toEqual(values);
});
