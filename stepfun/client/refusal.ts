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
	if (LASTING.test(text)) return retryAfterMs === undefined;
	if (PASSING.test(message)) return false;
	return USED_UP.test(text);
}

/** Words of a limit by the day, the month or a subscription's period. */
const LASTING =
	/\b(?:RPD|TPD)\b|per (?:day|week|month)|daily|weekly|monthly|(?:exceeded|reached|hit|over) (?:your |the |its )?(?:usage|spending) limit|每[天日周月]/i;

/** Words of a limit that is over within a minute or an hour, or with the next answer. */
const PASSING = /\b(?:[RT]P[MS]|Q[PM][SM])\b|per (?:second|minute|hour)|concurren|并发|频率|频繁|每(?:秒|分钟|小时)/i;

/** Words for a balance or quota of which nothing is left, as StepFun, OpenAI and the gateways before them put it. */
const USED_UP = new RegExp(
	[
		'(?:insufficient|not enough|no (?:remaining|more)|out of)[-_ ]?(?:account[-_ ])?(?:quota|balance|funds|credit)',
		'\\b(?:quota|credits?|funds|allowance)[-_ ]?(?:(?:has|have|is|are|was|were)[-_ ](?:been[-_ ])?)?(?:all[-_ ])?(?:exceeded|exhausted|used[-_ ]up|depleted|insufficient|not[-_ ]enough)',
		'exceeded your (?:current )?quota',
		'\\bbalance\\b|\\bbilling\\b|arrears|payment[-_ ]required',
		'余额|欠费|额度|配额',
	].join('|'),
	'i',
);
