import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Finds an installed Chrome or Chromium: `CHROME_PATH`, else the places its installers use.
 * @throws with how to get one
 */
export function findChromium(): string {
	const chosen = process.env.CHROME_PATH;
	if (chosen) {
		if (existsSync(chosen)) return chosen;
		throw new Error(`CHROME_PATH names no file: ${chosen}`);
	}
	const found = candidates().find(existsSync);
	if (found) return found;
	throw new Error(
		'The browser tests need Chrome or Chromium, and none was found. Install one (Debian and Ubuntu: apt-get install chromium; ' +
			'macOS: brew install --cask google-chrome; Windows: winget install Google.Chrome), or set CHROME_PATH to its program file.',
	);
}

function candidates(): string[] {
	if (process.platform === 'darwin') {
		return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
	}
	if (process.platform === 'win32') {
		return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
			.map((variable) => process.env[variable])
			.filter((folder) => folder !== undefined)
			.map((folder) => path.join(folder, 'Google/Chrome/Application/chrome.exe'));
	}
	const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
	return (process.env.PATH ?? '')
		.split(path.delimiter)
		.flatMap((folder) => names.map((name) => path.join(folder, name)));
}
