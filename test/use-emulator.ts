import { startEmulator, type Emulator, type EmulatorOptions } from '../emulator';

/**
 * An emulator of a file's own: started before its tests, and as new before each of them.
 * What it has, its address too, is there once the tests run.
 */
export function useEmulator(options?: EmulatorOptions): Emulator {
	const emulator = {} as Emulator;
	beforeAll(async () => {
		Object.defineProperties(emulator, Object.getOwnPropertyDescriptors(await startEmulator(options)));
	});
	beforeEach(() => emulator.reset());
	afterAll(() => emulator.close());
	return emulator;
}
