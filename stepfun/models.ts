import { asRecord } from './json';
import type { ChatRequest, MediaKind, ReasoningEffort } from './types';

/** Types of GET /models that are no chat models: speech synthesis, speech recognition, image and vector models. */
const OTHER_TYPES = /语音合成|语音识别|文生图|图生图|图像|图片|向量|音色|tts|asr|speech|image|embedding|rerank/i;
/** The same by id, for servers and entries that name no type. Audio models that chat are kept. */
const OTHER_IDS = /tts|asr|image|embedding|rerank|^step-(?:1x|2x)-|realtime|voice|^step-[\w.]*-?edit/i;

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
		if (!fields || typeof id !== 'string' || id === '') continue;
		const type = fields['model_type'];
		const chats = typeof type === 'string' && type !== '' ? !OTHER_TYPES.test(type) : !OTHER_IDS.test(id);
		if (chats) ids.add(id);
	}
	return [...ids].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Models, by the start of their id, whose reasoning has two tiers (https://platform.stepfun.ai/docs/en/api-reference/chat/chat-completion-create). */
export const TWO_TIER_MODELS: readonly string[] = ['step-3.5-flash-2603'];

/**
 * What models accept beside text, by the start of their id, as StepFun's model pages and its guides to images, video and audio
 * say (https://platform.stepfun.ai/docs). Nothing is known of others.
 */
const INPUTS: ReadonlyArray<readonly [id: string, kinds: readonly MediaKind[]]> = [
	['step-3.5-flash', []],
	['step-router-v1', []],
	['step-3.7-flash', ['image', 'video']],
	['step-5-preview', ['image', 'video']],
	['step-1o-turbo-vision', ['image', 'video']],
	['step-1o-audio', ['audio']],
	['step-audio-', ['audio']],
	['stepaudio-', ['audio']],
];

/** Models, by the start of their id, that are not documented to accept attachments of this kind. */
export const modelsWithout = (kind: MediaKind): string[] =>
	INPUTS.filter(([, kinds]) => !kinds.includes(kind)).map(([id]) => id);

const KIND_OF_PART: Readonly<Record<string, MediaKind>> = {
	image_url: 'image',
	video_url: 'video',
	input_audio: 'audio',
};

/** The kind of an attachment in a request whose model is not documented to accept it; undefined where there is none. */
export function unsupportedMedia({ model, messages }: Pick<ChatRequest, 'model' | 'messages'>): MediaKind | undefined {
	// Gateways put the name of the provider before the model's.
	const name = model.slice(model.lastIndexOf('/') + 1);
	const accepted = INPUTS.find(([id]) => name.startsWith(id))?.[1];
	return messages
		.flatMap(({ content }) => (Array.isArray(content) ? content : []))
		.map(({ type }) => KIND_OF_PART[type])
		.find((kind) => kind !== undefined && accepted?.includes(kind) === false);
}

/**
 * The most tokens of a request, by the start of the model's id (model pages of https://platform.stepfun.com/docs, 2026-11). A K
 * counts 1,024, so that nothing is too long that may fit.
 */
const CONTEXT_TOKENS: ReadonlyArray<readonly [id: string, tokens: number]> = [
	['step-5-preview', 1_024_000],
	['step-3.7-flash', 262_144],
	['step-3.5-flash', 262_144],
];

/** The most tokens of a request to a model; undefined where that is not known. */
export function contextTokens(model: string): number | undefined {
	const name = model.slice(model.lastIndexOf('/') + 1);
	return CONTEXT_TOKENS.find(([id]) => name.startsWith(id))?.[1];
}

/** Efforts that a model takes; none of them switches reasoning off. */
export function reasoningEfforts(model: string): ReasoningEffort[] {
	return TWO_TIER_MODELS.some((id) => model.startsWith(id)) ? ['low', 'high'] : ['low', 'medium', 'high'];
}
