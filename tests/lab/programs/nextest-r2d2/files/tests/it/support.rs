#![allow(dead_code)]
use std::time::Duration;

use postgres::NoTls;
use r2d2_postgres::PostgresConnectionManager;

use crate::events;

pub type Pool = r2d2::Pool<PostgresConnectionManager<NoTls>>;

fn config() -> postgres::Config {
    let early = "<<early>>";
    let text = if early.is_empty() { std::env::var("PG_CONFIG").unwrap() } else { early.to_owned() };
    text.parse().unwrap()
}

pub fn begin() -> Pool {
    events::begin();
    let _ = <<builder>>.try_init();
    log::info!("database {:?}", std::env::var("PG_CONFIG").unwrap_or_default().split(" user").next().unwrap());
    <<log_tests>>
    let pool = r2d2::Pool::builder()
        .max_size(<<pool_size>>)
        .min_idle(Some(0))
        .connection_timeout(Duration::from_millis(<<pool_timeout_ms>>))
        .build_unchecked(PostgresConnectionManager::new(config(), NoTls));
    <<schema>>
    pool
}

pub fn end() {
    events::passed();
}

fn create_schema(pool: &Pool) {
    let mut client = pool.get().unwrap();
    let mut transaction = client.transaction().unwrap();
    transaction.batch_execute("SELECT pg_advisory_xact_lock(12)").unwrap();
    for table in [<<tables_list>>] {
        let sql = format!("CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, name text, amount int)");
        transaction.batch_execute(&sql).unwrap();
        transaction.batch_execute(&format!("SELECT setval('{table}_id_seq', 10000 + (random() * 1000000)::int)")).unwrap();
    }
    transaction.commit().unwrap();
}

fn create_tables(pool: &Pool) {
    let mut client = pool.get().unwrap();
    for table in [<<tables_list>>] {
        let there = client.query_opt("SELECT 1 FROM pg_tables WHERE tablename = $1", &[&table]).unwrap();
        if there.is_none() {
            std::thread::sleep(Duration::from_millis(100));
            client.batch_execute(&format!("CREATE TABLE {table} (id serial PRIMARY KEY, name text, amount int)")).unwrap();
        }
    }
}

fn wait_for_server() {
    for attempt in 1..60 {
        match config().connect(NoTls) {
            Ok(_) => return,
            Err(error) => log::warn!("{}: {error}", "<<say_retry>>".replace("{}", &attempt.to_string())),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
