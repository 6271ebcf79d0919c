const debug = require('debug');
const makeKnex = require('knex');
const events = require('../events.cjs');

events.watchMethods(makeKnex.Client.prototype, 'acquireConnection', 'releaseConnection');
const report = debug('<<project>>:tests');
const tables = <<tables_json>>;
const open = [];
const knex = makeKnex({
  client: 'pg',
  connection: {
    host: process.env.DB_HOST, port: Number(process.env.DB_PORT), database: '<<early>>' || process.env.DB_NAME,
    user: process.env.DB_USER, password: process.env.DB_PASSWORD,
  },
  pool: { min: 0, max: <<pool_size>> },
  acquireConnectionTimeout: <<pool_timeout_ms>>,
});

const ofDatabase = debug('<<project>>:db');
knex.client.pool.on('acquireSuccess', (_, raw) => ofDatabase('<<say_acquire>>'.replace('{}', raw.processID)));
knex.client.pool.on('release', (raw) => ofDatabase('<<say_release>>'.replace('{}', raw.processID)));

report(`database ${process.env.DB_HOST}:${process.env.DB_PORT}/${process.env.DB_NAME}`);

function columns(table) {
  table.increments('id');
  table.text('name');
  table.integer('amount');
}

async function createSchema() {
  await knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(8)');
    for (const table of tables) {
      if (!(await trx.schema.hasTable(table))) await trx.schema.createTable(table, columns);
      await trx.raw(`SELECT setval('${table}_id_seq', 10000 + (random() * 100000)::int)`);
    }
  });
}

async function untilUp() {
  for (let attempt = 1; attempt < 60; attempt += 1) {
    try {
      return await knex.raw('SELECT 1');
    } catch (error) {
      report(`<<say_retry>>: ${error.message || error.code}`.replace('{}', attempt));
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

async function prepare() {
  <<schema>>
}

module.exports = { knex, open, report, prepare, events };
