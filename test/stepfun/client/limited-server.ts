import type { HttpResponse, Send } from '../../../stepfun/client/http';
import type { FakeClock } from '../../fake-clock';
import { delta } from '../response/completion-of';

/** What a server decides about a request from what it has seen so far; all times are the clock's ms. */
export interface ServerState {
	now: number;
	/** Answers under way. */
	underWay: number;
	/** When each request came, refused ones included, the new one last. */
	starts: number[];
	/** The same without the refused ones, and without the new one. */
	accepted: number[];
}

export interface LimitedServer {
	/** How long an answer takes, in ms. */
	answerMs?: number;
	/** How long a refusal, and the head of an answer, take, in ms. */
	latencyMs?: number;
	/** Refuses a request by giving its 429's message and headers. */
	refuses(state: ServerState): { message: string; retryAfter?: string } | undefined;
}

/** A server on a fake clock that limits in some way, and counts what it refused. */
export function serverOf(clock: FakeClock, { answerMs = 1_000, latencyMs = 20, refuses }: LimitedServer) {
	const starts: number[] = [];
	const accepted: number[] = [];
	let underWay = 0;
	const counts = { sent: 0, refused: 0, most: 0 };
	const response = (
		status: number,
		text: string,
		headers: HttpResponse['headers'] = {},
		afterMs = 0,
		signal?: AbortSignal,
	): HttpResponse => ({
		status,
		headers,
		body: {
			async *[Symbol.asyncIterator]() {
				await clock.sleep(afterMs, signal).finally(() => {
					if (status === 200) underWay -= 1;
				});
				yield Buffer.from(text);
			},
			destroy() {},
		},
	});
	const send: Send = async ({ signal }) => {
		const now = clock.now();
		counts.sent += 1;
		starts.push(now);
		const refusal = refuses({ now, underWay, starts, accepted });
		if (!refusal) {
			accepted.push(now);
			counts.most = Math.max(counts.most, (underWay += 1));
		}
		await clock.sleep(latencyMs, signal);
		if (refusal) {
			counts.refused += 1;
			return response(
				429,
				JSON.stringify({ error: { message: refusal.message, type: 'rate_limited' } }),
				refusal.retryAfter === undefined ? {} : { 'retry-after': refusal.retryAfter },
			);
		}
		return response(200, delta({ content: 'a' }, 'stop'), {}, answerMs, signal);
	};
	return { send, counts };
}

/** At most so many answers at a time. */
export const atOnce =
	(
		limit: number,
		{
			message = `request limited concurrency reached, current: ${limit + 1}, limit: ${limit}`,
			retryAfter,
		}: { message?: string; retryAfter?: string } = {},
	) =>
	({ underWay }: ServerState) =>
		underWay >= limit ? { message, retryAfter } : undefined;

/** At most so many requests in a window, fixed from its first request on or sliding. */
export function inWindow(
	limit: number,
	windowMs: number,
	{
		message = `request limited RPM reached, current: ${limit + 1}, limit: ${limit}. Please top up`,
		retryAfter = false,
		sliding = false,
		counted = true,
	} = {},
) {
	let start = -Infinity;
	let count = 0;
	return ({ now, starts, accepted }: ServerState) => {
		if (sliding) {
			const seen = (counted ? starts : [...accepted, now]).filter((at) => at > now - windowMs);
			if (seen.length <= limit) return undefined;
			const left = seen[seen.length - limit - 1]! + windowMs - now;
			return { message, ...(retryAfter && { retryAfter: String(Math.max(1, Math.ceil(left / 1_000))) }) };
		}
		if (now - start >= windowMs) {
			start = now;
			count = 0;
		}
		if (counted || count < limit) count += 1;
		else
			return {
				message,
				...(retryAfter && { retryAfter: String(Math.max(1, Math.ceil((start + windowMs - now) / 1_000))) }),
			};
		if (count <= limit) return undefined;
		return {
			message,
			...(retryAfter && { retryAfter: String(Math.max(1, Math.ceil((start + windowMs - now) / 1_000))) }),
		};
	};
}
