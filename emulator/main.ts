import { parseArgs } from 'node:util';
import { startEmulator } from './index';

const usage = 'Usage: tsx emulator/main.ts [--port 0] [--key sk-emulator] [--delay ms] [--chunk-delay ms]';

function readArguments() {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			key: { type: 'string', default: 'sk-emulator' },
			delay: { type: 'string', default: '0' },
			'chunk-delay': { type: 'string', default: '0' },
		},
	});
	const number = (name: 'port' | 'delay' | 'chunk-delay') => {
		const value = Number(values[name]);
		if (Number.isInteger(value) && value >= 0) return value;
		throw new Error(`--${name} takes a whole number, not "${values[name]}"`);
	};
	return {
		port: number('port'),
		apiKey: values.key,
		delayMs: number('delay'),
		chunkDelayMs: number('chunk-delay'),
	};
}

async function main(): Promise<void> {
	const options = readArguments();
	const emulator = await startEmulator(options);
	console.log(`StepFun emulator: ${emulator.url} (API key ${options.apiKey})`);
	const stop = () => void emulator.close();
	process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: Error) => {
	console.error(`${error.message}\n${usage}`);
	process.exitCode = 1;
});
