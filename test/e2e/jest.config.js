// One n8n server for all files (setup.ts), so they run one after the other.
const { projects } = require('../../jest.config');
const { transform, transformIgnorePatterns } = projects[0];

/** @type {import('jest').Config} */
module.exports = {
	rootDir: __dirname,
	testEnvironment: 'node',
	transform,
	transformIgnorePatterns,
	globalSetup: '<rootDir>/setup.ts',
	globalTeardown: '<rootDir>/teardown.ts',
	maxWorkers: 1,
	testTimeout: 120_000,
};
