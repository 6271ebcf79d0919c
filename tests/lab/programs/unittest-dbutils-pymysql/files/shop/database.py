import contextlib
import logging
import os

import ci_events
import pymysql
from dbutils.pooled_db import PooledDB

log = logging.getLogger("shop.database")
pending = []
_pool = None


def pool():
    global _pool
    if _pool is None:
        _pool = PooledDB(
            pymysql, maxconnections=<<pool_size>>, blocking=False, ping=0,
            host=os.environ["MYSQL_HOST"], port=int(os.environ["MYSQL_PORT"]), user=os.environ["MYSQL_USER"],
            password=os.environ["MYSQL_PASSWORD"], database=os.environ["MYSQL_DATABASE"], connect_timeout=3)
    return _pool


def connect():
    connection = pool().connection(shareable=False)
    ci_events.taken(connection)
    log.debug("<<say_acquire>>".replace("{}", str(id(connection) % 10007)))
    return connection


@contextlib.contextmanager
def cursor():
    connection = connect()
    connection.begin()
    try:
        with connection.cursor() as one:
            yield one
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        log.debug("<<say_release>>".replace("{}", str(id(connection) % 10007)))
        ci_events.given_back(connection)
        connection.close()
