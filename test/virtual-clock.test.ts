import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { virtualClock } from './virtual-clock';

test('sleepers wake in their order, each at its time, and a minute takes a moment', async () => {
	const clock = virtualClock();
	const start = clock.now();
	const began = performance.now();
	const woken: Array<[ms: number, at: number]> = [];
	await Promise.all(
		[61_000, 5, 0, 400].map(async (ms) => {
			await clock.sleep(ms);
			woken.push([ms, clock.now() - start]);
		}),
	);
	expect(woken).toEqual([
		[0, 0],
		[5, 5],
		[400, 400],
		[61_000, 61_000],
	]);
	expect(performance.now() - began).toBeLessThan(20_000);
	await clock.sleep(10);
	expect(clock.now() - start).toBe(61_010);
});

test('an aborted sleep ends at once', async () => {
	const clock = virtualClock();
	const start = clock.now();
	const stop = new AbortController();
	const long = clock.sleep(3_600_000, stop.signal);
	stop.abort(new Error('enough'));
	await expect(long).rejects.toThrow('enough');
	await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough');
	expect(clock.now()).toBe(start);
});

describe('time stands still', () => {
	/** What a sleeper of one millisecond finds done when it wakes. */
	async function doneBeforeAMillisecond(work: () => Promise<unknown>): Promise<boolean> {
		const clock = virtualClock();
		let done = false;
		const working = work().finally(() => (done = true));
		await clock.sleep(1);
		const seen = done;
		await working;
		return seen;
	}

	test('while bytes go to and fro', async () => {
		const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const work = async (): Promise<void> => {
			const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
			for (let i = 0; i < 200; i += 1) {
				socket.write('ping');
				await once(socket, 'data');
			}
			socket.destroy();
		};
		expect(await doneBeforeAMillisecond(work)).toBe(true);
		server.close();
	});

	test('while a file is read', async () => {
		const work = async (): Promise<void> => {
			for (let i = 0; i < 200; i += 1) await readFile(__filename);
		};
		expect(await doneBeforeAMillisecond(work)).toBe(true);
	});

	test('while an address is looked up', async () => {
		expect(await doneBeforeAMillisecond(() => lookup('no-such-host.invalid').catch(() => {}))).toBe(true);
	});
});
