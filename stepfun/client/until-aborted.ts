import { canceled, StepfunError } from '../errors';

/** Rejects as soon as the signal is aborted, without waiting for the work: with the signal's reason, where that is a StepfunError. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
	if (!signal) return await work;
	let stop = (): void => {};
	const aborted = new Promise<never>((_, reject) => {
		stop = () => reject(abortError(signal));
		if (signal.aborted) stop();
		else signal.addEventListener('abort', stop, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

/** Why a signal was aborted. */
export const abortError = ({ reason }: AbortSignal): StepfunError =>
	reason instanceof StepfunError ? reason : canceled();

/** The reason of an abort that nobody reads: without one, a DOMException with its stack would be made each time. */
export const NO_LONGER = 'no longer needed';
