import logging
import os
import pathlib
import sys
import time

import ci_events
import structlog
from psycopg_pool import ConnectionPool


def open_log():
    path = pathlib.Path("<<log_name>>".replace("%s", os.environ.get("PYTEST_XDIST_WORKER", "main")))
    path.parent.mkdir(exist_ok=True)
    return path.open("a", buffering=1)


<<logging>>
log = structlog.get_logger()
logging.basicConfig(level="<<log_level>>".upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
logging.getLogger("psycopg.pool").setLevel("<<pool_level>>")
borrowed = []


class LoggedPool(ConnectionPool):
    def getconn(self, timeout=None):
        conn = super().getconn(timeout)
        ci_events.taken(conn)
        log.debug("<<say_acquire>>".format(conn.info.backend_pid))
        return conn

    def putconn(self, conn):
        log.debug("<<say_release>>".format(conn.info.backend_pid))
        ci_events.given_back(conn)
        super().putconn(conn)


pool = LoggedPool("", min_size=1, max_size=<<pool_size>>, timeout=<<pool_timeout>>, open=True, name="<<project>>")


def wait_for_database():
    for attempt in range(1, 30):
        try:
            with pool.connection() as conn:
                return conn.execute("SELECT 1")
        except Exception as error:
            log.warning("<<say_retry>>".format(attempt), error=str(error))
            time.sleep(0.3)
