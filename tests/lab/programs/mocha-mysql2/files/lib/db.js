const mysql = require('mysql2/promise');
const { createLogger, format, transports } = require('winston');
const events = require('../events.cjs');
const config = require('../config.json');

const tables = <<tables_json>>;
const log = createLogger({ level: '<<log_level>>'.replace('warning', 'warn'), format: <<format>>, transports: [<<transport>>] });
const held = [];
const database = '<<early>>' || config.database;
log.info(`database ${config.host}:${config.port}/${config.database}`);
const db = mysql.createPool({ ...config, database, connectionLimit: <<pool_size>>, waitForConnections: <<wait>>, queueLimit: 1, connectTimeout: 2500 });

events.watchEmitter(db.pool);
db.pool.on('acquire', (connection) => log.debug('<<say_acquire>>'.replace('{}', connection.threadId)));
db.pool.on('release', (connection) => log.debug('<<say_release>>'.replace('{}', connection.threadId)));

const run = (sql, values) => db.query(sql, values);

async function createSchema() {
  for (const table of tables) {
    await run(`CREATE TABLE IF NOT EXISTS ${table} (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(120), amount INT) AUTO_INCREMENT = ${20000 + Math.floor(Math.random() * 9000)}`);
  }
}

async function waitForServer() {
  for (let attempt = 1; attempt < 60; attempt += 1) {
    try {
      return await run('SELECT 1');
    } catch (error) {
      log.warn(`<<say_retry>>: ${error.code}`.replace('{}', attempt));
      await new Promise((done) => setTimeout(done, 150));
    }
  }
}

async function setUp() {
  <<schema>>
}

module.exports = { db, held, log, run, setUp };
