import type { StepfunError } from '../errors';
import type { Clock } from './clock';
import { Hold, jittered, LONGEST_HOLD_MS } from './hold';
import { Places } from './places';
import { Queue } from './queue';
import { Ramp } from './ramp';
import { Rate, type Start } from './rate';
import { isPerMinute, namedLimit, refusalKind, type RefusalKind } from './refusal';
import { NO_LONGER } from './until-aborted';

/** Requests of one execution: it takes turns with the other lanes of its account. */
export interface Lane {
	/**
	 * Resolves when a request may be sent.
	 *
	 * @throws StepfunError the server's refusal, when the account's limit lets nothing in for longer than `retries` allow;
	 * otherwise rejects with the reason of an aborted signal.
	 */
	turn(request: TurnRequest): Promise<Turn>;
}

interface TurnRequest {
	/** How many holds in a row, each ended by a refusal, are waited out before the refusal counts. */
	retries: number;
	/** Whether the request was refused before; it then goes before the others of its lane. */
	again?: boolean;
	signal?: AbortSignal;
}

/** One request's turn, from the moment when it may be sent. */
export interface Turn {
	/** How long it was waited for, in ms. */
	readonly waitedMs: number;
	/** The server has let the request in: what came is no refusal. To be said once or more often. */
	accepted(): void;
	/** Whether the account has let in a request before, this one or another: what answers at its address is the API. */
	isProven(): boolean;
	/**
	 * Takes note of a 429, before the turn ends. Returns how long, in ms, the request waits before it asks for another turn;
	 * undefined when it should not, because its limit has been waited for long enough.
	 */
	refused(error: StepfunError): number | undefined;
	/** Takes note that the account is out of balance or quota: nobody else needs to find that out in the next seconds. */
	exhausted(error: StepfunError): void;
	/** The request's answer, or what there was of it, has ended. */
	leave(): void;
}

interface Waiter extends TurnRequest {
	lane: object;
	since: number;
	start: (turn: Turn) => void;
	fail: (error: unknown) => void;
}

/** What is noted of a request when it is sent. */
interface Sent extends Start {
	/** Requests that were under way. */
	others: number;
	/** Refusals that had come by then. */
	refusals: number;
}

/** First wait for a place where the server has too many requests at a time. */
const PLACE_BACKOFF_MS = 500;
/** What was let in so short a time ago, in ms, says that the account is not out of balance as a whole. */
const RECENTLY_MS = 10_000;
/** From so many requests in a minute on, a limit is worth the requests that find out whether it ends sooner. */
const WORTH_PROBING = 20;

/**
 * The limits of one account, shared by all that use it: what one refusal teaches holds for everyone.
 *
 * - A refusal of requests at a time ("concurrency reached, limit: 8"; any without Retry-After while others are under way) lowers
 *   their number to those that were not refused. The refused one waits a moment, and then for a place.
 * - A refusal by rate ("RPM reached"; any with Retry-After; any while nothing else is under way) holds every request: as long as
 *   Retry-After says, or else 4, 8 and 68 seconds. Then a single request finds out, and the others follow if it is let in. How
 *   many requests fitted into the time until then is kept to from then on, refused ones included, as StepFun counts them.
 * - When nothing was let in after as many holds as someone's retries allow, all of them end with the refusal.
 * - To an account of which nothing is known, requests go out in growing numbers.
 *
 * What was learned relaxes by itself. Lanes take turns, so that a single request does not wait behind a long run.
 */
export class Limiter {
	private readonly places = new Places();
	private readonly rate = new Rate();
	private readonly ramp = new Ramp();
	private readonly hold: Hold;
	private readonly waiting = new Queue<Waiter>();
	/** The limits per minute of the lanes that wait or have requests under way, by lane. */
	private readonly perMinute = new Map<object, number>();
	private readonly underWayByLane = new Map<object, number>();
	private underWay = 0;
	private refusals = 0;
	private acceptedAt = -Infinity;
	/** When the latest request was sent that was let in. */
	private acceptedSentAt = -Infinity;
	private narrowedAt = -Infinity;
	private usedAt: number;
	private refusal: StepfunError | undefined;
	private timer: { at: number; stop: AbortController } | undefined;

	constructor(private readonly clock: Clock) {
		this.usedAt = clock.now();
		this.hold = new Hold(clock);
	}

	/** @param requestsPerMinute A limit that holds for the account while this lane has requests; 0 for none. */
	lane({ requestsPerMinute = 0 } = {}): Lane {
		const lane = {};
		return {
			turn: (request) =>
				new Promise((start, fail) => {
					request.signal?.throwIfAborted();
					if (requestsPerMinute > 0) this.perMinute.set(lane, requestsPerMinute);
					this.enqueue({ ...request, lane, since: this.clock.now(), start, fail });
				}),
		};
	}

	/** For how many ms no request has been waiting or under way. */
	get idleMs(): number {
		return this.underWay === 0 && this.waiting.isEmpty ? this.clock.now() - this.usedAt : 0;
	}

	private enqueue(waiter: Waiter): void {
		if (this.refusal && this.hold.isClosed(waiter.retries)) return waiter.fail(shared(this.refusal));
		const { signal } = waiter;
		this.waiting.add(waiter, waiter.again ?? false);
		const cancel = (): void => {
			this.remove(waiter);
			waiter.fail(signal!.reason);
			this.dispatch();
		};
		signal?.addEventListener('abort', cancel, { once: true });
		const settle =
			<Value>(end: (value: Value) => void) =>
			(value: Value): void => {
				signal?.removeEventListener('abort', cancel);
				end(value);
			};
		waiter.start = settle(waiter.start);
		waiter.fail = settle(waiter.fail);
		this.dispatch();
	}

	private remove(waiter: Waiter): void {
		this.waiting.remove(waiter);
		this.forgetIdle(waiter.lane);
	}

	private forgetIdle(lane: object): void {
		if (!this.waiting.has(lane) && !this.underWayByLane.has(lane)) this.perMinute.delete(lane);
	}

	/** Starts what may start now, and comes back when more may. */
	private dispatch(): void {
		while (!this.waiting.isEmpty && this.places.has(this.underWay)) {
			const now = this.clock.now();
			const at = Math.max(
				this.hold.endsAt,
				this.rate.nextAt(now, Math.min(...this.perMinute.values())),
				this.ramp.nextAt(now),
			);
			if (at > now) return this.wakeAt(at);
			const waiter = this.waiting.next()!;
			waiter.start(this.begin(waiter, now));
		}
		this.wakeAt(undefined);
	}

	private begin({ lane, retries, since }: Waiter, now: number): Turn {
		const sent: Sent = { ...this.rate.started(now), others: this.underWay, refusals: this.refusals };
		this.ramp.started(now);
		this.underWay += 1;
		this.underWayByLane.set(lane, (this.underWayByLane.get(lane) ?? 0) + 1);
		let isAccepted = false;
		return {
			waitedMs: now - since,
			accepted: () => {
				if (!isAccepted) this.accepted(sent);
				isAccepted = true;
			},
			isProven: () => this.acceptedAt > -Infinity,
			refused: (error) => this.refused(error, sent, retries),
			exhausted: (error) => this.exhausted(error),
			leave: () => this.left(lane, sent),
		};
	}

	private accepted(sent: Sent): void {
		const now = this.clock.now();
		this.acceptedAt = now;
		this.acceptedSentAt = Math.max(this.acceptedSentAt, sent.at);
		this.ramp.accepted(sent.at, now);
		this.rate.accepted(sent);
		this.places.accepted(now);
		const endedAt = this.hold.release(sent.at);
		if (endedAt !== undefined) this.rate.resumed(sent.at, endedAt);
		this.dispatch();
	}

	private left(lane: object, sent: Sent): void {
		this.underWay -= 1;
		this.usedAt = this.clock.now();
		const others = this.underWayByLane.get(lane)! - 1;
		if (others > 0) this.underWayByLane.set(lane, others);
		else this.underWayByLane.delete(lane);
		this.forgetIdle(lane);
		this.ramp.left(sent.at);
		this.rate.left(sent);
		this.dispatch();
	}

	private refused(error: StepfunError, sent: Sent, retries: number): number | undefined {
		const now = this.clock.now();
		const others = this.othersOf(sent);
		const kind = this.kindOf(error, sent, others);
		this.refusal = error;
		this.refusals += 1;
		this.rate.refused();
		this.ramp.refused(sent.at, now);
		if (kind === 'places' || kind === 'unknown') {
			this.places.narrow(others, kind === 'places' ? namedLimit(error.message) : undefined, now);
			// The refusals of one burst are one sign.
			if (sent.at > this.narrowedAt) this.narrowedAt = now;
		}
		if (kind === 'places' || (kind === 'unknown' && error.retryAfterMs === undefined)) {
			if (kind === 'unknown') this.ramp.restart(2);
			const waitMs = error.retryAfterMs ?? jittered(PLACE_BACKOFF_MS, this.clock);
			return retries === 0 || waitMs > LONGEST_HOLD_MS ? undefined : waitMs;
		}
		this.holdBack(error, sent);
		this.endWaiting((waiter) => this.hold.isUsedUp(Math.max(1, waiter.retries)));
		if (!this.hold.isUsedUp(retries)) return 0;
		if (this.waiting.isEmpty) this.hold.giveUp();
		return undefined;
	}

	/** What a refusal is about, by its words and by what was under way. */
	private kindOf({ message }: StepfunError, sent: Sent, others: number): RefusalKind {
		const kind = refusalKind(message);
		if (kind === 'rate' || kind === 'tokens') return kind;
		if (others === 0) return 'rate';
		if (kind === 'places' || !this.places.areLimited) return kind;
		// Refused again after the number of places was lowered, and before anything was let in: it is not about places.
		if (sent.at > this.narrowedAt && this.acceptedSentAt < this.narrowedAt) return 'rate';
		return this.places.areTaken(others) ? 'places' : 'rate';
	}

	/** How many requests were under way beside one when it was sent, as far as they were not refused themselves. */
	private othersOf({ others, refusals }: Sent): number {
		return Math.max(0, others - (this.refusals - refusals));
	}

	private holdBack({ message, retryAfterMs }: StepfunError, sent: Sent): void {
		const now = this.clock.now();
		const kind = refusalKind(message);
		const named = kind === 'rate' ? namedLimit(message) : undefined;
		const perMinute = retryAfterMs === undefined && isPerMinute(message);
		const minuteEndsAt = perMinute ? this.rate.minuteEndsAt(now, named ?? Infinity) : Infinity;
		const isWorthProbing = minuteEndsAt === Infinity || (named ?? Infinity) >= WORTH_PROBING;
		const isNew = this.hold.refused(sent.at, {
			retryAfterMs,
			earliest: isWorthProbing ? now : minuteEndsAt,
			latest: minuteEndsAt,
		});
		if (!isNew) return;
		this.ramp.restart(1);
		// Tokens and places in use teach no number of requests.
		if (kind === 'rate' || kind === 'unknown') this.rate.met(now, sent, named);
	}

	private exhausted(error: StepfunError): void {
		if (this.clock.now() - this.acceptedAt < RECENTLY_MS) return;
		this.refusal = error;
		this.hold.close();
		this.endWaiting(() => true);
	}

	/** Ends requests that wait, with the refusal that they wait for. */
	private endWaiting(isOver: (waiter: Waiter) => boolean): void {
		for (const waiter of this.waiting.all().filter(isOver)) {
			this.remove(waiter);
			waiter.fail(shared(this.refusal!));
		}
	}

	/** Comes back at that time, or not at all. */
	private wakeAt(at: number | undefined): void {
		if (this.timer?.at === at) return;
		this.timer?.stop.abort(NO_LONGER);
		this.timer = undefined;
		if (at === undefined) return;
		const stop = new AbortController();
		this.timer = { at, stop };
		this.clock.sleep(Math.ceil(at - this.clock.now()), stop.signal).then(
			() => {
				this.timer = undefined;
				this.dispatch();
			},
			() => {
				// Another time has taken its place.
			},
		);
	}
}

/** The refusal of another request, for one that was not sent because of it. */
const shared = (error: StepfunError): StepfunError => error.with({ attempts: 0, partial: undefined });
