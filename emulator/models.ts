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
	/** Answers below /step_plan only. */
	planOnly: boolean;
}

const threeTiers = ['low', 'medium', 'high'];

const chat = (id: string, media: Media[], traits: Partial<ChatModel> = {}): ChatModel => ({
	id,
	media,
	efforts: threeTiers,
	webSearch: true,
	planOnly: false,
	...traits,
});

const chatModels = [
	// The model pages name image and video; the chat page takes input_audio without naming a model.
	chat('step-5-preview', ['image', 'video', 'audio'], { webSearch: false }),
	chat('step-3.7-flash', ['image', 'video', 'audio']),
	chat('step-3.5-flash', []),
	chat('step-3.5-flash-2603', [], { efforts: ['low', 'high'] }),
	chat('step-1o-turbo-vision', ['image', 'video']),
	chat('step-router-v1', [], { webSearch: false, planOnly: true }),
	chat('stepaudio-2.5-chat', ['audio'], { webSearch: false }),
	chat('stepaudio-3-chat-preview', ['audio'], { webSearch: false }),
];

const entry = (id: string, fields: Partial<ModelEntry> = {}): ModelEntry => ({
	id,
	object: 'model',
	created: 1_751_328_000,
	owned_by: 'stepai',
	...fields,
});

const language = { model_type: '大语言模型', enable_reason: true, reasoning_effort_support_list: threeTiers };

/** GET /models: chat, router, speech and image models in one list. */
export const modelList: ModelEntry[] = [
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
	entry('stepaudio-3-chat-preview'),
	entry('stepaudio-2.5-tts', { model_type: '语音合成' }),
	entry('stepaudio-2.5-asr', { model_type: '语音识别' }),
	entry('step-tts-2'),
	entry('step-2x-large', { model_type: '文生图' }),
	entry('step-image-edit-2'),
];

/** The model behind an id, or undefined when the chat endpoint at that base does not know it. */
export const findChatModel = (id: string, stepPlan: boolean): ChatModel | undefined =>
	chatModels.find((model) => model.id === id && (stepPlan || !model.planOnly));
