import type { IExecuteFunctions } from 'n8n-workflow';
import type { Lane } from '../../stepfun/client/limiter';
import type { StepfunError } from '../../stepfun/errors';
import { clock } from '../shared/clock';
import { LONG_WAIT_MS } from './hints';
import * as texts from './texts';

/** Time between two lines, in ms. */
const BETWEEN_LINES_MS = 30_000;

/**
 * A lane that writes a line in the browser's console now and then, while requests of a manual execution wait for long. The console
 * is all that n8n (2.41) offers a node while it runs: hints and metadata are shown when it has ended, and chunks of a stream are
 * part of the answer.
 */
export function announcedLane(context: IExecuteFunctions, lane: Lane): Lane {
	if (context.getMode() !== 'manual') return lane;
	let refusal: StepfunError | undefined;
	let toldAt = -Infinity;
	const tell = (): void => {
		if (clock.now() - toldAt < BETWEEN_LINES_MS) return;
		toldAt = clock.now();
		context.sendMessageToUI(texts.waiting(refusal ? `: ${refusal.message}` : '').message);
	};
	return {
		async turn(request) {
			const stop = new AbortController();
			void tellWhile(stop.signal, tell);
			try {
				const turn = await lane.turn(request);
				return {
					...turn,
					refused(error) {
						refusal = error;
						const waitMs = turn.refused(error);
						// This wait is spent outside the lane.
						if (waitMs !== undefined && waitMs >= LONG_WAIT_MS) tell();
						return waitMs;
					},
				};
			} finally {
				stop.abort(NO_LONGER);
			}
		},
	};
}

/** Tells when a wait has become long, and again while it goes on. */
async function tellWhile(stopped: AbortSignal, tell: () => void): Promise<void> {
	try {
		for (let waitMs = LONG_WAIT_MS; ; waitMs = BETWEEN_LINES_MS) {
			await clock.sleep(waitMs, stopped);
			tell();
		}
	} catch {
		// The wait is over.
	}
}

const NO_LONGER = 'no longer waiting';
