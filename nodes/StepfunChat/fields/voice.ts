import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { idsWhere } from '../../../stepfun/models';
import { textsOf } from '../../../stepfun/request/data-text';
import type { ChatRequest } from '../../../stepfun/types';
import { present } from '../../shared/fields/present';

const AUDIO = 'textAndAudio';
const withAudio = { show: { modalities: [AUDIO] } };

/** Named as in the API: `modalities`, `audio.voice` and `audio.format`. */
export const voiceFields: INodeProperties[] = [
	{
		displayName: 'Response Modalities',
		name: 'modalities',
		type: 'options',
		options: [
			{ name: 'Text', value: 'text', description: 'An answer to read' },
			{
				name: 'Text and Audio',
				value: AUDIO,
				description: 'A spoken answer, as a WAV file in the binary field audio, with its words as content',
			},
		],
		default: 'text',
		description: 'What the answer consists of. Models that speak are step-audio-2 and its kin.',
	},
	{
		displayName:
			'According to StepFun, the chosen model answers with text only. Choose one that speaks, such as step-audio-2.',
		name: 'modalitiesNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: { modalities: [AUDIO], '/model': [{ _cnd: { regex: idsWhere(({ speaks }) => speaks === false) } }] },
		},
	},
	{
		displayName: 'Voice',
		name: 'audioVoice',
		type: 'options',
		options: [
			{ name: 'Elegant Woman', value: 'elegantgentle-female', description: 'Of step-audio-2' },
			{ name: 'Gentle Man', value: 'wenrounansheng', description: 'Of step-audio-2 and step-audio-2-mini' },
			{ name: 'Lively Woman', value: 'livelybreezy-female', description: 'Of step-audio-2' },
			{ name: 'Young Woman', value: 'qingchunshaonv', description: 'Of step-audio-2 and step-audio-2-mini' },
		],
		default: 'wenrounansheng',
		displayOptions: withAudio,
		description:
			'The voice that speaks. An expression can return the ID of another one: for step-1o-audio and step-audio-r1.5, StepFun lists them under GET /audio/voices.',
	},
	{
		displayName: 'Audio Format',
		name: 'audioFormat',
		type: 'options',
		options: [
			{
				name: 'Default',
				value: 'default',
				description: 'PCM while the answer is streamed, WAV otherwise, as StepFun asks',
			},
			{ name: 'PCM', value: 'pcm', description: '24 kHz, mono, 16 bit' },
			{ name: 'WAV', value: 'wav', description: 'Only with Receive as Stream turned off' },
		],
		default: 'default',
		displayOptions: withAudio,
		description: 'How StepFun sends the sound. This node always outputs it as a WAV file.',
	},
];

/** @throws StepfunError `invalid_input` where an expression gives no voice. */
export function readVoice(context: IExecuteFunctions, itemIndex: number): Pick<ChatRequest, 'modalities' | 'audio'> {
	if (context.getNodeParameter('modalities', itemIndex, 'text') !== AUDIO) return {};
	const voice = present(textsOf(context.getNodeParameter('audioVoice', itemIndex))?.[0], 'Voice');
	const format = context.getNodeParameter('audioFormat', itemIndex, 'default');
	return {
		modalities: ['text', 'audio'],
		audio: { voice, ...((format === 'pcm' || format === 'wav') && { format }) },
	};
}
