const { TestEnvironment } = require('jest-environment-node');

/** The fault that Stryker has switched on; none in its first run, which has to see every test. */
const fault = () => process.env.__STRYKER_ACTIVE_MUTANT__;
let noticed;

/** For `npm run mutate`: one failed test is enough to notice a fault, so the tests after it are skipped, in other files too. */
module.exports = class StopAtFailure extends TestEnvironment {
	handleTestEvent({ name, test }) {
		if (name === 'test_done' && test.errors.length > 0) noticed = fault();
		if (name === 'test_start' && noticed !== undefined && noticed === fault()) test.mode = 'skip';
	}
};
