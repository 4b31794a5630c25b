import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

type Json = Record<string, unknown>;

/**
 * Puts an unpacked package where n8n installs community packages: below `.n8n/nodes` of the user folder, listed in the
 * package.json there, without the dependency groups n8n strips. n8n loads it at its next start.
 * @returns name and version of the package
 */
export async function installCommunityPackage(userFolder: string, packageDirectory: string) {
	const downloads = path.join(userFolder, '.n8n/nodes');
	const manifest = await readJson(path.join(packageDirectory, 'package.json'));
	const { devDependencies: _dev, peerDependencies: _peer, optionalDependencies: _optional, ...kept } = manifest;
	const { name, version } = kept as { name: string; version: string };

	const target = path.join(downloads, 'node_modules', name);
	await rm(target, { recursive: true, force: true });
	await mkdir(path.dirname(target), { recursive: true });
	await cp(packageDirectory, target, { recursive: true });
	await writeFile(path.join(target, 'package.json'), JSON.stringify(kept, null, 2));

	const ledgerFile = path.join(downloads, 'package.json');
	const ledger = await readJson(ledgerFile).catch((): Json => ({ name: 'installed-nodes', private: true }));
	const dependencies = { ...(ledger.dependencies as Json | undefined), [name]: version };
	await writeFile(ledgerFile, JSON.stringify({ ...ledger, dependencies }, null, 2));
	return { name, version };
}

async function readJson(file: string): Promise<Json> {
	return JSON.parse(await readFile(file, 'utf8')) as Json;
}
