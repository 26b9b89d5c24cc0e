"""Runs the tasks in turn, some batches each, until the service drains.

A batch is one transaction: the work, and the progress row of the task, which is locked meanwhile so
that of several processes only one works on a task at a time. Whatever ends the process or the
connection undoes the batch as a whole, and the lock with it.

Must never let a task that fails keep the others from their turn.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.enrichment.task import Batch, Task
from shared.python.database import is_disconnect
from shared.python.models import EnrichmentProgress
from shared.python.service import Drain, describe

LOCK_TIMEOUT = "5s"
# Seconds for one task before the others have their turn.
TURN = 1.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
LONGEST_ERROR = 500

logger = logging.getLogger(__name__)

Sessions = async_sessionmaker[AsyncSession]

# The condition spares the sequence a number at each look at a row that is locked or paused.
_FIRST_TIME = text("""
    INSERT INTO enrichment_progress (task_name)
    SELECT CAST(:name AS varchar)
    WHERE NOT EXISTS (SELECT FROM enrichment_progress WHERE task_name = :name)
    ON CONFLICT (task_name) DO NOTHING
    RETURNING id
""")


async def run_batch(sessions: Sessions, task: Task) -> Batch | None:
    """Runs one batch and commits it; None when the task is paused or another process is at it."""
    async with sessions.begin() as session:
        await session.execute(select(func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
        progress = await _claim(session, task.name)
        if progress is None:
            return None
        batch = await task.run_batch(session, progress)
        progress.status = "running" if batch.more else "completed"
        progress.last_run_at = datetime.now(UTC)
        progress.error_message = None
    return batch


async def _claim(session: AsyncSession, name: str) -> EnrichmentProgress | None:
    """Locks the progress row of a task. An operator sets its status to paused to stop the task."""
    query = (
        select(EnrichmentProgress)
        .where(EnrichmentProgress.task_name == name, EnrichmentProgress.status != "paused")
        .with_for_update(skip_locked=True)
    )
    progress = await session.scalar(query)
    if progress is None and (await session.execute(_FIRST_TIME, {"name": name})).first():
        progress = await session.scalar(query)
    return progress


async def record_failure(sessions: Sessions, task: Task, error: Exception) -> None:
    """Says in the progress row why the task failed."""
    reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
    statement = (
        update(EnrichmentProgress)
        .where(
            EnrichmentProgress.task_name == task.name,
            EnrichmentProgress.status != "paused",
        )
        .values(
            status="failed",
            last_run_at=func.now(),
            error_message=f"{type(error).__name__}: {reason}".replace("\0", "")[:LONGEST_ERROR],
        )
    )
    async with sessions.begin() as session:
        # The first batch took the row that it had made back with it.
        await session.execute(_FIRST_TIME, {"name": task.name})
        await session.execute(statement)


@dataclass(slots=True)
class Turn:
    """A task and when it is its turn again."""

    task: Task
    at: float = 0.0
    done: int = 0
    failures: int = 0
    pause: float = field(default=FIRST_PAUSE, repr=False)
    last_run_at: datetime | None = None


class Scheduler:
    """All tasks of the service."""

    def __init__(self, sessions: Sessions, tasks: Sequence[Task], drain: Drain) -> None:
        self._sessions = sessions
        self._turns = [Turn(task) for task in tasks]
        self._drain = drain

    async def run(self) -> None:
        """Gives every task its turns until the drain; raises when the server is gone."""
        while not self._drain:
            for turn in self._turns:
                if not self._drain and turn.at <= time.monotonic():
                    await self._take(turn)
            earliest = min(turn.at for turn in self._turns)
            await self._drain.wait(max(0.0, earliest - time.monotonic()))

    def facts(self) -> dict[str, Any]:
        """What /health says about the tasks."""
        return {
            "tasks": {
                turn.task.name: {
                    "done": turn.done,
                    "failures": turn.failures,
                    "last_run_at": turn.last_run_at,
                }
                for turn in self._turns
            }
        }

    async def _take(self, turn: Turn) -> None:
        """Runs batches of one task for as long as a turn lasts."""
        end = time.monotonic() + TURN
        while turn.at <= time.monotonic() < end and not self._drain:
            try:
                await self._run_batch(turn)
            except Exception as error:
                if is_disconnect(error):
                    raise
                await self._failed(turn, error)

    async def _run_batch(self, turn: Turn) -> None:
        started = time.monotonic()
        batch = await run_batch(self._sessions, turn.task)
        now = time.monotonic()
        turn.pause = FIRST_PAUSE
        turn.last_run_at = datetime.now(UTC)
        if batch is None:
            turn.at = now + turn.task.every
            return
        turn.done += batch.done
        turn.at = now + (0.0 if batch.more else turn.task.every)
        facts = {"task": turn.task.name, "done": batch.done, "took_ms": (now - started) * 1000}
        logger.debug("batch", extra=facts)

    async def _failed(self, turn: Turn, error: Exception) -> None:
        logger.warning(
            "task failed",
            extra={"task": turn.task.name, "again_in_s": turn.pause, **describe(error)},
        )
        turn.failures += 1
        turn.at = time.monotonic() + turn.pause
        turn.pause = min(turn.pause * 2, LONGEST_PAUSE)
        await record_failure(self._sessions, turn.task, error)
