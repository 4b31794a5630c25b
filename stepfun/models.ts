import { asRecord } from './json';
import type { ChatRequest, MediaKind, ReasoningEffort } from './types';

/** What StepFun says of a model. What is absent, it does not say, and nothing follows from that. */
export interface ModelFacts {
	/** The attachments that it accepts beside text. */
	accepts?: readonly MediaKind[];
	/** Whether it answers with sound where `modalities` asks for it. */
	speaks?: boolean;
	/** Whether it calls functions. */
	tools?: boolean;
	/** Reasoning cannot be switched off. */
	efforts?: readonly ReasoningEffort[];
	/** The most tokens of one request: its input, and what it writes. */
	contextTokens?: number;
	maxOutputTokens?: number;
	/** Whether StepFun runs its tool web_search for it. */
	webSearch?: boolean;
	/** Present for what GET /models lists beside the models that chat. */
	chats?: false;
	/** Present for a model that no longer answers. */
	retired?: { /** Such as 2026-07-08. */ on: string; successor?: string };
}

const K = 1024;
const retired = (successor?: string): ModelFacts => ({
	retired: { on: '2026-07-08', ...(successor && { successor }) },
});
const NOT_FOR_CHAT: ModelFacts = { chats: false };

/**
 * Models by the start of their id, as of 2026-11-21: from StepFun's model pages and its guides to images, video, audio and web search,
 * the page chat-completion-create (https://platform.stepfun.com/docs/zh), the page model-migration for those that are retired, and,
 * for sizes, the entries of GET /models. Not a list of what may be used: a model that is not in it works.
 */
const MODELS: Readonly<Record<string, ModelFacts>> = {
	'step-5-preview': {
		accepts: ['image', 'video'],
		speaks: false,
		tools: true,
		efforts: ['low', 'medium', 'high'],
		contextTokens: 1_024_000,
		maxOutputTokens: 64 * K,
		webSearch: false,
	},
	'step-3.7-flash': {
		accepts: ['image', 'video'],
		speaks: false,
		tools: true,
		efforts: ['low', 'medium', 'high'],
		contextTokens: 256 * K,
		webSearch: true,
	},
	'step-3.5-flash': { accepts: [], speaks: false, tools: true, contextTokens: 256 * K, webSearch: true },
	'step-3.5-flash-2603': {
		accepts: [],
		speaks: false,
		tools: true,
		efforts: ['low', 'high'],
		contextTokens: 256 * K,
		webSearch: true,
	},
	'step-1o-turbo-vision': { accepts: ['image', 'video'], speaks: false, tools: true, contextTokens: 32 * K },
	'step-router-v1': { accepts: [], speaks: false, tools: true, maxOutputTokens: 250_000, webSearch: false },
	'step-audio-': { accepts: ['audio'] },
	'step-audio-2': { accepts: ['audio'], speaks: true, tools: true, webSearch: false },
	'step-audio-r1': { accepts: ['audio'], speaks: true, tools: false, webSearch: false },
	'step-1o-audio': { accepts: ['audio'], speaks: true, tools: true, webSearch: false },
	'stepaudio-': { accepts: ['audio'] },
	'stepaudio-2.5-chat': { accepts: ['audio'], speaks: false, webSearch: false },
	'stepaudio-3-chat-preview': { accepts: ['audio'], speaks: false, webSearch: false },

	'stepaudio-3-gen-preview': NOT_FOR_CHAT,
	'stepaudio-3-music-preview': NOT_FOR_CHAT,
	'step-overture-preview': NOT_FOR_CHAT,
	'dr-search-api': NOT_FOR_CHAT,
	'search-image': NOT_FOR_CHAT,

	'step-1-8k': retired('step-1o-turbo-vision'),
	'step-1-32k': retired('step-1o-turbo-vision'),
	'step-1v-8k': retired('step-1o-turbo-vision'),
	'step-1v-32k': retired('step-1o-turbo-vision'),
	'step-1o-vision-32k': retired('step-1o-turbo-vision'),
	'step-2-mini': retired('step-1o-turbo-vision'),
	'step-2-16k': retired('step-1o-turbo-vision'),
	'step-3': retired('step-3.7-flash'),
	// Its successor, step-2x-large, made images like it, and is retired too.
	'step-1x-medium': { ...retired(), chats: false },
};

/** The longest ids first: they say more than those they begin with. */
const IDS = Object.keys(MODELS).sort((a, b) => b.length - a.length);

/** What follows an id in that of a version or a variant of the same model; a retired one has none. */
const endOf = (id: string): string => (id.endsWith('-') ? '' : MODELS[id]!.retired ? '(?=[:@]|$)' : '(?=[-.:@]|$)');
const escaped = (id: string): string => id.replaceAll('.', '\\.') + endOf(id);
/** Gateways put the name of the provider before the model's. */
const START = '^(?:.*/)?';

const PATTERNS = IDS.map((id) => [new RegExp(START + escaped(id), 'i'), MODELS[id]!] as const);

/** What is known of a model, by its id at StepFun or at a gateway: nothing of one that is not in the table. */
export const factsOf = (model: string): ModelFacts => PATTERNS.find(([pattern]) => pattern.test(model))?.[1] ?? {};

/** A regular expression, in text, for the ids of the models of which something is known to hold. */
export function idsWhere(holds: (facts: ModelFacts) => boolean): string {
	const [those, others] = [IDS.filter((id) => holds(MODELS[id]!)), IDS.filter((id) => !holds(MODELS[id]!))];
	const excepted = others.filter((id) => those.some((start) => id.startsWith(start)));
	const but = excepted.length > 0 ? `(?!${excepted.map(escaped).join('|')})` : '';
	return `${START}${but}(?:${those.map(escaped).join('|')})`;
}

/** Types of GET /models that are no chat models: speech synthesis, speech recognition, music, image and vector models. */
const OTHER_TYPES =
	/语音合成|语音识别|音乐|文生图|图生图|图像|图片|向量|音色|tts|asr|speech|music|image|embedding|rerank/i;
/** The same by id, for servers and entries that name no type. Audio models that chat are kept. */
const OTHER_IDS =
	/tts|asr|image|embedding|rerank|^step-(?:1x|2x)-|realtime|voice|^step-[\w.]*-?edit|^stepaudio-[\d.]+-(?:gen|music)/i;

/**
 * The models of a GET /models answer that chat, by id. The list of StepFun mixes them with speech and image models; `model_type`
 * tells them apart where it is there.
 */
export function chatModels(answer: unknown): string[] {
	const entries = asRecord(answer)?.['data'] ?? answer;
	if (!Array.isArray(entries)) return [];
	const ids = new Set<string>();
	for (const entry of entries) {
		const fields = asRecord(entry);
		const id = fields?.['id'];
		if (!fields || typeof id !== 'string' || id === '' || factsOf(id).chats === false) continue;
		const type = fields['model_type'];
		const chats = typeof type === 'string' && type !== '' ? !OTHER_TYPES.test(type) : !OTHER_IDS.test(id);
		if (chats) ids.add(id);
	}
	return [...ids].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

const KIND_OF_PART: Readonly<Record<string, MediaKind>> = {
	image_url: 'image',
	video_url: 'video',
	input_audio: 'audio',
};

/** The kind of an attachment in a request whose model is not documented to accept it; undefined where there is none. */
export function unsupportedMedia({ model, messages }: Pick<ChatRequest, 'model' | 'messages'>): MediaKind | undefined {
	const { accepts } = factsOf(model);
	return messages
		.flatMap(({ content }) => (Array.isArray(content) ? content : []))
		.map(({ type }) => KIND_OF_PART[type])
		.find((kind) => kind !== undefined && accepts?.includes(kind) === false);
}

/** Efforts that a model takes, where they are known, or those that StepFun has; none of them switches reasoning off. */
export const reasoningEfforts = (model: string): readonly ReasoningEffort[] =>
	factsOf(model).efforts ?? ['low', 'medium', 'high'];
