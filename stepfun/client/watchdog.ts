import { canceled, StepfunError } from '../errors';
import type { Clock } from './clock';
import * as texts from './texts';
import { NO_LONGER } from './until-aborted';

export interface WatchdogOptions {
	clock: Clock;
	/** Longest silence in ms; 0 for no limit. */
	silenceMs: number;
	/** Longest time in ms from now on; 0 for no limit. */
	totalMs: number;
	signal?: AbortSignal;
}

/**
 * Ends a call that is canceled, that has taken too long, or whose server has gone silent: `signal` is then aborted, and
 * `reason` says which of them it was.
 */
export class Watchdog {
	readonly signal: AbortSignal;
	private readonly ended = new AbortController();
	private readonly closed = new AbortController();
	private listening: AbortController | undefined;
	private lastSign = 0;

	constructor(private readonly options: WatchdogOptions) {
		const { clock, totalMs, signal } = options;
		this.signal = signal ? AbortSignal.any([signal, this.ended.signal]) : this.ended.signal;
		if (totalMs > 0) {
			const deadline = clock.now() + totalMs;
			this.endWhen(
				() => deadline,
				this.closed.signal,
				() => totalTimeout(totalMs),
			);
		}
	}

	/** Why the call was ended, once it was. */
	get reason(): StepfunError {
		const reason: unknown = this.signal.reason;
		return reason instanceof StepfunError ? reason : canceled();
	}

	/** Counts silence from now on. */
	start(): void {
		const { silenceMs } = this.options;
		this.touch();
		if (silenceMs === 0) return;
		this.listening = new AbortController();
		this.endWhen(
			() => this.lastSign + silenceMs,
			this.listening.signal,
			() => silence(silenceMs),
		);
	}

	/** Notes a sign of life. */
	touch(): void {
		this.lastSign = this.options.clock.now();
	}

	/** Counts silence no longer, until the next `start`. */
	stop(): void {
		this.listening?.abort(NO_LONGER);
	}

	/** Ends the watch for good. */
	close(): void {
		this.stop();
		this.closed.abort(NO_LONGER);
	}

	/** Wakes only when the time may have come, however often it is put off. */
	private endWhen(due: () => number, stopped: AbortSignal, reason: () => StepfunError): void {
		const { clock } = this.options;
		const wait = async (): Promise<void> => {
			for (let left = due() - clock.now(); left > 0; left = due() - clock.now()) {
				await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), stopped);
			}
			if (!stopped.aborted) this.ended.abort(reason());
		};
		wait().catch(() => {
			// Stopped before the time came.
		});
	}
}

/** Timers cannot be set for longer, in ms. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

const silence = (ms: number): StepfunError => new StepfunError(texts.silence(seconds(ms)), { type: 'timeout' });

const totalTimeout = (ms: number): StepfunError =>
	new StepfunError(texts.totalTimeout(seconds(ms)), { type: 'timeout' });

/** `1 second`, `0.5 seconds`, `300 seconds`. */
const seconds = (ms: number): string => `${Number((ms / 1000).toPrecision(3))} ${ms === 1000 ? 'second' : 'seconds'}`;
