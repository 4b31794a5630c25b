// Prints what CHANGELOG.md says of one version.
// usage: node scripts/release-notes.mjs VERSION
import { readFileSync } from 'node:fs';

const [version] = process.argv.slice(2);
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
const section = changelog.split(/^## /m).find((text) => text.split(/\s/, 1)[0] === version);
if (!section) {
	console.error(`CHANGELOG.md has no section "## ${version}".`);
	process.exit(1);
}
console.log(section.slice(section.indexOf('\n')).trim());
