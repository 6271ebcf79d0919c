import asyncio
import logging
import os

import ci_events
import pytest
import pytest_asyncio
from tortoise import Tortoise, connections, fields
from tortoise.models import Model

logging.basicConfig(filename=<<log_file>>, format=<<log_format>>, datefmt="%Y-%m-%d %H:%M:%S", level="<<log_level>>".upper())
logging.getLogger("tortoise.db_client").setLevel("<<client_level>>")
logging.getLogger("asyncio").setLevel("WARNING")
log = logging.getLogger("shop")
borrowed = []
pools = {}


class Entry(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField(null=True)
    amount = fields.IntField(null=True)

    class Meta:
        table = "entry"


async def borrow():
    """A raw connection of the pool that Tortoise keeps."""
    client = connections.get("default")
    if client._pool is None:
        await client.create_connection(with_db=True)
    raw = await client._pool.acquire()
    borrowed.append(raw)
    ci_events.taken(raw)
    log.debug("<<say_acquire>>".replace("{}", str(raw.get_server_pid())))
    return raw


async def give_back(raw):
    log.debug("<<say_release>>".replace("{}", str(raw.get_server_pid())))
    ci_events.given_back(raw)
    borrowed.remove(raw)
    await connections.get("default")._pool.release(raw)


async def create_schema():
    client = connections.get("default")
    await client.execute_script(
        "BEGIN; SELECT pg_advisory_xact_lock(7);"
        "CREATE TABLE IF NOT EXISTS entry (id serial PRIMARY KEY, name text, amount int);"
        "SELECT setval('entry_id_seq', 10000 + (random() * 100000)::int); COMMIT")


async def until_up():
    for attempt in range(1, 40):
        try:
            return await connections.get("default").execute_query("SELECT 1")
        except Exception as error:
            log.warning("<<say_retry>>: %s".replace("{}", str(attempt)), error)
            await asyncio.sleep(0.3)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def database():
    await Tortoise.init(db_url="<<early>>" or os.environ["DATABASE_URL"], modules={"models": ["conftest"]})
    <<schema>>
    yield


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def case(request, database):
    <<log_tests>>
    <<each>>
    yield
