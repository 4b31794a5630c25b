import type { StepfunError } from '../errors';
import { asRecord, asText } from '../json';
import { factsOf } from '../models';
import type { AudioSettings, ChatRequest, Modality } from '../types';

/**
 * What an answer consists of, in the API's own form; undefined for an empty list.
 *
 * @param refuse Makes the error of what was expected.
 */
export function readModalities(value: unknown, refuse: (expected: string) => StepfunError): Modality[] | undefined {
	if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
		throw refuse('a list such as ["text", "audio"]');
	}
	return value.length === 0 ? undefined : (value as Modality[]);
}

/** The same for how an answer sounds. */
export function readAudioSettings(value: unknown, refuse: (expected: string) => StepfunError): AudioSettings {
	const settings = asRecord(value);
	if (asText(settings?.['voice']) === undefined) throw refuse('an object such as {"voice": "wenrounansheng"}');
	return settings as unknown as AudioSettings;
}

/**
 * The request with what the API asks of those whose answer may have sound: models that speak require modalities, and a stream takes
 * no format but pcm, anything else none but wav (https://platform.stepfun.com/docs/zh/api-reference/chat/chat-completion-create).
 */
export function withVoice(request: ChatRequest): ChatRequest {
	const { model, stream, modalities, audio } = request;
	return {
		...request,
		...(modalities === undefined && factsOf(model).speaks && { modalities: ['text'] }),
		...(audio && { audio: { ...audio, format: audio.format ?? (stream ? 'pcm' : 'wav') } }),
	};
}
