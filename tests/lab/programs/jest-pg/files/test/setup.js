const { pool, held, logger, query } = require('../src/db');

const tables = <<tables_json>>;

async function createSchema() {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock(5)');
    for (const table of tables) {
      await client.query(`CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, name text, amount int)`);
      await client.query(`SELECT setval('${table}_id_seq', 10000 + (random() * 100000)::int)`);
    }
    await client.query('SELECT pg_advisory_unlock(5)');
  } finally {
    client.release();
  }
}

async function waitForDatabase() {
  for (let attempt = 1; attempt < 40; attempt += 1) {
    try {
      return await query('SELECT 1');
    } catch (error) {
      logger.warn(`<<say_retry>>: ${error.message || error.code}`.replace('{}', attempt));
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  return query('SELECT 1');
}

async function prepare() {
  <<schema>>
}

async function before() {
  <<log_tests>>
  <<each>>
}

afterAll(async () => {
  <<after>>
});

module.exports = { prepare, before };
