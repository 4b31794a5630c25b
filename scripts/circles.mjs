// Finds circles of imports, imports of types included, and ends with status 1 when there is one.
// usage: node scripts/circles.mjs FOLDER …
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const files = new Set(process.argv.slice(2).flatMap((folder) => ts.sys.readDirectory(path.resolve(folder), ['.ts'])));

/** The files of the given folders that a file imports. */
const importsOf = (file) =>
	ts
		.preProcessFile(readFileSync(file, 'utf8'))
		.importedFiles.map(({ fileName }) => path.resolve(path.dirname(file), fileName))
		.flatMap((target) => [`${target}.ts`, path.join(target, 'index.ts')])
		.filter((target) => files.has(target));

const circles = [];
const done = new Set();
function visit(file, trail) {
	const start = trail.indexOf(file);
	if (start >= 0) circles.push([...trail.slice(start), file]);
	if (start >= 0 || done.has(file)) return;
	for (const target of importsOf(file)) visit(target, [...trail, file]);
	done.add(file);
}
for (const file of files) visit(file, []);

for (const circle of circles) {
	console.log(`circle: ${circle.map((file) => path.relative('', file).replace(/\.ts$/, '')).join(' -> ')}`);
}
process.exitCode = circles.length > 0 ? 1 : 0;
