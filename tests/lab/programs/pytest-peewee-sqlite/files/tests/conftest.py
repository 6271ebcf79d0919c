import logging
import threading
import time

import peewee
import pytest

from store import Entry, db, kept, log


def create():
    for _ in range(8):
        try:
            db.create_tables([Entry])
            return
        except peewee.OperationalError:
            time.sleep(0.2)


@pytest.fixture(scope="session", autouse=True)
def schema():
    with db.connection_context():
        <<schema>>
    yield


@pytest.fixture(autouse=True)
def around(schema, request):
    <<log_tests>>
    <<each>>
    yield
