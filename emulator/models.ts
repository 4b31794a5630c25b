/** What can stand in a message beside text. */
export type Media = 'image' | 'video' | 'audio';

/** An entry of GET /models with the fields that live answers carry beyond the documented ones. */
export interface ModelEntry {
	id: string;
	object: 'model';
	/** Unix time in seconds. */
	created: number;
	owned_by: string;
	/** Kind of model, in Chinese; missing on some entries. */
	model_type?: string;
	max_input_tokens?: number;
	enable_reason?: boolean;
	enable_vision_input?: boolean;
	reasoning_effort_support_list?: string[];
	supported_protocols?: string[];
}

/** What the chat endpoint takes from a model. */
export interface ChatModel {
	id: string;
	media: Media[];
	efforts: string[];
	webSearch: boolean;
	/** Whether it takes tools; a model that does not refuses them. */
	tools: boolean;
	/** Whether it answers with sound where `modalities` has audio: it may ignore that, or refuse it. */
	speech: 'spoken' | 'ignored' | 'refused';
	/** Most tokens of a request's messages. */
	maxInput: number;
	/** Answers below /step_plan only. */
	planOnly: boolean;
}

const threeTiers = ['low', 'medium', 'high'];

const chat = (id: string, media: Media[], traits: Partial<ChatModel> = {}): ChatModel => ({
	id,
	media,
	efforts: threeTiers,
	webSearch: true,
	tools: true,
	speech: 'ignored',
	maxInput: 262_144,
	planOnly: false,
	...traits,
});

const chatModels = [
	// The model pages name image and video; the chat page takes input_audio without naming a model.
	chat('step-5-preview', ['image', 'video', 'audio'], { webSearch: false, maxInput: 1_024_000 }),
	chat('step-3.7-flash', ['image', 'video', 'audio']),
	chat('step-3.5-flash', []),
	chat('step-3.5-flash-2603', [], { efforts: ['low', 'high'] }),
	chat('step-1o-turbo-vision', ['image', 'video'], { maxInput: 32_768 }),
	chat('step-router-v1', [], { webSearch: false, planOnly: true }),
	chat('stepaudio-2.5-chat', ['audio'], { webSearch: false, speech: 'refused' }),
	chat('stepaudio-3-chat-preview', ['audio'], { webSearch: false }),
	// The guide audio-chat names those that speak, and says which of them takes no tools.
	chat('step-audio-2', ['audio'], { webSearch: false, speech: 'spoken' }),
	chat('step-audio-2-mini', ['audio'], { webSearch: false, speech: 'spoken' }),
	chat('step-audio-r1.5', ['audio'], { webSearch: false, speech: 'spoken', tools: false }),
	chat('step-1o-audio', ['audio'], { webSearch: false, speech: 'spoken' }),
];

const entry = (id: string, fields: Partial<ModelEntry> = {}): ModelEntry => ({
	id,
	object: 'model',
	created: 1_751_328_000,
	owned_by: 'stepai',
	...fields,
});

const language = { model_type: '大语言模型', enable_reason: true, reasoning_effort_support_list: threeTiers };

const describedEntries = [
	entry('step-5-preview', {
		...language,
		max_input_tokens: 1_024_000,
		enable_vision_input: true,
		supported_protocols: ['chat', 'messages'],
	}),
	entry('step-3.7-flash', {
		...language,
		max_input_tokens: 262_144,
		enable_vision_input: true,
		supported_protocols: ['chat', 'messages', 'responses'],
	}),
	entry('step-3.5-flash', { ...language, max_input_tokens: 262_144, enable_vision_input: false }),
	entry('step-3.5-flash-2603', {
		max_input_tokens: 262_144,
		enable_reason: true,
		reasoning_effort_support_list: ['low', 'high'],
	}),
	entry('step-1o-turbo-vision', {
		model_type: '大语言模型',
		max_input_tokens: 32_768,
		enable_reason: false,
		enable_vision_input: true,
	}),
	entry('step-router-v1', { model_type: '路由模型' }),
	entry('stepaudio-2.5-chat', { model_type: '语音对话' }),
	entry('stepaudio-2.5-tts', { model_type: '语音合成' }),
	entry('stepaudio-2.5-asr', { model_type: '语音识别' }),
	entry('step-2x-large', { model_type: '文生图' }),
];

/** The API's two bases: api.stepfun.ai and api.stepfun.com. */
export type Region = 'international' | 'china';

/**
 * The ids that GET /models gave in each region, in its order: api.stepfun.ai on 2026-09-24, api.stepfun.com on 2026-09-19,
 * the day before step-5-preview.
 */
const listedIn: Record<Region, string[]> = {
	international: [
		'step-3.5-flash',
		'step-3.5-flash-2603',
		'stepaudio-2.5-tts',
		'stepaudio-2.5-asr',
		'step-image-edit-2',
		'step-3.7-flash',
		'stepaudio-2.5-chat',
		'stepaudio-2.5-realtime',
		'stepaudio-2.5-asr-stream',
		'stepaudio-3-realtime-preview',
		'stepaudio-3-asr-max',
		'stepaudio-3-music-preview',
		'stepaudio-3-chat-preview',
		'stepaudio-3-gen-preview',
		'stepaudio-3-tts',
		'step-5-preview',
	],
	china: [
		'step-3.7-flash',
		'step-3.5-flash',
		'step-3.5-flash-2603',
		'step-router-v1',
		'step-gui',
		'step-1o-turbo-vision',
		'step-1o-audio',
		'step-2x-large',
		'step-image-edit-2',
		'step-audio-2',
		'step-audio-2-mini',
		'step-audio-2-think',
		'step-audio-r1.1',
		'step-audio-r1.5',
		'stepaudio-2.5-chat',
		'stepaudio-2.5-tts',
		'stepaudio-2.5-asr',
		'stepaudio-2.5-asr-stream',
		'stepaudio-2.5-realtime',
		'stepaudio-2-asr-pro',
		'stepaudio-3-asr-max',
		'stepaudio-3-chat-preview',
		'stepaudio-3-gen-preview',
		'stepaudio-3-music-preview',
		'stepaudio-3-realtime-preview',
		'stepaudio-3-tts',
		'step-tts-mini',
		'step-tts-vivid',
		'step-tts-2',
		'step-asr',
		'step-asr-1.1',
		'step-asr-1.1-stream',
		'step-overture-preview',
		'dr-search-api',
		'search-image',
	],
};

/** The ids of GET /models below /step_plan, as China's base gave them. */
const listedInPlan = [
	'step-3.5-flash',
	'step-3.5-flash-2603',
	'step-3.7-flash',
	'step-5-preview',
	'step-image-edit-2',
	'step-router-v1',
	'stepaudio-2.5-asr',
	'stepaudio-2.5-chat',
	'stepaudio-2.5-realtime',
	'stepaudio-2.5-tts',
];

/** GET /models: models for chat, speech, images and search in one list. */
export const modelList = (region: Region, stepPlan: boolean): ModelEntry[] =>
	(stepPlan ? listedInPlan : listedIn[region]).map(
		(id) => describedEntries.find((model) => model.id === id) ?? entry(id),
	);

/**
 * Models that were retired on 2026-07-08, and who follows them (https://platform.stepfun.com/docs/zh/guides/model-migration). What a
 * call of one is answered was not recorded: here it is any unknown model, and its answer names no successor.
 */
export const retiredModels: Readonly<Record<string, string>> = {
	'step-1-8k': 'step-1o-turbo-vision',
	'step-1-32k': 'step-1o-turbo-vision',
	'step-1v-8k': 'step-1o-turbo-vision',
	'step-1v-32k': 'step-1o-turbo-vision',
	'step-1o-vision-32k': 'step-1o-turbo-vision',
	'step-2-mini': 'step-1o-turbo-vision',
	'step-2-16k': 'step-1o-turbo-vision',
	'step-3': 'step-3.7-flash',
	'step-1x-medium': 'step-2x-large',
};

/** The model behind an id, or undefined when the chat endpoint at that base does not know it. */
export const findChatModel = (id: string, stepPlan: boolean): ChatModel | undefined =>
	chatModels.find((model) => model.id === id && (stepPlan || !model.planOnly));
