"""Batches commit whole, resume, and keep out of each other's way.

Must never rely on the timing of two tasks: where order matters, a test holds the locks itself.
"""

import asyncio
import logging
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrichment.embed_messages import EmbedMessages
from services.enrichment.scheduler import Scheduler, run_batch
from services.enrichment.tagging import TagMessages
from services.enrichment.task import AnyRow, Batch, StatementTask, Task
from services.enrichment.tests.conftest import Archive, Finish
from shared.python.database import is_disconnect
from shared.python.models import EnrichmentProgress
from shared.python.service import Drain

EMBEDDED = "SELECT count(*) FROM messages WHERE content_embedding IS NOT NULL"
PROGRESS = "SELECT last_processed_id FROM enrichment_progress WHERE task_name = 'embedding'"


class EmbedThenFail(EmbedMessages):
    """Fails after the first half of its work is in the database."""

    async def work(self, session: AsyncSession, after: int, to: int) -> tuple[int, int]:
        await super().work(session, after, to)
        raise RuntimeError("in the middle")


class EmbedThenDisconnect(EmbedMessages):
    """Loses its connection after its work is in the database."""

    async def work(self, session: AsyncSession, after: int, to: int) -> tuple[int, int]:
        await super().work(session, after, to)
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        raise AssertionError("not reached")


class EmbedNothingOfThree(EmbedMessages):
    """Cannot embed a text with a three in it."""

    async def write(self, session: AsyncSession, rows: Sequence[AnyRow]) -> int:
        done = await super().write(session, rows)
        if any("3" in row.content for row in rows):
            await session.execute(text("SELECT 1 / 0"))
        return done


async def test_a_batch_that_fails_leaves_nothing(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 10)
    assert await run_batch(archive.sessions, EmbedMessages(3)) is not None
    before = await archive.value(EMBEDDED), await archive.value(PROGRESS)
    with pytest.raises(RuntimeError):
        await run_batch(archive.sessions, EmbedThenFail(3))
    assert before == (await archive.value(EMBEDDED), await archive.value(PROGRESS))
    assert before[0] == 3


async def test_a_terminated_backend_leaves_nothing_and_the_next_batch_resumes(
    archive: Archive, finish: Finish
) -> None:
    await archive.messages(await archive.channel(), 10)
    with pytest.raises(DBAPIError) as failure:
        await run_batch(archive.sessions, EmbedThenDisconnect(3))
    assert is_disconnect(failure.value)
    assert await archive.value(EMBEDDED) == 0
    assert await finish(EmbedMessages(3)) == 10


async def test_the_position_tells_how_far_a_task_is(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 10)
    await run_batch(archive.sessions, EmbedMessages(4))
    query = (
        "SELECT last_processed_id, messages_processed, messages_total, status, error_message,"
        " last_run_at > now() - interval '1 minute' FROM enrichment_progress"
    )
    fourth = await archive.value("SELECT id FROM messages ORDER BY id OFFSET 3 LIMIT 1")
    assert await archive.rows(query) == [(fourth, 4, 10, "running", None, True)]


async def test_a_new_process_resumes_where_the_last_one_was(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 10)
    await run_batch(archive.sessions, EmbedMessages(4))
    await run_batch(archive.sessions, EmbedMessages(4))
    assert await archive.value(EMBEDDED) == 8


async def test_a_message_that_becomes_visible_late_is_not_passed_by(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    early, late = await archive.rows(
        "SELECT nextval(pg_get_serial_sequence('messages', 'id')) FROM generate_series(1, 2)"
    )
    task = EmbedMessages(10)
    insert = (
        "INSERT INTO messages (id, message_id, channel_id, content, telegram_date)"
        " OVERRIDING SYSTEM VALUE VALUES (:id, :id, :channel, 'Drone', now())"
    )
    await finish(task)
    await archive.execute(insert, id=late[0], channel=channel)
    assert await finish(task) == 1
    await archive.execute(insert, id=early[0], channel=channel)
    assert await finish(task) == 1


async def test_two_processes_share_the_work_and_double_nothing(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 300, "Drone and bridge #Odesa")

    async def worker() -> int:
        done, tasks = 0, list[Task]([EmbedMessages(7), TagMessages()])
        while tasks:
            for task in tuple(tasks):
                batch = await run_batch(archive.sessions, task)
                if batch is None:
                    await asyncio.sleep(0)
                    continue
                done += batch.done
                if not batch.more:
                    tasks.remove(task)
        return done

    done = await asyncio.gather(worker(), worker(), worker())
    assert await archive.value(EMBEDDED) == 300
    assert await archive.value("SELECT count(*) FROM message_tags") == 300 * 4
    assert sum(done) == 300 * 5


async def test_a_task_that_another_process_is_at_is_left_to_it(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 3)
    task = EmbedMessages(1)
    await run_batch(archive.sessions, task)
    async with archive.sessions.begin() as other:
        await other.execute(text("SELECT FROM enrichment_progress FOR UPDATE"))
        assert await run_batch(archive.sessions, task) is None
    assert await run_batch(archive.sessions, task) is not None


async def test_a_paused_task_waits_for_the_operator(archive: Archive, finish: Finish) -> None:
    await archive.messages(await archive.channel(), 3)
    task = EmbedMessages(1)
    await run_batch(archive.sessions, task)
    await archive.execute("UPDATE enrichment_progress SET status = 'paused'")
    assert await run_batch(archive.sessions, task) is None
    assert await archive.value(EMBEDDED) == 1
    await archive.execute("UPDATE enrichment_progress SET status = 'idle'")
    assert await finish(task) == 2


async def test_a_poison_message_is_set_aside_and_the_others_go_on(
    archive: Archive, finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    await archive.messages(await archive.channel(), 9)
    with caplog.at_level(logging.WARNING):
        assert await finish(EmbedNothingOfThree(5)) == 8
    assert await archive.value(EMBEDDED) == 8
    poison = await archive.value("SELECT id FROM messages WHERE content LIKE '%3%'")
    assert poison in [vars(record).get("id") for record in caplog.records]
    assert await finish(EmbedMessages(5)) == 1


async def test_many_broken_messages_are_a_broken_task(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 9, "3")
    with pytest.raises(DBAPIError):
        await run_batch(archive.sessions, EmbedNothingOfThree(9))


async def test_a_row_that_somebody_holds_does_not_stop_the_batch(
    archive: Archive, finish: Finish
) -> None:
    await archive.messages(await archive.channel(), 3)
    async with archive.sessions.begin() as other:
        await other.execute(text("SELECT FROM messages ORDER BY id LIMIT 1 FOR UPDATE"))
        assert await finish(EmbedMessages(10)) == 2
    assert await finish(EmbedMessages(10)) == 1


async def test_a_failing_task_does_not_stop_the_others_and_says_why(archive: Archive) -> None:
    await archive.messages(await archive.channel(), 3)
    drain = Drain()

    class LastTask:
        name = "last"
        every = 0.0

        async def run_batch(self, _session: AsyncSession, _progress: EnrichmentProgress) -> Batch:
            drain.request()
            return Batch(0, more=False)

    broken = StatementTask("broken", 0.0, "SELECT 1 / 0")
    scheduler = Scheduler(archive.sessions, [broken, EmbedMessages(9), LastTask()], drain)
    await asyncio.wait_for(scheduler.run(), 10)
    assert await archive.value(EMBEDDED) == 3
    [(status, error)] = await archive.rows(
        "SELECT status, error_message FROM enrichment_progress WHERE task_name = 'broken'"
    )
    assert status == "failed"
    assert "division by zero" in error
    assert scheduler.facts()["tasks"]["broken"]["failures"] == 1


async def test_a_failed_task_is_not_tried_again_at_once(archive: Archive) -> None:
    drain = Drain()
    broken = StatementTask("broken", 0.0, "SELECT 1 / 0")
    scheduler = Scheduler(archive.sessions, [broken], drain)
    running = asyncio.create_task(scheduler.run())
    await drain.wait(0.9)
    drain.request()
    await running
    assert scheduler.facts()["tasks"]["broken"]["failures"] == 1
