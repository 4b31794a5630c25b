/** What an execution of one call costs n8n, in ms of CPU, as `npm run bench -- queue` measures it. */
export interface Costs {
	/** In its worker, which has one core. */
	workerMs: number;
	/** In all processes together: main, webhook process, worker, PostgreSQL and Redis. */
	machineMs: number;
}

export interface Staff {
	workers: number;
	/** Executions at a time in each. */
	concurrency: number;
	cores: number;
}

/** What an execution takes beside the model's time while it holds its place in a worker, in ms. */
const HELD_MS = 60;

/** Executions a second: what there is room for, what the workers' cores bear, or what the machine bears, whichever is least. */
export function executionsPerSecond({ workers, concurrency, cores }: Staff, modelMs: number, costs: Costs): number {
	const room = (workers * concurrency * 1000) / (modelMs + HELD_MS);
	return Math.min(room, (workers * 1000) / costs.workerMs, (cores * 1000) / costs.machineMs);
}

/** How much of a worker's core is planned with: bursts come on top. */
const LOAD = 0.5;
/** Room for answers that take longer than the others. */
const SPARE = 1.5;
const LEAST_CONCURRENCY = 5;

/** Executions a second that one worker is planned for. */
export const plannedPerWorker = ({ workerMs }: Costs): number => Math.floor((LOAD * 1000) / workerMs);

/** How many workers, and how many executions at a time in each, so many calls a minute take. */
export function staffFor(callsPerMinute: number, modelMs: number, costs: Costs): Omit<Staff, 'cores'> {
	const perSecond = callsPerMinute / 60;
	const workers = Math.ceil(perSecond / plannedPerWorker(costs));
	const held = ((perSecond / workers) * modelMs * SPARE) / 1000;
	return { workers, concurrency: Math.max(LEAST_CONCURRENCY, Math.ceil(held)) };
}
