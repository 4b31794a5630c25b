import type { Bench } from '../bench';
import { apiKey, model, type Api } from '../api';
import type { Setup } from '../api-server';
import type { Entry, Sample } from '../measure';
import type { Prepared, Run } from '../n8n';
import type { Side, SideOptions } from '../sides/side';

export const LIMIT = 'Limit: undici without n8n';

/** What all sides of a work have in common. */
export interface ItemsWork {
	bench: Bench;
	api: Api;
	setup: Setup;
	/** Items. */
	count: number;
	/** Whether each run has a key that was never used, so that no node knows the account's limits from the run before. */
	asNewAccount?: boolean;
	sample(run: Run): Promise<Sample> | Sample;
}

/** A side that answers items in the shared n8n. It runs once unmeasured, so that all code is loaded and compiled. */
export function itemsEntry(
	{ bench, api, setup, count, asNewAccount, sample }: ItemsWork,
	name: string,
	side: Side,
	options: SideOptions = {},
): Entry {
	let prepared: { owner: unknown; workflow: Prepared } | undefined;
	return {
		name,
		async measure() {
			const n8n = await bench.n8n();
			if (prepared?.owner !== n8n) {
				await api.setUp({ ...setup, options: {} });
				await (await n8n.prepare(side, api.url, { items: WARM_UP_ITEMS }, options)).run();
				prepared = { owner: n8n, workflow: await n8n.prepare(side, api.url, { items: count }, options) };
			}
			if (asNewAccount) await prepared.workflow.asNewAccount();
			await api.setUp(setup);
			return await sample(await prepared.workflow.run());
		},
	};
}

/** The same calls by undici's pooled client in a process of its own. */
export function limitEntry({ bench, api, setup, count, sample }: ItemsWork, atOnce: number, name: string): Entry {
	return {
		name,
		async measure() {
			const calls = { url: api.url, apiKey, model, atOnce, count };
			await api.setUp(setup);
			const result = await bench.limit(calls, { ...calls, count: WARM_UP_ITEMS });
			return await sample({ ...result, done: count });
		},
	};
}

const WARM_UP_ITEMS = 50;

/** The wall time in a unit, or what happened instead. */
export const wall = ({ wallMs, ended }: Run, perUnit: number): Sample => ({
	wall: ended ?? wallMs / perUnit,
});
