"""Rows that cannot be filed are set aside after three tries, and nobody else pays for them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from services.processor import queue
from services.processor.queue import Connection
from services.processor.tests.conftest import (
    add_channel,
    eventually,
    filed_once,
    put,
    settled,
    worker_in_process,
)
from services.processor.tests.producer import enqueue
from shared.python.database import connect
from shared.python.settings import Settings

IMPOSSIBLE: dict[str, Mapping[str, Any]] = {
    "no end of time": {"telegram_date": "infinity"},
    "a year Python does not know": {"telegram_date": "20000-01-01 00:00+00"},
    "before Christ": {"telegram_date": "0044-03-15 00:00+00 BC"},
    "message number 0": {"message_id": 0},
    "channel 0": {"telegram_channel_id": 0},
    "forwarded before it was written": {
        "forward_from_channel_id": 5,
        "forward_date": "2025-03-02 00:00+00",
    },
    "forwarded from nowhere": {"forward_from_message_id": 5},
    "answers itself": {"message_id": 7, "replied_to_message_id": 7},
    "negative views": {"views": -1},
    "nothing in it": {"content": ""},
    "10 MB of text": {"content": "x" * 10_000_000},
}


async def test_impossible_messages_are_set_aside_after_three_tries_and_their_neighbours_pass(
    settings: Settings, connection: Connection
) -> None:
    await put(connection, message_id=1_000)
    ids = [
        await put(connection, **({"message_id": n} | dict(columns)))
        for n, columns in enumerate(IMPOSSIBLE.values(), start=100)
    ]
    async with worker_in_process(settings):
        await eventually(lambda: settled(connection))
    rows = await connection.fetch("SELECT id, status, attempts, last_error FROM ingest_queue")
    outcome = {row["id"]: (row["status"], row["attempts"], bool(row["last_error"])) for row in rows}
    outcomes = [outcome[row_id] for row_id in ids]
    assert dict(zip(IMPOSSIBLE, outcomes, strict=True)) == dict.fromkeys(
        IMPOSSIBLE, ("dead", 3, True)
    )
    assert await filed_once(connection) == (1, 1)


async def test_a_row_the_server_refuses_fails_alone(
    settings: Settings, connection: Connection
) -> None:
    await connection.execute(
        "ALTER TABLE messages ADD CONSTRAINT no_poison CHECK (content NOT LIKE '%poison%')"
    )
    await put(
        connection, telegram_channel_id=5, message_id=999, content="Харків poison удар вночі 5"
    )
    await enqueue(connection, 400)
    await put(connection, telegram_channel_id=5, message_id=998, content="Київ poison удар вночі 5")
    async with worker_in_process(settings):
        await eventually(lambda: settled(connection))
    dead = await connection.fetch(
        "SELECT attempts, last_error FROM ingest_queue WHERE status = 'dead'"
    )
    assert [row["attempts"] for row in dead] == [3, 3]
    assert all("23514" in row["last_error"] for row in dead)
    assert await filed_once(connection) == (400, 400)


async def test_a_row_that_kills_its_worker_is_set_aside_and_its_neighbours_are_not(
    connection: Connection,
) -> None:
    await enqueue(connection, 20)
    deadly = await connection.fetchval("SELECT id FROM ingest_queue ORDER BY id OFFSET 7 LIMIT 1")
    taken = await queue.take(connection, "worker", 100)
    assert len(taken) == 20
    # From here on a worker dies whenever it has the deadly row, and finishes every other one.
    for _ in range(100):
        await queue.rescue(connection, "worker")
        taken = await queue.take(connection, "worker", 100)
        if not taken:
            break
        assert len(taken) == 1
        if taken[0].id != deadly:
            await queue.finish(connection, taken)
    rows = await connection.fetch("SELECT id, status, attempts FROM ingest_queue")
    left = {row["id"]: (row["status"], row["attempts"]) for row in rows if row["status"] != "done"}
    assert left == {deadly: ("dead", queue.MAX_UNFINISHED)}


async def test_a_worker_does_not_rescue_what_another_works_on(
    settings: Settings, connection: Connection
) -> None:
    await put(connection)
    other = await connect(settings, "other")
    taken = await queue.take(other, "other", 10)
    await connection.execute("UPDATE ingest_queue SET locked_at = now() - interval '1 hour'")
    async with other.transaction():
        assert await queue.hold(other, "other", taken) == taken
        assert await queue.rescue(connection, "worker") == []
    assert [row["status"] for row in await queue.rescue(connection, "worker")] == ["pending"]
    assert await queue.hold(other, "other", taken) == []
    await other.close()


async def test_an_error_of_the_schema_costs_no_attempt(
    settings: Settings, connection: Connection
) -> None:
    await put(connection)
    await connection.execute("ALTER TABLE decision_log RENAME TO elsewhere")
    async with worker_in_process(settings):
        await eventually(lambda: given_back(connection))
        await connection.execute("ALTER TABLE elsewhere RENAME TO decision_log")
        await eventually(lambda: settled(connection))
    assert await filed_once(connection) == (1, 1)
    assert await connection.fetchval("SELECT attempts FROM ingest_queue") == 1


async def given_back(connection: Connection) -> bool:
    error = await connection.fetchval(
        "SELECT last_error FROM ingest_queue WHERE status = 'pending'"
    )
    return "42P01" in (error or "")


@pytest.mark.parametrize("payload", ['["a"]', '"text"', "7", "null", '{"media": {"a": [1]}}'])
async def test_a_payload_of_any_shape_is_kept(
    settings: Settings, connection: Connection, payload: str
) -> None:
    await add_channel(connection, rule="archive_all")
    await put(connection, payload=payload, media_type="hologram", content=None)
    async with worker_in_process(settings):
        await eventually(lambda: settled(connection))
    row = await connection.fetchrow("SELECT media_type, content, metadata FROM messages")
    assert row is not None
    assert (row["media_type"], row["content"]) == (None, None)
    kept = json.loads(row["metadata"])
    assert kept.pop("media_type") == "hologram"
    assert json.loads(payload) in (kept, kept.get("payload"))
