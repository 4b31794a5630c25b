import type { Emulator, EmulatorOptions } from '../../emulator';
import { clock as clockOfNodes } from '../../nodes/shared/connection';
import type { Clock } from '../../stepfun/client/limiter';
import { useEmulator } from '../use-emulator';
import { virtualClock } from '../virtual-clock';

/**
 * What the tests of a file run on: an emulator, and the clock that it shares with the nodes and with `Date.now`.
 * Time passes only while nothing else happens.
 */
export function useStage(options?: EmulatorOptions): { api: Emulator; clock: Clock } {
	const clock = virtualClock();
	Object.assign(clockOfNodes, clock);
	jest.spyOn(Date, 'now').mockImplementation(clock.now);
	return { api: useEmulator({ clock, ...options }), clock };
}
