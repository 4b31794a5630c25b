/**
 * What a refusal is about: requests at a time (`places`), requests in a time (`rate`), tokens in a time (`tokens`), or one of
 * them without a word which.
 *
 * Recorded from StepFun: "request limited RPM reached, current: 11, limit: 10" and "request limited concurrency reached,
 * current: 16, limit: 15", both without Retry-After.
 */
export type RefusalKind = 'places' | 'rate' | 'tokens' | 'unknown';

export function refusalKind(message: string): RefusalKind {
	if (/\b(?:TPM|TPD|TPS)\b|tokens? per (?:second|minute|hour|day)/i.test(message)) return 'tokens';
	if (/\b(?:RPM|RPD|RPS|QPS|QPM|per (?:second|minute|hour|day))\b/i.test(message)) return 'rate';
	return /concurren|parallel|simultaneous|并发/i.test(message) ? 'places' : 'unknown';
}

/** The limit that a refusal names, at least 1: `limit: 10`. */
export function namedLimit(message: string): number | undefined {
	const limit = /\blimit:? (\d{1,9})\b/i.exec(message)?.[1];
	return limit === undefined ? undefined : Math.max(1, Number(limit));
}

/** Whether the limit that a refusal names counts requests within a minute. */
export const isPerMinute = (message: string): boolean => /\bRPM\b|requests? per minute/i.test(message);

/**
 * Whether a refusal says that the account's balance or quota is used up, so that no wait within a run helps. A limit by the day is
 * one unless the server says when it ends.
 */
export function saysExhausted({
	message,
	type,
	retryAfterMs,
}: {
	message: string;
	type?: string;
	retryAfterMs?: number;
}): boolean {
	const text = `${type ?? ''} ${message}`;
	if (/\b(?:RPD|TPD)\b|per day|daily/i.test(text)) return retryAfterMs === undefined;
	if (/\b(?:[RT]P[MS]|Q[PM][SM])\b|per (?:second|minute|hour)|concurren/i.test(message)) return false;
	return /insufficient[_ ](?:quota|balance|funds|credit)|quota[_ ]exceeded|exceeded your (?:current )?quota|balance|billing|arrears|out of credits|余额|欠费|额度/i.test(
		text,
	);
}
