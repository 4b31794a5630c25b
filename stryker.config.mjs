import { fileURLToPath } from 'node:url';
import jestConfig from './jest.config.js';

const { displayName: _, ...unit } = jestConfig.projects.find(({ displayName }) => displayName === 'unit');

/** Tests of what takes long, or must not: instrumented code runs many times slower. */
const slow = ['hostile: ', 'a document over many lines', '20,000 chunks', 'a flood of'];

export default {
	mutate: ['stepfun/**/*.ts', '!stepfun/**/texts.ts'],
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner'],
	jest: {
		config: {
			...unit,
			projects: [],
			testEnvironment: fileURLToPath(new URL('test/stop-at-failure.js', import.meta.url)),
			testMatch: ['<rootDir>/test/stepfun/**/*.test.ts'],
			testNamePattern: `^(?!.*(?:${slow.join('|')}))`,
		},
	},
	coverageAnalysis: 'perTest',
	concurrency: 2,
	reporters: ['clear-text', 'progress', 'html'],
	htmlReporter: { fileName: 'build/mutation.html' },
	ignorePatterns: ['build', 'dist', 'docs', 'examples', 'screenshots', 'coverage'],
	incremental: true,
	incrementalFile: 'build/mutation.json',
	tempDirName: 'build/stryker',
};
