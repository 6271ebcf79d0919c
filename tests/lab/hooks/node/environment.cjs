// Jest's environment, which is told how each test ends, also of files that never come to their end.
const { TestEnvironment } = require('jest-environment-node');
const events = require('./events.cjs');

class Environment extends TestEnvironment {
  async handleTestEvent(event) {
    if (event.name !== 'test_done') return;
    const names = [];
    for (let one = event.test; one && one.name !== 'ROOT_DESCRIBE_BLOCK'; one = one.parent) names.unshift(one.name);
    const [error] = event.test.errors.map((one) => (Array.isArray(one) ? one[0] || one[1] : one));
    const outcome = error ? 'failed' : event.test.mode === 'skip' || event.test.mode === 'todo' ? 'skipped' : 'passed';
    events.emit('end', { test: names.join(' '), outcome, chain: error ? events.chain(error) : [] });
  }
}

module.exports = Environment;
