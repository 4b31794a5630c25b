import type { Clock } from './clock';

export interface LimiterOptions {
	/** How many requests may be under way at most; Infinity for no limit. */
	maxConcurrent: number;
	/** How many requests may start within any minute; 0 for no limit. */
	requestsPerMinute: number;
	clock: Clock;
}

/** One request's turn, from the moment when it may be sent. */
export interface Turn {
	/** The server has let the request in. */
	accepted(): void;
	/** Whether another request was let in since this one asked for its turn: a refusal is then a matter of pace. */
	isOvertaken(): boolean;
	/** Takes note of a 429, before the turn ends. Returns how long, in ms, the request waits before it asks for another turn. */
	refused(refusal: Refusal): number;
	/** The request's answer, or what there was of it, has ended. */
	leave(): void;
}

/** What a 429 says. */
export interface Refusal {
	message: string;
	/** From Retry-After, in ms. */
	retryAfterMs?: number;
}

/** A minute, and a second for clocks and networks that are not even. */
const MINUTE_MS = 61_000;
/** Waits for a limit by rate that names no time; with three tries they outlast a minute, jitter included. */
const RATE_BACKOFF_MS = [4_000, 16_000, 60_000] as const;
/** First wait for a place where the server has too many requests at a time. */
const PLACE_BACKOFF_MS = 500;
/** So many successes for each place give one place more; twice as many after each time that this was refused. */
const SUCCESSES_TO_WIDEN = 2;
const MOST_PATIENCE = 64;

/**
 * Gives the requests of one execution their turns, with one memory of what the server has refused.
 *
 * - A refusal of parallelism ("concurrency reached, limit: 8"; any 429 without Retry-After while others of ours are under way)
 *   lowers the number of requests under way to those that were not refused. The refused one waits a moment, and then for a
 *   place. Places come back one by one, more slowly after each refusal, and never beyond a limit that the server has named.
 * - A refusal by rate ("RPM reached"; any 429 with Retry-After; any while nothing else of ours is under way) holds every new
 *   request: as long as Retry-After says, or else 4, 16 and 60 seconds. StepFun sends no Retry-After and names its limit per
 *   minute, refused requests included; from then on no more than that are sent within any minute.
 *
 * Whether a refused request has tries left is decided by `call`: a refusal uses up none as long as others get through.
 */
export class Limiter {
	/** Requests that the server has let in so far. */
	private acceptedCount = 0;
	/** When the requests of the last minute were sent. */
	private readonly starts: number[] = [];
	private perMinute: number;
	/** Requests that may be under way, and the most that this may grow to. */
	private places: number;
	private ceiling: number;
	private underWay = 0;
	private waiting: Array<() => void> = [];
	private heldUntil = -Infinity;
	/** Refusals by rate, bursts counted once, since a request was let in. */
	private rateRefusals = 0;
	private successes = 0;
	private patience = SUCCESSES_TO_WIDEN;
	/** Whether a place was given since the last refusal. */
	private widened = false;

	constructor(private readonly options: LimiterOptions) {
		this.places = this.ceiling = options.maxConcurrent;
		this.perMinute = options.requestsPerMinute || Infinity;
	}

	/** Resolves when a request may be sent. Rejects with the reason of an aborted signal. */
	async turn(signal?: AbortSignal): Promise<Turn> {
		const { clock } = this.options;
		const acceptedBefore = this.acceptedCount;
		for (;;) {
			signal?.throwIfAborted();
			const waitMs = this.waitMs();
			if (waitMs > 0) await clock.sleep(waitMs, signal);
			else if (this.underWay >= this.places) await this.placeGiven(signal);
			else break;
		}
		this.underWay += 1;
		this.starts.push(clock.now());
		return {
			accepted: () => this.accepted(),
			isOvertaken: () => this.acceptedCount > acceptedBefore,
			refused: (refusal) => this.refused(refusal),
			leave: () => this.leave(),
		};
	}

	private leave(): void {
		this.underWay -= 1;
		for (const wake of this.waiting.splice(0)) wake();
	}

	private accepted(): void {
		this.acceptedCount += 1;
		this.rateRefusals = 0;
		if (this.places >= this.ceiling) return;
		this.successes += 1;
		if (this.successes < this.patience * this.places) return;
		this.successes = 0;
		this.places += 1;
		this.widened = true;
	}

	/** Returns how long, in ms, the refused request waits before it asks for another turn. */
	private refused({ message, retryAfterMs }: Refusal): number {
		const kind = kindOf(message);
		const others = this.underWay - 1;
		const named = namedLimit(message);
		if (kind !== 'rate' && others > 0) this.narrow(kind === 'places' ? Math.min(others, named ?? Infinity) : others);
		if (kind === 'places' && named !== undefined) this.ceiling = Math.max(1, Math.min(this.ceiling, named));
		if (kind === 'rate' || others === 0 || (kind === 'unknown' && retryAfterMs !== undefined)) {
			if (kind === 'rate' && retryAfterMs === undefined && /\bRPM\b/i.test(message))
				this.perMinute = Math.min(this.perMinute, Math.max(1, named ?? Infinity));
			this.hold(retryAfterMs);
			return 0;
		}
		return retryAfterMs ?? jittered(PLACE_BACKOFF_MS, this.options.clock);
	}

	private narrow(places: number): void {
		if (places >= this.places) return;
		this.places = places;
		// A burst is one sign, however many of its requests are refused; only one that was provoked by a new place asks for patience.
		if (this.widened) this.patience = Math.min(this.patience * 2, MOST_PATIENCE);
		this.widened = false;
		this.successes = 0;
	}

	private hold(retryAfterMs: number | undefined): void {
		const { clock } = this.options;
		const now = clock.now();
		if (retryAfterMs !== undefined) this.heldUntil = Math.max(this.heldUntil, now + retryAfterMs);
		else if (now >= this.heldUntil) {
			this.heldUntil = now + jittered(RATE_BACKOFF_MS[Math.min(this.rateRefusals, RATE_BACKOFF_MS.length - 1)]!, clock);
			this.rateRefusals += 1;
		}
	}

	/** How long, in ms, the next request still has to wait. */
	private waitMs(): number {
		const now = this.options.clock.now();
		while (this.starts.length > 0 && this.starts[0]! <= now - MINUTE_MS) this.starts.shift();
		const oldest = this.starts[this.starts.length - this.perMinute];
		return Math.max(this.heldUntil - now, oldest === undefined ? 0 : oldest + MINUTE_MS - now);
	}

	/** Resolves when a request has left, or the signal is aborted. */
	private placeGiven(signal: AbortSignal | undefined): Promise<void> {
		return new Promise((resolve) => {
			const wake = (): void => {
				signal?.removeEventListener('abort', wake);
				resolve();
			};
			signal?.addEventListener('abort', wake);
			this.waiting.push(wake);
		});
	}
}

/** From three quarters of a wait to the whole of it: keeps apart what would come at once. */
const jittered = (ms: number, clock: Clock): number => Math.round(ms * (0.75 + clock.random() / 4));

/** Recorded: "request limited RPM reached, current: 11, limit: 10" and "concurrency reached, current: 11, limit: 10". */
function kindOf(message: string): 'rate' | 'places' | 'unknown' {
	if (/\b(?:RPM|RPD|TPM|TPD|per (?:second|minute|hour|day))\b/i.test(message)) return 'rate';
	return /concurren|parallel|simultaneous/i.test(message) ? 'places' : 'unknown';
}

function namedLimit(message: string): number | undefined {
	const limit = /\blimit: (\d{1,9})\b/i.exec(message)?.[1];
	return limit === undefined ? undefined : Number(limit);
}
