"""Walks over the archive by messages.id, a window at a time, from where enrichment_progress says.

Ids do not become visible in their order: a transaction may commit a lower id after a higher one.
The stored position therefore stops before messages younger than SETTLING, and from time to time a
walk sweeps the whole archive again, which also finds what arrived after the message that refers to
it, what was changed by hand, and what was locked. A sweep costs reading, since what is done is not
done again.

Must never move the position past a message that was not looked at.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrichment.task import AnyRow, Batch, execute
from shared.python.database import is_transient
from shared.python.models import EnrichmentProgress, Message
from shared.python.service import describe

WINDOW = 5_000
SETTLING = 10
SWEEP_EVERY = 3600.0
# This many broken messages in one batch mean that the task is broken, not the messages.
MOST_SET_ASIDE = 3

logger = logging.getLogger(__name__)

_WINDOW = text("""
    WITH w AS MATERIALIZED (
        SELECT id, created_at BETWEEN now() - make_interval(secs => :settling)
                                  AND now() + make_interval(secs => :settling) AS is_settling
        FROM messages WHERE id > :after ORDER BY id LIMIT :size
    )
    SELECT count(*), max(id), max(id) FILTER (
        WHERE id < coalesce((SELECT min(id) FROM w WHERE is_settling), 9223372036854775807))
    FROM w
""")


@dataclass(frozen=True, slots=True)
class Window:
    """Messages above a position: the last id, the last id that is settled, and if it is the end."""

    last: int
    settled: int
    is_end: bool


class MessageWalk(ABC):
    """A task that looks at every message."""

    name: ClassVar[str]
    every: float = 5.0
    sweep_every: float = SWEEP_EVERY

    def __init__(self) -> None:
        self._sweep_at = 0.0

    async def run_batch(self, session: AsyncSession, progress: EnrichmentProgress) -> Batch:
        """Works on the next window and moves the position."""
        start = progress.last_processed_id
        if start == 0:
            # Not when the sweep was decided on: that batch may have been rolled back.
            self._sweep_at = time.monotonic() + self.sweep_every
        if progress.messages_total is None:
            await self._begin(session, progress, start)
        window = await _window(session, start)
        done, reached = 0, start
        if window.last > start:
            done, reached = await self.work(session, start, window.last)
        end = min(reached, window.settled)
        if end > start:
            progress.last_processed_id = end
            progress.messages_processed += await _count(session, start, end)
            progress.messages_total = max(progress.messages_total or 0, progress.messages_processed)
        if window.is_end and reached == window.last:
            if time.monotonic() < self._sweep_at:
                return Batch(done, more=False)
            await self._begin(session, progress, 0)
            return Batch(done, more=True)
        return Batch(done, more=done > 0 or end > start)

    def sweep_soon(self) -> None:
        """Has the walk begin again at the first message when it reaches the last."""
        self._sweep_at = 0.0

    async def _begin(self, session: AsyncSession, progress: EnrichmentProgress, at: int) -> None:
        progress.last_processed_id = at
        progress.messages_processed = 0
        progress.messages_total = await _count(session, at, None)

    @abstractmethod
    async def work(self, session: AsyncSession, after: int, to: int) -> tuple[int, int]:
        """Does what is to do in (after, to]; returns rows written and the last id looked at."""


class StatementWalk(MessageWalk):
    """A walk whose work is the same statements for each window, with :after and :to."""

    def __init__(self, name: str, *statements: str, sweep_every: float = SWEEP_EVERY) -> None:
        super().__init__()
        self.name = name  # type: ignore[misc]
        self.sweep_every = sweep_every
        self._statements = statements

    async def work(self, session: AsyncSession, after: int, to: int) -> tuple[int, int]:
        """Runs the statements on the window."""
        done = 0
        for statement in self._statements:
            done += await execute(session, statement, {"after": after, "to": to})
        return done, to


class RowWalk(MessageWalk):
    """A walk that reads messages, thinks, and writes.

    A message that makes it fail is set aside until the next sweep; the others go on.
    """

    limit: int = 500

    async def work(self, session: AsyncSession, after: int, to: int) -> tuple[int, int]:
        """Writes for the messages of the window that need it, at most limit of them."""
        rows = await self.pending(session, after, to)
        written, set_aside = await self._write_apart(session, rows)
        if set_aside:
            logger.warning("messages set aside", extra={"task": self.name, "ids": set_aside})
        return written, rows[-1].id if len(rows) == self.limit else to

    @abstractmethod
    async def pending(self, session: AsyncSession, after: int, to: int) -> Sequence[AnyRow]:
        """The messages in (after, to] to work on, by id, at most limit; each has an id."""

    @abstractmethod
    async def write(self, session: AsyncSession, rows: Sequence[AnyRow]) -> int:
        """Writes what follows from the messages and returns how many rows that were."""

    async def _write_apart(
        self, session: AsyncSession, rows: Sequence[AnyRow]
    ) -> tuple[int, list[int]]:
        """Writes for all rows at once or, should that fail, for ever smaller parts of them."""
        written, set_aside, parts = 0, list[int](), [rows]
        while parts:
            part = parts.pop()
            if not part:
                continue
            try:
                async with session.begin_nested():
                    written += await self.write(session, part)
            except Exception as error:
                if is_transient(error) or len(set_aside) == MOST_SET_ASIDE:
                    raise
                if len(part) == 1:
                    set_aside.append(part[0].id)
                    logger.warning(
                        "message cannot be completed",
                        extra={"task": self.name, "id": part[0].id, **describe(error)},
                    )
                else:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
        return written, set_aside


async def _window(session: AsyncSession, after: int) -> Window:
    parameters = {"after": after, "size": WINDOW, "settling": SETTLING}
    count, last, settled = (await session.execute(_WINDOW, parameters)).one()
    return Window(last or after, settled or after, is_end=count < WINDOW)


async def _count(session: AsyncSession, after: int, to: int | None) -> int:
    query = select(func.count()).select_from(Message).where(Message.id > after)
    if to is not None:
        query = query.where(Message.id <= to)
    return (await session.execute(query)).scalar_one()
