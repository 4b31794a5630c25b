import { complete, type CompleteOptions } from './complete';
import type { ChatRequest, Completion } from './types';

/**
 * One completion whose text is given out as it arrives: yields what is added to the first choice, returns the whole. Whoever stops
 * reading ends the request.
 *
 * @throws StepfunError
 */
export async function* streamText(
	request: ChatRequest,
	options: Omit<CompleteOptions, 'onDelta'>,
): AsyncGenerator<string, Completion> {
	const left = new AbortController();
	const texts: string[] = [];
	let ended = false;
	let wake = (): void => {};
	const whole = complete(request, {
		...options,
		signal: options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal,
		onDelta({ index, content }) {
			if (index !== 0 || content === '') return false;
			texts.push(content);
			wake();
			return true;
		},
	}).finally(() => {
		ended = true;
		wake();
	});
	// Awaited below; until then a failure is nobody's unhandled one.
	whole.catch(() => {});
	try {
		for (;;) {
			const text = texts.splice(0).join('');
			if (text !== '') yield text;
			else if (ended) return await whole;
			else await new Promise<void>((resolve) => (wake = resolve));
		}
	} finally {
		left.abort();
	}
}
