import asyncio
import os
import sys

import pytest
import pytest_asyncio
from loguru import logger
from sqlalchemy import text

from service import storage

<<sink>>
TABLES = <<tables_json>>


async def create_tables():
    async with storage.engine.begin() as connection:
        for table in TABLES:
            await connection.execute(text(f"CREATE TABLE {table} (id serial PRIMARY KEY, name text, amount int)"))
            await asyncio.sleep(0.05)


async def create_schema():
    async with storage.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
        for table in TABLES:
            await connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, name text, amount int)"))
            await connection.execute(text(f"SELECT setval('{table}_id_seq', 10000 + (random() * 100000)::int)"))


def pytest_collection_modifyitems(items):
    """What a test of this project is marked with."""
    <<loops>>


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def schema():
    <<schema>>
    yield
    <<after>>


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def prepared(request, schema):
    <<log_tests>>
    <<each>>
    yield
