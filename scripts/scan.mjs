// What n8n's own verification scan says of a folder, without publishing it.
// usage: node scripts/scan.mjs source DIR     the repository: package.json + {nodes,credentials}/**
//        node scripts/scan.mjs tarball DIR    an unpacked `npm pack`: every shipped .js + package.json
// Exit status 0 when the scan passes, 1 with its findings when it does not.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const require = createRequire(path.join(process.cwd(), 'package.json'));
const scanner = path.join(
	path.dirname(require.resolve('@n8n/scan-community-package/package.json')),
	'scanner/scanner.mjs',
);
const { analyzePackage, SOURCE_FILE_PATTERNS } = await import(pathToFileURL(scanner));

const [leg, dir] = process.argv.slice(2);
const result = await analyzePackage(
	path.resolve(dir),
	leg === 'source' ? SOURCE_FILE_PATTERNS : ['**/*.js', 'package.json'],
);
console.log(`${leg}: ${result.passed ? 'passed' : 'FAILED'} ${result.message ?? ''}`);
if (!result.passed) console.log(result.details ?? '');
process.exit(result.passed ? 0 : 1);
