import logging

import pytest

from cache import client, kept, pool, wait_for_cache

log = logging.getLogger("tests")


@pytest.fixture(scope="session", autouse=True)
def server():
    <<schema>>
    yield client
    <<after>>


@pytest.fixture(autouse=True)
def between(server, request):
    <<log_tests>>
    <<each>>
    yield
