const fs = require('node:fs');
const { Sequelize, DataTypes } = require('sequelize');
const events = require('../events.cjs');

events.watchMethods(require('sequelize/lib/dialects/abstract/connection-manager').ConnectionManager.prototype, 'getConnection', 'releaseConnection');
const note = (text) => fs.appendFileSync('tests.log', `${new Date().toISOString()} ${text}\n`);
const held = [];
const sequelize = new Sequelize('<<early>>' || '<<told_database>>', '<<told_user>>', '<<told_password>>', {
  host: '<<told_host>>',
  port: <<told_port>>,
  dialect: '<<server>>' === 'postgres' ? 'postgres' : 'mysql',
  logging: <<logging>>,
  pool: { max: <<pool_size>>, min: 0, acquire: <<pool_timeout_ms>>, idle: 5000 },
  retry: { max: 1 },
});
note('configured for <<told_host>>:<<told_port>>/<<told_database>>');
const Record = sequelize.define('Record', { name: DataTypes.STRING, amount: DataTypes.INTEGER }, { tableName: 'records', timestamps: false });

const sleep = (seconds) => sequelize.query('<<server>>' === 'postgres' ? `SELECT pg_sleep(${seconds})` : `SELECT SLEEP(${seconds})`);

async function authenticated() {
  for (let attempt = 1; attempt < 60; attempt += 1) {
    try {
      return await sequelize.authenticate();
    } catch (error) {
      note(`<<say_retry>>: ${error.message}`.replace('{}', attempt));
      await new Promise((done) => setTimeout(done, 150));
    }
  }
}

// Several workers may create the table at once, which PostgreSQL does not take well even with IF NOT EXISTS.
async function createTable() {
  const alone = '<<server>>' === 'postgres' ? 'SELECT pg_advisory_xact_lock(3)' : 'SELECT 1';
  await sequelize.transaction(async (transaction) => {
    await sequelize.query(alone, { transaction });
    await sequelize.getQueryInterface().createTable('records', Record.getAttributes(), { transaction });
  });
}

async function sync() {
  <<schema>>
}

module.exports = { sequelize, Record, held, note, sync, sleep };
