"""Nothing is lost and nothing is doubled, whatever dies in between."""

import asyncio
import signal
from dataclasses import replace
from functools import partial

from services.processor.queue import Connection
from services.processor.tests.conftest import (
    eventually,
    filed_once,
    free_port,
    kill,
    put,
    settled,
    start_process,
    worker_in_process,
)
from services.processor.tests.producer import enqueue
from shared.python.settings import Settings

COUNT = 3_000


async def assert_each_is_filed_once(connection: Connection) -> None:
    assert await filed_once(connection) == (COUNT, COUNT)
    decided = await connection.fetchval("SELECT count(*) FROM decision_log")
    assert decided == COUNT
    left = "SELECT count(*) FROM ingest_queue WHERE status <> 'done'"
    assert await connection.fetchval(left) == 0


async def some_are_done(connection: Connection) -> bool:
    return bool(await connection.fetchval("SELECT exists(SELECT FROM messages)"))


async def test_two_workers_file_each_message_once_though_the_queue_holds_it_twice(
    settings: Settings, connection: Connection
) -> None:
    await enqueue(connection, COUNT)
    await enqueue(connection, COUNT)
    async with worker_in_process(settings), worker_in_process(settings):
        await eventually(lambda: settled(connection))
    await assert_each_is_filed_once(connection)


async def test_a_killed_worker_loses_nothing(settings: Settings, connection: Connection) -> None:
    await enqueue(connection, COUNT)
    first = await start_process(replace(settings, processor_port=free_port()))
    try:
        await eventually(lambda: some_are_done(connection))
    finally:
        await kill(first)
    assert not await settled(connection)
    async with worker_in_process(settings):
        await eventually(lambda: settled(connection))
    await assert_each_is_filed_once(connection)


async def test_terminated_backends_lose_nothing(settings: Settings, connection: Connection) -> None:
    await enqueue(connection, COUNT)
    async with worker_in_process(settings), worker_in_process(settings):
        for done in (0, 500, 1_500):
            await eventually(partial(filed_more_than, connection, done))
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'processor'"
            )
        await eventually(lambda: settled(connection))
    await assert_each_is_filed_once(connection)


async def filed_more_than(connection: Connection, count: int) -> bool:
    keys, _ = await filed_once(connection)
    return keys > count


async def test_a_message_is_taken_within_a_second_of_its_notification(
    settings: Settings, connection: Connection
) -> None:
    async with worker_in_process(settings) as worker:
        await eventually(lambda: is_listening(connection))
        await put(connection)
        async with asyncio.timeout(1):
            await eventually(lambda: settled(connection))
        assert worker.facts()["last_batch"]["taken"] == 1


async def is_listening(connection: Connection) -> bool:
    return bool(
        await connection.fetchval(
            "SELECT exists(SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'processor' AND state = 'idle' "
            "AND query LIKE '%FOR UPDATE SKIP%')"
        )
    )


async def test_a_row_that_becomes_due_later_needs_no_notification(
    settings: Settings, connection: Connection
) -> None:
    async with worker_in_process(settings):
        await put(connection, message_id=1)
        await eventually(lambda: settled(connection))
        # Put it in without a NOTIFY at the time it becomes due.
        await put(connection, message_id=2, delay=1.0)
        await eventually(lambda: settled(connection))
    assert await filed_once(connection) == (2, 2)


async def test_sigterm_finishes_the_batch_in_hand_and_exits_with_0(
    settings: Settings, connection: Connection
) -> None:
    await enqueue(connection, COUNT)
    process = await start_process(replace(settings, processor_port=free_port()))
    try:
        await eventually(lambda: some_are_done(connection))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        await kill(process)
    in_hand = "SELECT count(*) FROM ingest_queue WHERE status = 'processing'"
    assert await connection.fetchval(in_hand) == 0
    done = await connection.fetchval("SELECT count(*) FROM ingest_queue WHERE status = 'done'")
    assert await filed_once(connection) == (done, done)
