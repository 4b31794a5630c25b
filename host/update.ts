// Moves the host to another n8n, and the versions in the root's package.json that belong to it.
// usage: tsx host/update.ts [VERSION]    without one: the newest stable n8n that the registry can install
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

interface Manifest {
	dependencies?: Record<string, string>;
	devDependencies?: Record<string, string>;
	[field: string]: unknown;
}

/** What the registry says of an n8n. */
interface Release {
	version: string;
	dependencies: Record<string, string>;
	engines: { node: string };
}

const DAY_MS = 86_400_000;
const root = path.join(__dirname, '..');
const manifestOf = (folder: string): string => path.join(folder, 'package.json');

/** @throws with what npm says */
function npm(cwd: string, ...args: string[]): string {
	const { status, stdout, stderr } = spawnSync('npm', [...args, '--loglevel=error'], {
		cwd,
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});
	if (status !== 0) throw new Error(stderr.trim() || stdout.trim());
	return stdout;
}

const view = <Answer>(...what: string[]): Answer => JSON.parse(npm(root, 'view', ...what, '--json')) as Answer;

/** Writes the lockfile of the folder's package.json, with dependencies as they were when that n8n came out. */
function lock(folder: string, version: string): void {
	const published = view<Record<string, string>>('n8n', 'time')[version]!;
	const before = new Date(Date.parse(published) + DAY_MS).toISOString();
	npm(folder, 'install', '--package-lock-only', '--ignore-scripts', `--before=${before}`);
}

const numbers = (version: string): number[] => version.split('.').map(Number);

/** Newest first. */
function byVersion(a: string, b: string): number {
	const [left, right] = [numbers(a), numbers(b)];
	const differs = left.findIndex((part, i) => part !== right[i]);
	return differs < 0 ? 0 : right[differs]! - left[differs]!;
}

/** The newest stable releases, newest first. n8n publishes its betas without a suffix, above the one that is tagged as latest. */
function stableReleases(): string[] {
	const { versions, 'dist-tags': tags } = view<{ versions: string[]; 'dist-tags': { latest: string } }>(
		'n8n',
		'versions',
		'dist-tags',
	);
	return versions
		.filter((version) => /^\d+\.\d+\.\d+$/.test(version) && byVersion(version, tags.latest) >= 0)
		.sort(byVersion)
		.slice(0, 5);
}

/** The newest Node of the oldest major version that an n8n runs on. */
function nodeFor({ engines }: Release): string {
	const major = /\d+/.exec(engines.node)![0];
	return [view<string[] | string>(`node@${major}`, 'version')].flat().sort(byVersion)[0]!;
}

function readManifest(folder: string): Manifest {
	return JSON.parse(readFileSync(manifestOf(folder), 'utf8')) as Manifest;
}

function writeManifest(folder: string, manifest: Manifest): void {
	writeFileSync(manifestOf(folder), `${JSON.stringify(manifest, null, '\t')}\n`);
}

/**
 * Writes host/package.json and its lockfile, or leaves both as they are.
 * @throws with what npm says, when a package that n8n wants cannot be had
 */
function moveHost(version: string): Release {
	const release = view<Release>(`n8n@${version}`, 'version', 'dependencies', 'engines');
	const draft = mkdtempSync(path.join(os.tmpdir(), 'n8n-host-'));
	try {
		writeManifest(draft, { ...readManifest(__dirname), dependencies: { n8n: version, node: nodeFor(release) } });
		lock(draft, version);
		for (const file of ['package.json', 'package-lock.json']) {
			copyFileSync(path.join(draft, file), path.join(__dirname, file));
		}
		return release;
	} finally {
		rmSync(draft, { recursive: true, force: true });
	}
}

/** n8n's packages that the tests run in are those of the host; its rules for community nodes are the newest. */
function alignTests(release: Release): void {
	const manifest = readManifest(root);
	const devDependencies = manifest.devDependencies!;
	for (const name of ['n8n-core', 'n8n-workflow', '@n8n/ai-node-sdk', 'zod']) {
		devDependencies[name] = release.dependencies[name]!;
	}
	for (const name of ['@n8n/eslint-plugin-community-nodes', '@n8n/scan-community-package']) {
		devDependencies[name] = view<string>(name, 'version');
	}
	writeManifest(root, manifest);
	lock(root, release.version);
}

function update(versions: string[]): Release {
	for (const version of versions) {
		console.log(`n8n ${version}: making its lockfile (about 2 minutes) …`);
		try {
			return moveHost(version);
		} catch (error) {
			const isMissing = /\b(?:ETARGET|E404)\b/.test((error as Error).message);
			if (!isMissing || version === versions.at(-1)) throw error;
			console.log(
				`n8n ${version} cannot be installed, as the registry lacks a package of it:\n${(error as Error).message}`,
			);
		}
	}
	throw new Error('The registry has no n8n');
}

const [wanted] = process.argv.slice(2);
const release = update(wanted ? [wanted] : stableReleases());
alignTests(release);
console.log(
	`The host is n8n ${release.version} now. Next: npm test, npm run e2e, npm run matrix, and the versions in both READMEs.`,
);
