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

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A long wait as a person says it: `for 3 minutes`, `for 2 hours`, `for more than a day`. */
export function longWait(ms: number): string {
	if (ms > 24 * HOUR_MS) return 'for more than a day';
	return ms <= 2 * HOUR_MS ? `for ${Math.ceil(ms / MINUTE_MS)} minutes` : `for ${Math.ceil(ms / HOUR_MS)} hours`;
}
