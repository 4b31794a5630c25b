import { Limiter } from '../../stepfun/client/limiter';
import { clock } from './clock';
import type { Connection } from './connection';

/** How long the limits of an account are remembered after its last request, in ms. */
const KEPT_MS = 600_000;
/** Accounts that are remembered at most, beside those with requests under way. */
const MOST_ACCOUNTS = 500;

/** By a hash of address and key, so that no key is kept. */
const limiters = new Map<string, Limiter>();

/**
 * The limits of the account that a connection leads to: one Limiter for all executions and nodes of this process. The build puts
 * this module into a file that both nodes load.
 */
export const limiterOf = async ({ baseUrl, apiKey }: Connection): Promise<Limiter> =>
	await limiterFor(`${baseUrl}\n${apiKey}`);

/** The same for its files: the limits of an account count the requests to its models. */
export const fileLimiterOf = async ({ baseUrl, apiKey }: Connection): Promise<Limiter> =>
	await limiterFor(`${baseUrl}/files\n${apiKey}`);

async function limiterFor(name: string): Promise<Limiter> {
	const account = await hashed(name);
	const limiter = limiters.get(account) ?? new Limiter(clock);
	// Moved to the end, as the first are forgotten first.
	limiters.delete(account);
	forgetIdle();
	limiters.set(account, limiter);
	return limiter;
}

/**
 * Forgets what was learned of all accounts.
 *
 * @public
 */
export const forgetAccounts = (): void => limiters.clear();

/**
 * How many accounts are remembered.
 *
 * @public
 */
export const accountCount = (): number => limiters.size;

function forgetIdle(): void {
	for (const [account, limiter] of limiters) {
		const { idleMs } = limiter;
		if (idleMs > KEPT_MS || (idleMs > 0 && limiters.size >= MOST_ACCOUNTS)) limiters.delete(account);
	}
}

async function hashed(text: string): Promise<string> {
	const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
	return Buffer.from(bytes).toString('base64');
}
