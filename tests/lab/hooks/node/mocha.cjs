// Mocha prints by one reporter only: this one is the chosen one, and notes what it is told.
const Mocha = require('mocha');
const events = require('./events.cjs');

const Base = Mocha.reporters[process.env.CI_REPORTER || 'Spec'];

class Reporter extends Base {
  constructor(runner, options) {
    super(runner, options);
    const note = (outcome) => (test, error) =>
      events.emit('end', { test: test.fullTitle(), outcome, chain: error ? events.chain(error) : [] });
    runner.on('pass', note('passed'));
    runner.on('pending', note('skipped'));
    runner.on('fail', note('failed'));
  }
}

module.exports = Reporter;
