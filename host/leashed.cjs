// Runs a program that knows nothing of leash.cjs, and ends it with the process that started this one, however that one ended; then
// the folder that it works in goes, too.
// usage: leashed.cjs '{"program": …, "args": […], "cwd": …, "uid": …, "gid": …, "stopSignal": …}'
const { spawn } = require('node:child_process');
const { rmSync } = require('node:fs');

const { program, args, stopSignal, ...options } = JSON.parse(process.argv[2]);
const child = spawn(program, args, { ...options, stdio: 'inherit' });
child.on('error', ({ message }) => {
	console.error(message);
	process.exit(1);
});
child.on('exit', (code) => {
	if (isOrphaned) rmSync(options.cwd, { recursive: true, force: true });
	process.exit(code ?? 1);
});

function stop() {
	child.kill(stopSignal);
	setTimeout(() => child.kill('SIGKILL'), 8_000);
}

let isOrphaned = false;
process.on('SIGTERM', stop).on('disconnect', () => {
	isOrphaned = true;
	stop();
});
