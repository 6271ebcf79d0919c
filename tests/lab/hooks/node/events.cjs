// Writes what really happens in a Node test process as JSON lines, unseen by its logs.
// Runners load it before the tests; pools are watched by the events that they emit themselves.
const fs = require('node:fs');
const path = require('node:path');

const folder = process.env.CI_EVENTS;
let current = null;
let last = Math.floor(Math.random() * 1e9) * 1000;     // a runner may load this once for each file of a process
const numbers = new WeakMap();

function emit(ev, facts = {}) {
  if (!folder) return;
  const worker = process.env.JEST_WORKER_ID || process.env.VITEST_POOL_ID || process.env.MOCHA_WORKER_ID || 'main';
  const record = { t: Date.now() / 1000, ev, pid: process.pid, test: current, worker, ...facts };
  fs.appendFileSync(path.join(folder, `${process.pid}.jsonl`), JSON.stringify(record) + '\n');
}

function begin(test) {
  current = test;
  emit('begin');
}

function over() {
  emit('over');
  current = null;
}

function chain(error) {
  const found = [];
  for (let one = error; one && found.length < 6; one = one.cause || one.original || one.driverError || (one.errors && one.errors[0])) {
    const lines = String(one.message || one).replace(/\x1b\[[0-9;]*m/g, '').split('\n');
    found.push({ class: one.name || 'Error', message: lines[0].slice(0, 300), more: [...lines.slice(1, 20), String(one.actual ?? '').slice(0, 600)].join(' '), code: one.errno > 0 ? one.errno : one.code ?? null });
  }
  return found;
}

function mark(connection) {
  if (!numbers.has(connection)) numbers.set(connection, ++last);
  return numbers.get(connection);
}

// `pg` and `mysql2` emit `acquire` and `release` themselves.
function watchEmitter(prototype) {
  const original = prototype.emit;
  prototype.emit = function (name, ...args) {
    if (name === 'acquire') emit('out', { conn: mark(args[0]) });
    if (name === 'release') emit('in', { conn: mark(args[args.length - 1]) });
    return original.call(this, name, ...args);
  };
}

// Knex and Sequelize hand connections out by a method of theirs.
function watchMethods(prototype, acquire, release) {
  const take = prototype[acquire];
  const give = prototype[release];
  prototype[acquire] = async function (...args) {
    const connection = await take.apply(this, args);
    emit('out', { conn: mark(connection) });
    return connection;
  };
  prototype[release] = function (connection, ...rest) {
    emit('in', { conn: mark(connection) });
    return give.call(this, connection, ...rest);
  };
}

module.exports = { emit, begin, over, chain, mark, watchEmitter, watchMethods };
