/** ms that this process has computed so far; unlike the time of day it does not count what else the machine does. */
export function cpuTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}
