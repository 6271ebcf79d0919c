import 'reflect-metadata';
import { createRequire } from 'node:module';
import pg from 'pg';
import { DataSource, EntitySchema } from 'typeorm';

createRequire(import.meta.url)('../events.cjs').watchEmitter(pg.Pool.prototype);

export const Entry = new EntitySchema({
  name: 'Entry',
  tableName: 'entry',
  columns: { id: { type: 'int', primary: true, default: () => "nextval('entry_id_seq')" }, name: { type: 'text', nullable: true }, amount: { type: 'int', nullable: true } },
});
export const runners = [];
export const source = new DataSource({
  type: 'postgres', host: '<<told_host>>', port: <<told_port>>, username: '<<told_user>>', password: '<<told_password>>', database: '<<told_database>>',
  entities: [Entry], logger: '<<logger>>', logging: <<logging>>, poolSize: <<pool_size>>,
  extra: { connectionTimeoutMillis: <<pool_timeout_ms>> },
});
const create = 'CREATE TABLE entry (id serial PRIMARY KEY, name text, amount int)';

async function createSchema() {
  await source.transaction(async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock(2)');
    await manager.query(create.replace('TABLE', 'TABLE IF NOT EXISTS'));
    await manager.query("SELECT setval('entry_id_seq', 10000 + (random() * 100000)::int)");
  });
}

async function initializeWithRetry() {
  for (let attempt = 1; attempt < 60; attempt += 1) {
    try {
      return await source.initialize();
    } catch (error) {
      console.warn(`<<say_retry>>: ${error.message || error.code}`.replace('{}', attempt));
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

export async function start() {
  <<schema>>
}
