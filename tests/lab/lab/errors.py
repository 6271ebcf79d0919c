"""Groups of errors, by code where a driver gives one, else by class and words.

This is how truth knows what a failed test failed of. It reads what hooks and runners hand over
inside the run, never the text logs, and it knows only errors that the programs here can raise: an
error that no row fits is "other", and is listed as unclaimed in the truth.
"""
from __future__ import annotations

import re

CODES = {
    "lock": ("55P03", "57014", "1205", "40001"), "deadlock": ("40P01", "1213"), "slots": ("53300", "1040", "1203"),
    "unique": ("23505", "1062"), "exists": ("42P07", "42710", "1050", "42P06"), "missing": ("42P01", "1146", "3F000"),
    "no-database": ("3D000", "1049"), "auth": ("28P01", "28000", "1045", "1044"),
    "gone": ("57P01", "57P02", "57P03", "08006", "08003", "08P01", "08000", "2006", "2013", "1927", "25P03"),
    "refused": ("2003", "2002"), "database": ("42703", "1054", "42501", "25P02"), "lab": ("42601", "1064")}
BY_CODE = {code: group for group, codes in CODES.items() for code in codes}

WORDS = [
    ("lab", r"syntax error at or near|error in your SQL syntax"),       # no fault is laid in so: a program here is wrong
    ("pool", r"TooManyConnectionsError|QueuePool limit|couldn't get a connection after|PoolTimeout|TimeoutError: *$|asyncio\.TimeoutError|exceeded when trying to connect|"
             r"Timeout acquiring a connection|ConnectionAcquireTimeout|pool.*(timed? ?out|exhausted)|Connection is not available, request timed out|"
             r"Cannot get a connection, pool error|could not obtain a connection from the pool|PoolTimedOut|ResourcePool|"
             r"could not obtain a (database )?connection|MaxConnectionsExceeded|Max connections exceeded|"
             r"No connections? available|Queue limit reached|ResourceRequest timed out|checkout_timeout|attempt by a client to checkout|attempt by client to checkout a [Cc]onnection has timed out|"
             r"PoolError|query_wait_timeout|pool timed out|ResourceError|pool is (full|empty)|context deadline exceeded|Timed out in bb8|timed out waiting for connection(?!: )|"
             r"Waited .* for .*connection|Timeout occurred while waiting"),
    ("slots", r"too many (clients|connections)|[Tt]oo many connections|remaining connection slots|max number of clients|no more connections allowed|TooManyConnections"),
    ("host", r"The connection attempt failed|could not translate host name|Name or service not known|name resolution|getaddrinfo|EAI_AGAIN|ENOTFOUND|nxdomain|UnknownHost|Unknown host|"
             r"Unknown MySQL server host|php_network_getaddresses|gaierror|no such host|nodename nor servname|failed to lookup address|Unknown server host|lookup .* on "),
    ("refused", r"error connecting to server|[Cc]onnection refused|ECONNREFUSED|Error 111|Connect call failed|Errno 111|econnrefused|Can't connect to|\(111\)|Connection to .* refused|"
                r"Socket fail to connect|Error\(Some\(.db error.\)\)|timed out waiting for connection: |could not be acquired from the underlying|Communications link failure"),
    ("auth", r"password authentication failed|Access denied|authentication failed|no pg_hba.conf entry|WRONGPASS|NOAUTH|SASL|invalid password|permission denied for schema|role .* does not exist"),
    ("no-database", r"database \W*[\w-]+\W* does not exist|Unknown database"),
    ("misuse", r"concurrent operations are not permitted|IllegalStateChange|attached to a different loop|another operation is in progress|different thread|created in a thread|Event loop is closed|another command is already in progress|"
               r"lost synchronization|unexpected message|Packet sequence|inside a transaction|handle .* is owned by thread|used after|Commands out of sync|"
               r"another query is (active|in progress)|is not the owner|queries? unexpectedly|Cannot (run|start) .* while"),
    ("deadlock", r"[Dd]eadlock"),
    ("lock", r"lock timeout|Lock wait timeout|database is locked|LockNotAvailable|statement timeout|lock_timeout|SQLITE_BUSY|query_canceled|table is locked|could not serialize"),
    ("gone", r"EXIT from #PID<[\d.]+>\) exited in: GenServer\.call\(#PID<[\d.]+>, \{:query|kind: Closed|tcp_close|Sock closed|InterfaceError: \(0, ''\)|client is not connected|PQsocket|terminating connection|server closed the connection|[Cc]onnection (was )?(closed|terminated|lost|reset|does not exist)|CONNECTION_(CLOSED|ENDED|DESTROYED)|"
             r"Connection terminated|has gone away|Driver not Connected|Lost connection|ECONNRESET|[Bb]roken pipe|the database system is (shutting|starting)|consuming input failed|AdminShutdown|"
             r"connection already closed|no connection to the server|An I/O error occurred|socket.*(closed|hang up)|PROTOCOL_CONNECTION_LOST|EPIPE|driver: bad connection|"
             r"unexpected (EOF|end of file)|Connection closed by server|Server has closed the connection|Connection is closed|This connection has been closed|tcp_closed|"
             r"closed state|(I/O|Connection) error|closed by the remote|the connection is (closed|lost)|could not receive data|query_wait_timeout|read.*EOF|link.*closed"),
    ("unique", r"duplicate key|UNIQUE constraint|Duplicate entry|unique constraint"),
    ("exists", r"already exists"),
    ("missing", r"(?<!of )relation .* does not exist|PostgresError: relation .\w+. d|no such table|doesn't exist|Undefined table"),
    ("cancelled", r"cancelledByParent|canceling statement due to user request"),
    ("database", r"psycopg|asyncpg|sqlalchemy\.exc|pymysql|peewee|django\.db|redis\.exceptions|SQLSTATE|PG::|Mysql2?::|ActiveRecord|Sequel::|DBD::|DBI|java\.sql|SQLException|"
                 r"PDOException|Doctrine|sqlx::|tokio_postgres|PostgresError|SequelizeDatabaseError|QueryFailedError|pq:|db error|DatabaseError|column .* does not exist|SqlError"),
]
WORDS.append(("test-timeout", r"(Test|Hook) timed out|Timeout \(>|STACK_TRACE_ERROR|Timeout of \d+ ?ms|Exceeded timeout|[Tt]imed out after"))
PATTERNS = [(group, re.compile(pattern)) for group, pattern in WORDS]


def group_of(chain: list[dict], besides: str = "") -> str:
    """The group of a failed test's errors: the innermost one that says something decides.

    `besides` is a group that does not count: a test that expects an error quotes it when it gets another.
    """
    for error in reversed(chain):
        if str(error.get("code")) in BY_CODE:
            return BY_CODE[str(error["code"])]
    for error in chain:
        for code in re.findall(r"(?:left: Some\(.|\+ +.?code.?: .|severity: \w+, code: .)(\w{4,})", f"{error['message']} {error.get('more', '')}"):     # one in an assertion or a dump
            if code in BY_CODE and BY_CODE[code] != besides:
                return BY_CODE[code]
        text = f"{error['class']}: {error['message']} {error.get('more', '')}".strip()
        for group, pattern in PATTERNS:
            if group != besides and pattern.search(text):
                return group
    return "other"
