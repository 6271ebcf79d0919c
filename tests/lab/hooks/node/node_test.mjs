// A reporter of node:test that prints nothing: it is told how tests end, and suites whose hooks fail.
import events from './events.cjs';

export default async function* quiet(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details.error;
    const hook = error && error.failureType === 'hookFailed';
    if (data.details.type === 'suite' ? !hook : data.name.endsWith('.js')) continue;
    const outcome = type === 'test:fail' ? 'failed' : data.skip || data.todo ? 'skipped' : 'passed';
    const cancelled = error && error.failureType === 'cancelledByParent';
    const chain = cancelled ? [{ class: 'cancelledByParent', message: error.message, code: null }] : events.chain(error && (error.cause || error));
    events.emit('end', { test: data.name, outcome, chain: error ? chain : [] });
  }
}
