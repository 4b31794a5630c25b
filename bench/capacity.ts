/** What one execution of one call costs n8n, in ms. */
export interface Costs {
	/** Of its worker's one thread for JavaScript. */
	workerMs: number;
	/** CPU of everything together: main, webhook process, workers, PostgreSQL and Redis. */
	machineMs: number;
	/** Beside the model's time, how long it holds its place in a worker. */
	heldMs: number;
}

/** As `npm run bench -- queue` measures them; test/docs/scaling.test.ts holds them against bench/results.json. */
export const COSTS: Costs = { workerMs: 50, machineMs: 95, heldMs: 250 };

export interface Staff {
	workers: number;
	/** Executions at a time in each. */
	concurrency: number;
}

/** Executions a second: what there is room for, what the workers bear, or what so many cores bear, whichever is least. */
export function executionsPerSecond({ workers, concurrency }: Staff, modelMs: number, cores: number): number {
	const room = (workers * concurrency * 1000) / (modelMs + COSTS.heldMs);
	return Math.min(room, (workers * 1000) / COSTS.workerMs, (cores * 1000) / COSTS.machineMs);
}

/** How much of what a worker or a core bears is planned with: bursts come on top. */
const LOAD = 0.5;
/** Room for answers that take longer than the others. */
const SPARE = 1.5;
const LEAST_CONCURRENCY = 5;

/** Executions a second that one worker is planned for. */
export const PLANNED_PER_WORKER = Math.floor((LOAD * 1000) / COSTS.workerMs);

/** How many workers, and how many executions at a time in each, so many calls a minute take. */
export function staffFor(callsPerMinute: number, modelMs: number): Staff {
	const perSecond = callsPerMinute / 60;
	const workers = Math.ceil(perSecond / PLANNED_PER_WORKER);
	const held = ((perSecond / workers) * modelMs * SPARE) / 1000;
	return { workers, concurrency: Math.max(LEAST_CONCURRENCY, Math.ceil(held)) };
}

/** How many cores, all processes together, so many executions a second take. */
export const coresFor = (perSecond: number): number => Math.ceil((perSecond * COSTS.machineMs) / 1000 / LOAD);
