/** @type {import('jest').Config} */
const shared = {
	testEnvironment: 'node',
	transform: {
		'\\.[mc]?[jt]s$': [
			'@swc/jest',
			{ jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } }, module: { type: 'commonjs' } },
		],
	},
	// ESM-only packages that the build inlines; jest runs CommonJS and has to translate them.
	transformIgnorePatterns: ['/node_modules/(?!(eventsource-parser|p-limit|yocto-queue)/)'],
	setupFiles: ['<rootDir>/test/setup.ts'],
	modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};

module.exports = {
	// Only ends what hangs: no test depends on how fast the machine is.
	testTimeout: 60_000,
	// By default one core stays with Jest's own process, which is idle while the tests run.
	maxWorkers: '100%',
	projects: [
		{
			...shared,
			displayName: 'unit',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			testPathIgnorePatterns: ['/node_modules/', '/test/engine/', '/test/e2e/', '/test/queue/'],
		},
		{ ...shared, displayName: 'engine', testMatch: ['<rootDir>/test/engine/**/*.test.ts'] },
		{
			...shared,
			displayName: 'engine-documented',
			globals: { emulatorDialect: 'documented' },
			testMatch: ['<rootDir>/test/engine/**/*.test.ts'],
			// Never talks to the emulator.
			testPathIgnorePatterns: ['/node_modules/', '/test/engine/package.test.ts'],
		},
	],
};
