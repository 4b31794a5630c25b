// What a process costs: memory, stalls of its event loop, CPU. Loaded into the n8n process by --require, where it answers on the
// loopback port BENCH_PROBE_PORT, and imported by the limit's client. Node 24 runs it as it stands, so it imports only built-ins.
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

/** Since `begin`. */
export interface Usage {
	/** Highest resident memory above that at the beginning, in MB of 10^6 bytes. */
	peakMb: number;
	/** Longest time that the event loop did nothing else, in ms. */
	stallMs: number;
	/** Time on all cores, in ms. */
	cpuMs: number;
}

/** Samples the whole process from a thread of its own, so that a stalled event loop hides nothing. */
export function startProbe() {
	const peakKb = new Int32Array(new SharedArrayBuffer(4));
	const sampler = `
		const peak = require('node:worker_threads').workerData;
		setInterval(() => { peak[0] = Math.max(peak[0], process.memoryUsage.rss() / 1024); }, 2);`;
	new Worker(sampler, { eval: true, workerData: peakKb }).unref();
	setFlagsFromString('--expose-gc');
	const collectGarbage = runInNewContext('gc') as () => void;
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	delay.enable();
	let baselineKb = 0;
	let cpu = process.cpuUsage();

	return {
		begin() {
			collectGarbage();
			baselineKb = process.memoryUsage.rss() / 1024;
			peakKb[0] = baselineKb;
			cpu = process.cpuUsage();
			// The collection itself is a stall: it is counted before the reset.
			setTimeout(() => delay.reset(), 2 * RESOLUTION_MS);
		},
		end(): Usage {
			const { user, system } = process.cpuUsage(cpu);
			return {
				peakMb: ((peakKb[0]! - baselineKb) * 1024) / 1e6,
				stallMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
				cpuMs: (user + system) / 1000,
			};
		},
	};
}

const RESOLUTION_MS = 2;

function serve(port: number) {
	const probe = startProbe();
	const session = new Session();
	session.connect();
	const actions: Record<string, () => unknown> = {
		'/begin': () => probe.begin(),
		'/end': () => probe.end(),
		'/profile/begin': async () => {
			await session.post('Profiler.enable');
			await session.post('Profiler.start');
		},
		'/profile/end': async () => (await session.post('Profiler.stop')).profile,
	};
	createServer((request, response) => {
		void Promise.resolve(actions[request.url ?? '']?.()).then((answer) => response.end(JSON.stringify(answer ?? null)));
	})
		.listen(port, '127.0.0.1')
		.unref();
}

const { BENCH_PROBE_PORT: port } = process.env;
if (port) {
	// Not for the processes that n8n starts.
	delete process.env.BENCH_PROBE_PORT;
	serve(Number(port));
}
