import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** A tick of the kernel's CPU times, in ms. */
const TICK_MS = 10;

/** CPU time of process groups since their start, in ms, as Linux tells it. */
export function groupsCpuMs(groups: number[]): number {
	const stats = readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				// The program's name, in parentheses, may hold spaces; the state comes first after it.
				return [
					readFileSync(`/proc/${pid}/stat`, 'utf8')
						.replace(/^.*\) /s, '')
						.split(' ')
						.map(Number),
				];
			} catch {
				return [];
			}
		});
	const own = stats.filter((fields) => groups.includes(fields[2]!));
	return own.reduce((sum, fields) => sum + (fields[11]! + fields[12]!) * TICK_MS, 0);
}

/** CPU time of all that runs on this machine, in ms. */
export const machineCpuMs = (): number =>
	os.cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
