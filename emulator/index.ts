import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Fault, FaultChooser } from './faults';
import type { KeptFile } from './files';
import { EmulatorState, type EmulatorOptions } from './server';
import type { RecordedRequest } from './types';

export type { DialectName } from './dialects';
export type { Fault } from './faults';
export type { EmulatorOptions } from './server';
export type { RecordedRequest } from './types';

/** StepFun's API on loopback. */
export interface Emulator {
	/** Base URL as the standard API has it: `http://127.0.0.1:PORT/v1`. */
	readonly url: string;
	/** `http://127.0.0.1:PORT`; the Step Plan base is below it at `/step_plan/v1`. */
	readonly origin: string;
	readonly port: number;
	/** Requests in the order they arrived. */
	readonly requests: RecordedRequest[];
	/** Changes take effect with the next request. */
	readonly options: EmulatorOptions;
	/**
	 * Adds faults for the next chat requests, one each, in order; or sets the function that is asked for a fault
	 * by every request that finds none waiting. Requests refused by a limit take none.
	 */
	fault(next: Fault | Fault[] | FaultChooser): void;
	/** The files that the account has, oldest first. */
	readonly files: KeptFile[];
	/** The most chat requests that were under way at once. */
	readonly maxInFlight: number;
	/** Forgets requests, faults, limits and counters, and takes back changes of the options. */
	reset(): void;
	/** Cuts the connections that are left and frees the port. */
	close(): Promise<void>;
}

/** Starts an emulator on 127.0.0.1. Rejects with the system's error when the port is taken. */
export async function startEmulator(given: EmulatorOptions = {}): Promise<Emulator> {
	const options = { ...given };
	const state = new EmulatorState(options);
	const handler: Parameters<typeof createHttpServer>[1] = (request, response) => {
		state.handle(request, response).catch((error: Error) => {
			process.emitWarning(error);
			response.destroy();
		});
	};
	const server = options.tls ? createHttpsServer(options.tls, handler) : createHttpServer(handler);
	server.requestTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, '127.0.0.1', resolve);
	});
	const { port } = server.address() as AddressInfo;
	const origin = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
	return {
		origin,
		url: `${origin}/v1`,
		port,
		requests: state.requests,
		options,
		fault(next) {
			if (typeof next === 'function') state.chooseFault = next;
			else state.faults.push(...[next].flat());
		},
		get files() {
			return state.files.all;
		},
		get maxInFlight() {
			return state.maxInFlight;
		},
		reset() {
			state.reset();
			for (const key of Object.keys(options) as Array<keyof EmulatorOptions>) delete options[key];
			Object.assign(options, given);
		},
		async close() {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			server.closeAllConnections();
			await closed;
		},
	};
}
