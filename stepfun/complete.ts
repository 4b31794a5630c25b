import { call, type Attempt, type CallOptions } from './client/call';
import { prematureEnd } from './client/connection-error';
import { originOf } from './client/http';
import { requestIdOf } from './client/server-error';
import { withTokenCount } from './count-tokens';
import { StepfunError } from './errors';
import { Attachment } from './request/attachment';
import { requestBody } from './request/body';
import { withModelAdvice } from './request/model-advice';
import { withVoice } from './request/voice';
import { checkAnswered } from './response/check';
import type { ChoiceDelta } from './response/chunk';
import { CompletionBuilder } from './response/completion';
import { RawCompletion } from './response/raw-completion';
import { readAnswer, type OnChunk } from './response/read-answer';
import { untilFinished } from './response/until-finished';
import * as texts from './texts';
import type { ChatRequest, Completion } from './types';

export interface CompleteOptions extends CallOptions {
	/** Without a trailing slash, such as `https://api.stepfun.ai/v1`. */
	baseUrl: string;
	/** Whether the completion shall have the server's own object, too. */
	raw?: boolean;
	/** Called with each piece as it arrives. Returns whether it was shown to someone; the request is then not sent again. */
	onDelta?: (delta: ChoiceDelta) => boolean;
}

/**
 * One completion: sends the request, reads its answer, and sends it again where that can help and nothing of it was given out.
 *
 * @throws StepfunError `attempts` says how often the request was sent, `partial` what had arrived.
 */
export async function complete(request: ChatRequest, options: CompleteOptions): Promise<Completion> {
	const url = `${options.baseUrl}/chat/completions`;
	const body = requestBody(withVoice({ ...request, stream: request.stream ?? true }));
	return await call(
		async (attempt) => {
			const builder = new CompletionBuilder(request.n);
			const raw = options.raw ? new RawCompletion() : undefined;
			try {
				const response = await attempt.send({
					method: 'POST',
					url,
					headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
					body,
				});
				const bytes = untilFinished(response.body, builder, attempt.pause);
				const ended = await readAnswer(bytes, adder(builder, raw, attempt, options), requestIdOf(response)).catch(
					(error: unknown) => endOf(error, builder),
				);
				if (!ended && !builder.finished) throw prematureEnd(url);
				const completion = builder.build();
				checkAnswered(completion, request);
				return { ...completion, ...(raw && { raw: raw.build() }) };
			} catch (error) {
				if (builder.answered) attempt.commit();
				throw error instanceof StepfunError && builder.started ? withPartial(error, builder.build(), url) : error;
			}
		},
		{ ...options, sent: () => textsOf(request.messages) },
	).catch(async (error: Error) => {
		if (!(error instanceof StepfunError)) throw error;
		throw await withTokenCount(withModelAdvice(error, request), request, options);
	});
}

/** Hands the chunks of an answer on to the builder and to whoever watches it arrive. */
const adder =
	(
		builder: CompletionBuilder,
		raw: RawCompletion | undefined,
		attempt: Attempt,
		{ onDelta }: CompleteOptions,
	): OnChunk =>
	(chunk, source) => {
		const news = builder.add(chunk);
		raw?.add(source);
		if (!news) return;
		attempt.touch();
		attempt.accepted();
		if (!onDelta) return;
		for (const delta of news) {
			if (onDelta(delta)) attempt.commit();
		}
	};

/** What can go wrong behind the end of an answer without any harm to it. */
const HARMLESS: readonly string[] = ['connection_failed', 'timeout', 'malformed_answer'];

/** A connection that breaks, or brings nothing readable, once the answer is finished, is its end; anything else is thrown again. */
function endOf(error: unknown, { finished }: CompletionBuilder): true {
	if (finished && error instanceof StepfunError && HARMLESS.includes(error.type)) return true;
	throw error;
}

/** An error that carries what had arrived; a connection that failed by then has broken off. */
function withPartial(error: StepfunError, partial: Completion, url: string): StepfunError {
	if (error.partial) return error;
	if (error.type !== 'connection_failed') return error.with({ partial });
	return new StepfunError(texts.brokeOff(originOf(url)), { type: 'connection_cut', retryable: true, partial });
}

/** All texts within messages. */
function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return value !== null && typeof value === 'object' && !(value instanceof Attachment)
		? Object.values(value).flatMap(textsOf)
		: [];
}
