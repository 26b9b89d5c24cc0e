"""An archive to work on, and the batches of a task.

Must never write what a task under test is to write.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from services.enrichment.scheduler import run_batch
from services.enrichment.task import Task
from shared.python.database import create_sessions
from shared.python.models import Channel, Message

POSTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Written long enough ago for a walk to go past it.
WRITTEN = datetime(2026, 3, 1, 13, tzinfo=UTC)

Sessions = async_sessionmaker[AsyncSession]
Finish = Callable[[Task], Awaitable[int]]


class Archive:
    """Puts channels and messages into the database of a test, and looks at what came of them."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self._next = 0

    async def channel(self, telegram_id: int = 1001, **values: Any) -> int:
        async with self.sessions.begin() as session:
            channel = Channel(telegram_id=telegram_id, name=f"channel {telegram_id}", **values)
            session.add(channel)
            await session.flush()
            return channel.id

    async def message(self, channel: int, content: str | None = None, **values: Any) -> int:
        self._next += 1
        values = {
            "message_id": self._next,
            "telegram_date": POSTED + timedelta(minutes=self._next),
            "created_at": WRITTEN,
        } | values
        async with self.sessions.begin() as session:
            message = Message(channel_id=channel, content=content, **values)
            session.add(message)
            await session.flush()
            return message.id

    async def messages(self, channel: int, count: int, content: str = "Drone over Kyiv") -> None:
        await self.execute(
            """
            INSERT INTO messages (message_id, channel_id, content, telegram_date, created_at)
            SELECT n, :channel, :content || ' ' || n, now() - interval '1 day',
                   now() - interval '1 day'
            FROM generate_series(1, :count) AS n
            """,
            channel=channel,
            count=count,
            content=content,
        )

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.sessions.begin() as session:
            await session.execute(text(statement), values)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.sessions() as session:
            return [tuple(row) for row in await session.execute(text(query), values)]

    async def value(self, query: str, **values: Any) -> Any:
        return (await self.rows(query, **values))[0][0]


@pytest.fixture
def archive(engine: AsyncEngine) -> Archive:
    return Archive(create_sessions(engine))


@pytest.fixture
def finish(archive: Archive) -> Finish:
    """Runs batches of a task until it has nothing more to do; gives the rows it wrote."""

    async def run(task: Task) -> int:
        done = 0
        for _ in range(10_000):
            batch = await run_batch(archive.sessions, task)
            assert batch is not None
            done += batch.done
            if not batch.more:
                return done
        pytest.fail(f"{task.name} does not come to an end")

    return run
