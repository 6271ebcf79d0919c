"""The engine of <<project>>."""
import logging
import os

from sqlalchemy import create_engine, event

log = logging.getLogger("<<project>>.db")
URL = os.environ.get("<<env_name>>", "postgresql+psycopg2://<<default_url>>")
engine = create_engine(URL, pool_size=<<pool_size>>, max_overflow=0, pool_timeout=<<pool_timeout>>, echo_pool=<<echo_pool>>)
keep = []


@event.listens_for(engine, "checkout")
def taken(raw, record, proxy):
    log.debug("<<say_acquire>>".replace("{}", "%s"), id(record) % 9973)


@event.listens_for(engine, "checkin")
def released(raw, record):
    log.debug("<<say_release>>".replace("{}", "%s"), id(record) % 9973)
