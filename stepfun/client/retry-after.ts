import { asRecord } from '../json';

/**
 * Retry-After in ms (RFC 9110, section 10.2.3): whole seconds, or an HTTP date, which is held against the answer's own Date where
 * it has one, since the server's clock may differ from ours. Undefined where it is absent or neither.
 */
export function retryAfterMs(
	retryAfter: string | undefined,
	date?: string,
	now: number = Date.now(),
): number | undefined {
	const value = retryAfter?.trim() ?? '';
	if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000;
	// A date begins with the name of its day; Date.parse would read much else.
	if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return undefined;
	const until = Date.parse(value);
	const from = date === undefined ? NaN : Date.parse(date);
	return Number.isNaN(until) ? undefined : Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/** Where a body says how long to wait, in seconds: OpenRouter's name for it, and those of others. */
const BODY_FIELDS = ['retry_after_seconds', 'retry_after', 'retryAfter'];

/**
 * The wait in ms that an error's body asks for: in the body itself, in its `error`, or in that one's `metadata`, where OpenRouter
 * also keeps the headers of the provider. Undefined where it asks for none.
 */
export function bodyRetryAfterMs(body: unknown): number | undefined {
	const outer = asRecord(body);
	const error = asRecord(outer?.['error']);
	const metadata = asRecord(error?.['metadata']) ?? asRecord(outer?.['metadata']);
	for (const place of [metadata, error, outer]) {
		for (const field of BODY_FIELDS) {
			const waitMs = waitIn(place?.[field]);
			if (waitMs !== undefined) return waitMs;
		}
	}
	const headers = Object.entries(asRecord(metadata?.['headers']) ?? {});
	return waitIn(headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
}

function waitIn(value: unknown): number | undefined {
	if (typeof value === 'string') return retryAfterMs(value);
	return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value * 1_000 : undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A long wait as a person says it: `for 3 minutes`, `for 2 hours`, `for more than a day`. */
export function longWait(ms: number): string {
	if (ms > 24 * HOUR_MS) return 'for more than a day';
	return ms <= 2 * HOUR_MS ? `for ${Math.ceil(ms / MINUTE_MS)} minutes` : `for ${Math.ceil(ms / HOUR_MS)} hours`;
}
