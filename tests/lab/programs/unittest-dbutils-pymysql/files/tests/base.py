import logging
import time
import unittest

from shop import database

TABLES = <<tables_json>>
log = logging.getLogger("tests")
logging.basicConfig(level="<<log_level>>".upper(), format="<<log_format>>", handlers=[<<handler>>])
ready = []


def create_schema():
    with database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} (id int AUTO_INCREMENT PRIMARY KEY, name varchar(90), amount int) AUTO_INCREMENT=20000")


def wait_for_server():
    for attempt in range(1, 40):
        try:
            with database.cursor() as cursor:
                return cursor.execute("SELECT 1")
        except Exception as error:
            log.warning("<<say_retry>>: %s".replace("{}", str(attempt)), error)
            time.sleep(0.3)


class DatabaseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not ready:
            <<schema>>
            ready.append(True)

    def setUp(self):
        <<log_tests>>
        <<each>>

