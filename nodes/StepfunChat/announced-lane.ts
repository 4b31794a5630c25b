import type { IExecuteFunctions } from 'n8n-workflow';
import type { Lane } from '../../stepfun/client/limiter';
import type { StepfunError } from '../../stepfun/errors';
import { clock } from '../shared/clock';
import { LONG_WAIT_MS } from './hints';
import * as texts from './texts';

/** Time between two lines, in ms. */
const BETWEEN_LINES_MS = 30_000;
/** Time between two looks at who waits, in ms. */
const LOOK_MS = 1_000;

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
	/** Since when each request has been waiting, in ms of the clock. */
	const waiting = new Set<{ since: number }>();
	let isWatching = false;
	const watch = async (): Promise<void> => {
		if (isWatching) return;
		isWatching = true;
		while (waiting.size > 0) {
			await clock.sleep(LOOK_MS);
			if ([...waiting].some(({ since }) => clock.now() - since >= LONG_WAIT_MS)) tell();
		}
		isWatching = false;
	};
	return {
		async turn(request) {
			const wait = { since: clock.now() };
			waiting.add(wait);
			void watch();
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
				waiting.delete(wait);
			}
		},
	};
}
