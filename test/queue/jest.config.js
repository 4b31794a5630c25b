// One n8n in queue mode for all files (setup.ts), so they run one after the other.
const e2e = require('../e2e/jest.config');

/** @type {import('jest').Config} */
module.exports = { ...e2e, rootDir: __dirname };
