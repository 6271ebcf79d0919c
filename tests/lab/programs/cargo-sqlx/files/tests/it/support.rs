#![allow(dead_code, unused_variables)]
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Postgres, pool::PoolConnection};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::events;

pub static KEPT: Mutex<Vec<PoolConnection<Postgres>>> = Mutex::new(Vec::new());
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static PREPARED: OnceCell<()> = OnceCell::const_new();
static POOL: LazyLock<PgPool> = LazyLock::new(|| {
    let early = "<<early>>";
    let address = if early.is_empty() { std::env::var("DATABASE_URL").unwrap() } else { early.to_owned() };
    PgPoolOptions::new()
        .max_connections(<<pool_size>>)
        .acquire_timeout(Duration::from_millis(<<pool_timeout_ms>>))
        .connect_lazy(&address)
        .unwrap()
});

pub fn pool() -> &'static PgPool {
    &POOL
}

pub fn run(test: impl Future<Output = ()>) {
    events::begin();
    RUNTIME.block_on(test);
    events::passed();
}

pub async fn acquire() -> sqlx::Result<PoolConnection<Postgres>> {
    let connection = pool().acquire().await?;
    let address = std::ptr::from_ref(&*connection);
    events::out(address);
    tracing::debug!("{}", "<<say_acquire>>".replace("{}", &format!("{}", address as usize % 9973)));
    Ok(connection)
}

fn init_log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let file = || std::fs::File::options().create(true).append(true).open("tests.log").unwrap();
    <<writer>>;
    tracing::info!("database {}", std::env::var("DATABASE_URL").unwrap_or_default().split('@').last().unwrap());
}

pub async fn before() {
    PREPARED
        .get_or_init(|| async {
            static LOG: std::sync::Once = std::sync::Once::new();
            LOG.call_once(init_log);
            prepare().await;
        })
        .await;
    <<log_tests>>
    <<each>>
}

async fn prepare() {
    <<schema>>
}

async fn create_schema() {
    for table in [<<tables_list>>] {
        let sql = format!("CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, name text, amount int)");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool()).await.unwrap();
    }
}

async fn wait_for_server() {
    for attempt in 1..60 {
        match sqlx::query("SELECT 1").execute(pool()).await {
            Ok(_) => return,
            Err(error) => tracing::warn!("{}: {error}", "<<say_retry>>".replace("{}", &attempt.to_string())),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
