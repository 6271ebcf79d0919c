import pytest

from tests.support import borrowed, log, pool, wait_for_database

TABLES = <<tables_json>>
COLUMNS = "(id bigserial PRIMARY KEY, name text, amount integer)"


def create_tables():
    with pool.connection() as conn:
        for table in TABLES:
            conn.execute(f"CREATE TABLE {table} {COLUMNS}")
        conn.execute("SELECT pg_sleep(0.1)")


def create_schema():
    with pool.connection() as conn:
        conn.execute("SELECT pg_advisory_xact_lock(99)")
        for table in TABLES:
            conn.execute(f"CREATE TABLE IF NOT EXISTS {table} {COLUMNS}")
            conn.execute(f"SELECT setval('{table}_id_seq', 10000 + (random() * 100000)::int)")


@pytest.fixture(scope="session")
def database():
    <<schema>>
    yield pool
    <<after>>


@pytest.fixture
def clean(database, request):
    <<log_tests>>
    <<each>>
    yield
