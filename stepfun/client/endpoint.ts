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

/** The key without blanks, which a pasted one may have and a header may not. */
export const apiKeyOf = (pasted: unknown): string => String(pasted ?? '').replace(/\s+/g, '');

/** The URL that `/chat/completions` and `/models` are appended to; no trailing slash. '' for a custom URL left empty. */
export function baseUrl({ region, plan, baseUrl: custom = '' }: EndpointSettings): string {
	if (region !== 'custom') return REGION_ORIGINS[region] + PLAN_PATHS[plan];
	return BASE_URL_REPAIRS.reduce((url, [pattern, replacement]) => url.replace(pattern, replacement), custom);
}
