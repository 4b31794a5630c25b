import { parseArgs } from 'node:util';
import { startEmulator } from './index';

const usage =
	'Usage: tsx emulator/main.ts [--port 0] [--key sk-emulator] [--delay ms] [--chunk-delay ms]' +
	' [--dialect live|documented] [--region international|china]';

function readArguments() {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			key: { type: 'string', default: 'sk-emulator' },
			delay: { type: 'string', default: '0' },
			'chunk-delay': { type: 'string', default: '0' },
			dialect: { type: 'string', default: 'live' },
			region: { type: 'string', default: 'international' },
		},
	});
	const number = (name: 'port' | 'delay' | 'chunk-delay') => {
		const value = Number(values[name]);
		if (Number.isInteger(value) && value >= 0) return value;
		throw new Error(`--${name} takes a whole number, not "${values[name]}"`);
	};
	const oneOf = <T extends string>(name: 'dialect' | 'region', ...known: T[]): T => {
		const value = known.find((one) => one === values[name]);
		if (value !== undefined) return value;
		throw new Error(`--${name} takes ${known.join(' or ')}`);
	};
	return {
		port: number('port'),
		apiKey: values.key,
		delayMs: number('delay'),
		chunkDelayMs: number('chunk-delay'),
		dialect: oneOf('dialect', 'live', 'documented'),
		region: oneOf('region', 'international', 'china'),
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
