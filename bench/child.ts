import { fork } from 'node:child_process';
import path from 'node:path';

/** A process of this benchmark that answers commands over IPC. */
export interface Child<Command extends object> {
	/** What it has said when it was ready. */
	ready: unknown;
	ask<Result>(command: Command): Promise<Result>;
	stop(): Promise<void>;
}

/** Runs a script of this folder with n8n's own Node, so that no side has another one. */
export async function startChild<Command extends object>(
	node: string,
	script: string,
	argument: unknown = {},
	env: NodeJS.ProcessEnv = {},
): Promise<Child<Command>> {
	const child = fork(path.join(__dirname, script), [JSON.stringify(argument)], {
		execPath: node,
		execArgv: ['--import', 'tsx'],
		cwd: path.join(__dirname, '..'),
		env: { ...process.env, ...env },
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const waiting = new Map<number, (result: unknown) => void>();
	let last = 0;
	const answer = (id: number): Promise<unknown> =>
		Promise.race([
			new Promise((resolve) => waiting.set(id, resolve)),
			ended.then(() => {
				throw new Error(`${script} has ended`);
			}),
		]);
	child.on('message', ({ id, result }: { id: number; result: unknown }) => {
		waiting.get(id)?.(result);
		waiting.delete(id);
	});
	const ready = await answer(0);
	return {
		ready,
		async ask<Result>(command: Command) {
			last += 1;
			child.send({ ...command, id: last });
			return (await answer(last)) as Result;
		},
		async stop() {
			child.kill();
			await ended;
		},
	};
}
