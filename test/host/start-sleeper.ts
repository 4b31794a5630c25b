// Starts a program that sleeps, on a leash, and says so. usage: tsx start-sleeper.ts FOLDER
import path from 'node:path';
import { startProgram } from '../../host/program';

const folder = process.argv[2]!;
const sleep = "console.log('ready'); setInterval(() => {}, 1000)";
const command = { program: process.execPath, args: ['-e', sleep], cwd: folder, stopSignal: 'SIGTERM' };

void startProgram({
	name: 'sleeper',
	program: process.execPath,
	args: [path.join(__dirname, '../../host/leashed.cjs'), JSON.stringify(command)],
	cwd: folder,
	env: process.env,
	logFile: path.join(folder, 'sleeper.log'),
	isReady: (log) => log.includes('ready'),
}).then(({ pid }) => console.log(pid));
