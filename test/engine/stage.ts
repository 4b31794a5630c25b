import type { DialectName, Emulator, EmulatorOptions } from '../../emulator';
import { forgetAccounts } from '../../nodes/shared/accounts';
import { clock as clockOfNodes } from '../../nodes/shared/clock';
import type { Clock } from '../../stepfun/client/clock';
import { useEmulator } from '../use-emulator';
import { virtualClock } from '../virtual-clock';

/** The dialect of the emulator, given by the Jest project: the tests of this folder run once in each. */
export const dialect = (globalThis as { emulatorDialect?: DialectName }).emulatorDialect ?? 'live';

/** Matches the id of a tool call as the emulator makes it in this dialect. */
export const anyCallId: unknown = expect.stringMatching(
	{ live: /^chatcmpl-tool-[0-9a-f]{16}$/, documented: /^call_[\w-]{22}$/ }[dialect],
);

/**
 * What the tests of a file run on: an emulator whose account nobody has used yet, and the clock that it shares with the nodes and with `Date.now`.
 * Time passes only while nothing else happens.
 */
export function useStage(options?: EmulatorOptions): { api: Emulator; clock: Clock } {
	const clock = virtualClock();
	Object.assign(clockOfNodes, clock);
	jest.spyOn(Date, 'now').mockImplementation(clock.now);
	beforeEach(forgetAccounts);
	return { api: useEmulator({ clock, dialect, ...options }), clock };
}
