import { invalidInput } from '../errors';
import * as texts from './texts';

/** Where requests go: StepFun's two regions, its two plans, or a gateway of one's own. */
export interface EndpointSettings {
	/** Keys belong to a region: one region's key is refused by the other with 401. */
	region: 'international' | 'china' | 'custom';
	plan: 'standard' | 'stepPlan';
	/** Used when the region is `custom`. */
	baseUrl?: string;
}

export const REGION_ORIGINS = { international: 'https://api.stepfun.ai', china: 'https://api.stepfun.com' } as const;
export const PLAN_PATHS = { standard: '/v1', stepPlan: '/step_plan/v1' } as const;

/**
 * What is mended in a pasted base URL, in this order: blanks, a query, the path of an endpoint, trailing slashes, a doubled
 * version, and a missing version on StepFun's own hosts. A table, because the credential's test needs it as an expression.
 */
export const BASE_URL_REPAIRS: ReadonlyArray<readonly [pattern: RegExp, replacement: string]> = [
	[/\s+/g, ''],
	[/[?#].*$/, ''],
	[/\/+$/, ''],
	[/\/(?:chat\/completions|models|messages|responses)$/i, ''],
	[/\/+$/, ''],
	[/(?:\/v1)+$/, '/v1'],
	[/^(https?:\/\/api\.stepfun\.(?:ai|com)(?:\/step_plan)?)$/i, '$1/v1'],
];

/** What may stand around a pasted key: quotes, the header or the variable that it was copied from, and invisible characters. */
const AROUND_KEY: readonly RegExp[] = [
	/[\s\u00ad\u200b-\u200f\u2060\ufeff]+$|^[\s\u00ad\u200b-\u200f\u2060\ufeff]+/g,
	/^["'`´‘’“”«»„‚「」＂＇]+|["'`´‘’“”«»„‚「」＂＇,;]+$/g,
	/^authorization["']?\s*[:=]\s*/i,
	/^bearer(?=["'`\s:]|sk-)\s*:?/i,
	/^(?:export\s+|set\s+)?[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)\s*[:=]\s*/,
	/^["']?api[-_ ]?key["']?\s*[:=]\s*/i,
];

/** The key alone, of a pasted one: `Bearer sk-…`, `"sk-…"`, one with blanks or line breaks, which a header may not have. */
export function apiKeyOf(pasted: unknown): string {
	let key = typeof pasted === 'string' ? pasted : '';
	for (let before = ''; before !== key;) {
		before = key;
		key = AROUND_KEY.reduce((rest, pattern) => rest.replace(pattern, ''), key);
	}
	return key.replace(/\s+/g, '');
}

/** Before the host, where a name or password would take the place of the key, or what looks like the host would be none. */
const HAS_USER = /^[a-z][a-z\d+.-]*:[\\/]*[^\\/]*@/i;

/**
 * The URL that `/chat/completions` and `/models` are appended to; no trailing slash. '' for a custom URL left empty.
 *
 * @throws StepfunError `invalid_input` for a custom URL with a user name or password.
 */
export function baseUrl({ region, plan, baseUrl: custom = '' }: EndpointSettings): string {
	if (region !== 'custom') return REGION_ORIGINS[region] + PLAN_PATHS[plan];
	if (HAS_USER.test(custom.replace(/\s+/g, ''))) throw invalidInput(texts.baseUrlWithUser);
	return BASE_URL_REPAIRS.reduce((url, [pattern, replacement]) => url.replace(pattern, replacement), custom);
}

/** The base URL of what the Step Plan does not have: the same account's standard one. */
export const standardUrl = (url: string): string => url.replace(/\/step_plan(?=\/v1$)/, '');

/** Whether requests can be sent to a base URL. */
export function isAddress(url: string): boolean {
	try {
		return /^https?:\/\/./i.test(url) && new URL(url).hostname !== '';
	} catch {
		return false;
	}
}
