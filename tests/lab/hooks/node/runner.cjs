// For Jest and Vitest, which have `beforeEach` and `expect` as globals.
const events = require('./events.cjs');

beforeEach(() => events.begin(expect.getState().currentTestName));
afterEach(() => events.over());
