"""What a task is: a name, and a batch of work in a transaction that somebody else commits.

A task must never commit or roll back the session it is given.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.python.models import EnrichmentProgress

# A row of a query whose columns are known where it is used.
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch came to: rows written, and whether the next batch should follow at once."""

    done: int
    more: bool


class Task(Protocol):
    """A kind of work that is done batch by batch."""

    @property
    def name(self) -> str:
        """The task_name in enrichment_progress."""

    @property
    def every(self) -> float:
        """Seconds to wait when there is nothing more to do."""

    async def run_batch(self, session: AsyncSession, progress: EnrichmentProgress) -> Batch:
        """Does one batch. The caller holds the lock of the progress row, and commits both."""


@dataclass(frozen=True, slots=True)
class StatementTask:
    """One statement, run at an interval. With a limit it runs again until it finds less."""

    name: str
    every: float
    statement: str
    limit: int | None = None

    async def run_batch(self, session: AsyncSession, progress: EnrichmentProgress) -> Batch:
        """Runs the statement once."""
        parameters = {} if self.limit is None else {"limit": self.limit}
        done = await execute(session, self.statement, parameters)
        progress.messages_processed += done
        return Batch(done, more=self.limit is not None and done >= self.limit)


async def execute(session: AsyncSession, statement: str, parameters: dict[str, int]) -> int:
    """Runs a statement that writes and returns how many rows it wrote."""
    connection = await session.connection()
    return (await connection.execute(text(statement), parameters)).rowcount
