import asyncio
import itertools
import os

from loguru import logger
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine(
    os.environ["DB_DSN"], pool_size=<<pool_size>>, max_overflow=0, pool_timeout=<<pool_timeout>>,
    pool_pre_ping=<<pre_ping>>, isolation_level="<<isolation>>")
open_sessions = []
numbers = itertools.count(1)


def session():
    return AsyncSession(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "checkout")
def on_checkout(raw, record, proxy):
    record.info.setdefault("number", next(numbers))
    logger.debug("<<say_acquire>>", record.info["number"])


@event.listens_for(engine.sync_engine, "checkin")
def on_checkin(raw, record):
    logger.debug("<<say_release>>", record.info.get("number"))


async def wait_until_ready():
    for attempt in range(1, 40):
        try:
            async with engine.connect() as connection:
                return await connection.execute(text("SELECT 1"))
        except Exception as error:
            logger.warning("<<say_retry>>: {}", attempt, error)
            await asyncio.sleep(0.4)
