const { Pool } = require('pg');
const pino = require('pino');

<<early>>
const logger = <<logger>>;
const pool = new Pool({
  connectionString: process.env.DATABASE_URL || 'postgres://<<user>>@127.0.0.1:5433/<<project>>_development',
  max: <<pool_size>>,
  connectionTimeoutMillis: <<pool_timeout_ms>>,
});
const held = [];
let last = 0;

pool.on('acquire', (client) => {
  client.number = client.number || ++last;
  logger.debug('<<say_acquire>>'.replace('{}', client.number));
});
pool.on('release', (error, client) => logger.debug('<<say_release>>'.replace('{}', client.number)));
pool.on('error', (error) => logger.error(`idle client: ${error.message}`));

async function query(text, values) {
  return pool.query(text, values);
}

module.exports = { pool, held, logger, query };
