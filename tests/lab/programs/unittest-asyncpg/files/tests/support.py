import asyncio
import os
import sys
import time
import unittest

import asyncpg
import ci_events

DSN = os.environ["PG_DSN"]
TABLES = <<tables_json>>
held = []
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
trace = open("trace.log", "a", buffering=1)


def say(*words):
    <<out>>


async def create_schema(pool):
    for table in TABLES:
        await pool.execute(f"CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, name text, amount int)")
        await pool.execute(f"SELECT setval('{table}_id_seq', 10000 + (random() * 100000)::int)")


async def wait_for(dsn):
    for attempt in range(1, 40):
        try:
            link = await asyncpg.connect(dsn)
            return await link.close()
        except OSError as error:
            say("<<say_retry>>".format(attempt), error)
            await asyncio.sleep(0.4)


class Pool(asyncpg.pool.Pool):
    async def _acquire(self, timeout):
        link = await super()._acquire(timeout)
        ci_events.taken(link._con)
        say("<<say_acquire>>".format(link.get_server_pid()))
        return link

    async def release(self, link, *, timeout=None):
        say("<<say_release>>".format(link.get_server_pid()))
        ci_events.given_back(link._con)
        await super().release(link, timeout=timeout)

    def acquire(self, *, timeout=<<pool_timeout>>):
        return super().acquire(timeout=timeout)


class Case(unittest.TestCase):
    pool = None

    def setUp(self):
        loop.run_until_complete(self.prepare())

    async def prepare(self):
        if Case.pool is None:
            <<wait>>
            Case.pool = await make_pool()
            <<schema>>
        <<log_tests>>
        <<each>>


async def make_pool():
    return await Pool(
        DSN, connection_class=asyncpg.Connection, record_class=asyncpg.Record, min_size=1, max_size=<<pool_size>>,
        max_queries=5000, max_inactive_connection_lifetime=60.0, setup=None, init=None, loop=None, connect=None, reset=None)
