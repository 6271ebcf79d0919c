// Mocha's root hooks, which run in each of its workers.
const events = require('./events.cjs');

exports.mochaHooks = {
  beforeEach() { events.begin(this.currentTest.fullTitle()); },
  afterEach() { events.over(); },
};
