// A reporter of Vitest that prints nothing: it is told how tests and whole suites end.
import events from './events.cjs';

const first = (errors) => (errors && errors.length ? events.chain(errors[0]) : []);

export default class Quiet {
  onTestCaseResult(test) {
    const { state, errors } = test.result();
    if (state !== 'pending') events.emit('end', { test: test.fullName, outcome: state, chain: first(errors) });
  }

  onTestSuiteResult(suite) {
    if (suite.errors().length) events.emit('end', { test: suite.fullName, outcome: 'failed', chain: first(suite.errors()) });
  }

  onTestModuleEnd(module) {
    if (module.errors().length) events.emit('end', { test: module.moduleId, outcome: 'failed', chain: first(module.errors()) });
  }
}
