import configparser
import logging
import os
import pathlib
import time

import pytest
from sqlalchemy import text

<<early>>

log = logging.getLogger("<<project>>.tests")
settings = configparser.ConfigParser(interpolation=None)
settings.read(pathlib.Path(__file__).parent.parent / "settings.ini")
os.environ["<<env_name>>"] = settings["test"]["url"]

import app.db  # noqa: E402

TABLES = <<tables_json>>


def pytest_configure(config):
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    path = pathlib.Path("<<log_name>>" % {"worker": worker})
    path.parent.mkdir(exist_ok=True)
    handler = logging.FileHandler(path, mode="<<log_mode>>")
    handler.setFormatter(logging.Formatter("<<log_format>>", "<<log_date>>"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel("<<log_level>>".upper())
    log.info("database %s", settings["test"]["url"].rpartition("@")[2])


def create_tables():
    with app.db.engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE {table} (id serial PRIMARY KEY, name text, amount integer)"))
            log.info("created table %s", table)
            time.sleep(0.05)


def create_schema():
    with app.db.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, name text, amount integer)"))
            connection.execute(text(f"SELECT setval('{table}_id_seq', 10000 + (random() * 100000)::int)"))


def add_constraint(table, rule):
    with app.db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} ADD CHECK ({rule})"))


def drop_schema():
    with app.db.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '1200ms'"))
        for table in TABLES:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


def ping():
    with app.db.engine.connect() as connection:
        connection.execute(text("SELECT version()"))


def wait_for_server():
    for attempt in range(1, 30):
        try:
            return ping()
        except Exception as error:
            log.warning("<<say_retry>>: %s".replace("{}", str(attempt)), str(error).splitlines()[0])
            time.sleep(0.5)
    return ping()


@pytest.fixture(scope="session", autouse=True)
def schema():
    <<schema>>
    yield
    <<after>>


@pytest.fixture(autouse=True)
def around(schema, request):
    <<log_tests>>
    <<each>>
    yield
