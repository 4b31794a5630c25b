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
	// Ends what hangs; how fast the machine is, decides no test.
	testTimeout: 60_000,
	projects: [
		{
			...shared,
			displayName: 'unit',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			testPathIgnorePatterns: ['/node_modules/', '/test/engine/', '/test/e2e/'],
		},
		{ ...shared, displayName: 'engine', testMatch: ['<rootDir>/test/engine/**/*.test.ts'] },
	],
};
