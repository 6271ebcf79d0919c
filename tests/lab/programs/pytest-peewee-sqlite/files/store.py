import logging
import sqlite3

import ci_events
import peewee
from playhouse.pool import PooledSqliteDatabase

log = logging.getLogger("<<project>>")
kept = []


class Database(PooledSqliteDatabase):
    def _connect(self):
        connection = super()._connect()
        ci_events.taken(connection)
        log.debug("<<say_acquire>>".replace("{}", str(id(connection) % 7919)))
        return connection

    def _close(self, connection, close_conn=False):
        ci_events.given_back(connection)
        log.debug("<<say_release>>".replace("{}", str(id(connection) % 7919)))
        super()._close(connection, close_conn)


db = Database("<<project>>.db", max_connections=<<pool_size>>, timeout=<<pool_timeout>>, check_same_thread=False,
              pragmas={"journal_mode": "<<journal>>", "busy_timeout": int(1000 * <<busy>>)})


class Entry(peewee.Model):
    name = peewee.TextField()
    amount = peewee.IntegerField(null=True)

    class Meta:
        database = db


def raw(check_same_thread=False):
    return sqlite3.connect("<<project>>.db", timeout=<<busy>>, isolation_level=None, check_same_thread=check_same_thread)
