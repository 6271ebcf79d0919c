import logging
import os
import time

import ci_events
import redis

log = logging.getLogger("<<project>>.cache")
kept = []


class Pool(redis.BlockingConnectionPool):
    def get_connection(self, *names, **options):
        connection = super().get_connection(*names, **options)
        ci_events.taken(connection)
        log.debug("<<say_acquire>>".replace("{}", str(id(connection) % 7919)))
        return connection

    def release(self, connection):
        ci_events.given_back(connection)
        super().release(connection)


pool = Pool.from_url(os.environ["REDIS_URL"], max_connections=<<pool_size>>, timeout=<<pool_timeout>>, retry=None)
client = redis.Redis(connection_pool=pool)


def wait_for_cache():
    for attempt in range(1, 60):
        try:
            return client.ping()
        except redis.ConnectionError as error:
            log.warning("<<say_retry>>: %s".replace("{}", str(attempt)), error)
            time.sleep(0.25)
    return client.ping()
