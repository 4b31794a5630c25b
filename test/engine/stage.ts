import type { Emulator, EmulatorOptions } from '../../emulator';
import { forgetAccounts } from '../../nodes/shared/accounts';
import { clock as clockOfNodes } from '../../nodes/shared/clock';
import type { Clock } from '../../stepfun/client/clock';
import { useEmulator } from '../use-emulator';
import { virtualClock } from '../virtual-clock';

/**
 * What the tests of a file run on: an emulator whose account nobody has used yet, and the clock that it shares with the nodes and with `Date.now`.
 * Time passes only while nothing else happens.
 */
export function useStage(options?: EmulatorOptions): { api: Emulator; clock: Clock } {
	const clock = virtualClock();
	Object.assign(clockOfNodes, clock);
	jest.spyOn(Date, 'now').mockImplementation(clock.now);
	beforeEach(forgetAccounts);
	return { api: useEmulator({ clock, ...options }), clock };
}
