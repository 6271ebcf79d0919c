import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import postgres from 'postgres';

const events = createRequire(import.meta.url)('../events.cjs');
const tables = <<tables_json>>;

export const held = [];
export const say = (text) => <<write>>;
export const sql = postgres({ max: <<pool_size>>, idle_timeout: 20, onnotice: () => {} });

const reserve = sql.reserve;
sql.reserve = async () => {
  const reserved = await reserve();
  events.emit('out', { conn: events.mark(reserved) });
  const release = reserved.release;
  reserved.release = () => {
    events.emit('in', { conn: events.mark(reserved) });
    return release();
  };
  return reserved;
};

async function createSchema() {
  await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(3)`;
    for (const table of tables) {
      await tx`CREATE TABLE IF NOT EXISTS ${tx(table)} (id serial PRIMARY KEY, name text, amount int)`;
      await tx.unsafe(`SELECT setval('${table}_id_seq', 10000 + (random() * 100000)::int)`);
    }
  });
}

async function untilReady() {
  for (let attempt = 1; attempt < 50; attempt += 1) {
    try {
      return await sql`SELECT 1`;
    } catch (error) {
      say('<<say_retry>>'.replace('{}', attempt) + ` ${error.code} ${error.message}`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

export async function begin() {
  <<schema>>
}
