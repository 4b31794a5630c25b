// Builds what is published (dist/), and checks it the way n8n's reviewers do.
//   gulp build    clean, type check, bundle, copy icons
//   gulp pack     build, then npm pack and unpack into build/package
//   gulp tarball  pack, and say how to install the file
//   gulp check    pack, formatting, lint, what is unused, circles of imports, n8n's scan on the sources and on the unpacked tarball
const { execFile, spawn } = require('node:child_process');
const { mkdir, readdir, readFile, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');
const esbuild = require('esbuild');
const gulp = require('gulp');

const manifest = require('./package.json');

const run = (command, ...args) =>
	new Promise((resolve, reject) => {
		const child = spawn(command, args, { stdio: 'inherit', cwd: __dirname, shell: process.platform === 'win32' });
		child.on('error', reject);
		child.on('exit', (code) =>
			code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with status ${code}`)),
		);
	});

const bin = (name) => path.join(__dirname, 'node_modules/.bin', name);

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

const types = () => run(bin('tsc'));

const entries = [...manifest.n8n.credentials, ...manifest.n8n.nodes].map((file) =>
	file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
);

/**
 * A file for the credential and one for each node; what both nodes need is in files that they share, so that it is loaded once.
 * Libraries are inlined, what n8n supplies stays outside. esbuild shares between ES modules only: they become CommonJS afterwards.
 */
async function bundle() {
	const target = 'node20';
	const { metafile, outputFiles } = await esbuild.build({
		entryPoints: entries,
		outdir: 'dist',
		outbase: '.',
		chunkNames: 'shared/[hash]',
		bundle: true,
		splitting: true,
		write: false,
		metafile: true,
		platform: 'node',
		format: 'esm',
		target,
		minifySyntax: true,
		mainFields: ['module', 'main'],
		external: Object.keys(manifest.peerDependencies),
		legalComments: 'inline',
		logLevel: 'warning',
	});
	for (const { path: file, text } of outputFiles) {
		const { code } = await esbuild.transform(text, {
			platform: 'node',
			format: 'cjs',
			target,
			// What is loaded only when it is used is still loaded by require(): n8n's own packages are found by NODE_PATH, which import() ignores.
			supported: { 'dynamic-import': false },
		});
		await mkdir(path.dirname(file), { recursive: true });
		await writeFile(file, code);
	}
	await writeFile('dist/THIRD-PARTY-NOTICES.md', await notices(Object.keys(metafile.inputs)));
}

/** Names and licences of the libraries that were inlined, told by the files that the bundles are made of. */
async function notices(files) {
	const packages = [
		...new Set(files.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean)),
	].sort();
	const texts = packages.map(async (name) => {
		const folder = path.join('node_modules', name);
		const { version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
		const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
		// Some packages leave the text in their repository.
		const text = file ? path.join(folder, file) : path.join('scripts/licenses', `${name}.md`);
		return `## ${name} ${version} (${license})\n\n${(await readFile(text, 'utf8')).trim()}`;
	});
	return (
		[
			'# Third-party notices',
			'These libraries are part of the files beside this one.',
			...(await Promise.all(texts)),
		].join('\n\n') + '\n'
	);
}

const assets = () =>
	gulp
		.src(['{nodes,credentials}/**/*.{svg,png}', 'nodes/**/__schema__/**/*.json'], {
			base: '.',
			encoding: false,
			allowEmpty: true,
		})
		.pipe(gulp.dest('dist'));

const format = () => run(bin('prettier'), '--check', '--log-level', 'warn', '.');
const lint = () => run(bin('eslint'), '.');
const unused = () => run(bin('knip'), '--no-progress');
const unusedInPackage = () => run(bin('knip'), '--no-progress', '--production', '--exports');
const circles = () =>
	run(
		process.execPath,
		'scripts/circles.mjs',
		'stepfun',
		'nodes',
		'credentials',
		'emulator',
		'host',
		'bench',
		'scripts',
		'test',
	);

async function unpack() {
	await rm('build/package', { recursive: true, force: true });
	await mkdir('build', { recursive: true });
	const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', 'build'], {
		cwd: __dirname,
		shell: process.platform === 'win32',
	});
	const [{ filename, size, files }] = JSON.parse(stdout);
	await run('tar', '-xzf', path.join('build', filename), '-C', 'build');
	console.log(`build/${filename}: ${files.length} files, ${(size / 1000).toFixed(1)} kB packed`);
}

/**
 * npm has to leave out the peer dependencies, which n8n supplies and which would bring a second n8n-workflow; without `--prefix` it may
 * install into a folder further up.
 */
async function tellInstallation() {
	const file = path.join(__dirname, 'build', `${manifest.name}-${manifest.version}.tgz`);
	console.log(`
${file}

To install it, run these where n8n runs (stop n8n first):

  npm install --prefix ~/.n8n/nodes --legacy-peer-deps "${file}"
  n8n start
`);
}

const scanSource = () => run(process.execPath, 'scripts/scan.mjs', 'source', '.');
const scanTarball = () => run(process.execPath, 'scripts/scan.mjs', 'tarball', 'build/package');

const build = gulp.series(clean, types, gulp.parallel(bundle, assets));
const pack = gulp.series(build, unpack);

exports.clean = clean;
exports.build = build;
exports.pack = pack;
exports.tarball = gulp.series(pack, tellInstallation);
exports.bundle = gulp.series(clean, gulp.parallel(bundle, assets));
exports.check = gulp.series(
	pack,
	gulp.parallel(gulp.series(format, unused, unusedInPackage, circles), lint, gulp.series(scanSource, scanTarball)),
);
exports.default = build;
