"""What the tables hold after a message has gone through the processor."""

import asyncio
import json
import urllib.request
from dataclasses import replace
from typing import Any

from services.processor.queue import Connection
from services.processor.tests.conftest import (
    add_channel,
    eventually,
    filed_once,
    free_port,
    put,
    settled,
    start_process,
    worker_in_process,
)
from services.processor.text import content_hash
from shared.python.settings import Settings

STRIKE = "Сьогодні вночі ворог завдав ракетного удару по місту Харків, поранено 5 людей."
GREETING = "Доброго ранку, друзі!"
ADVERT = "Заробіток від 500 гривень! Крипта та казино без вкладень, прибуток гарантовано."


async def process(settings: Settings, connection: Connection) -> None:
    async with worker_in_process(settings):
        await eventually(lambda: settled(connection))


async def one(connection: Connection, query: str) -> dict[str, Any]:
    row = await connection.fetchrow(query)
    assert row is not None
    return dict(row)


async def test_a_report_is_archived_with_everything_the_queue_knew(
    settings: Settings, connection: Connection
) -> None:
    channel = await add_channel(connection, rule="selective_archive")
    await put(
        connection,
        content=STRIKE,
        media_type="photo",
        grouped_id=77,
        views=10,
        forwards=2,
        source_account="listener-1",
        author_user_id=42,
        forward_from_channel_id=9,
        forward_from_message_id=8,
        forward_date="2025-03-01 11:00+00",
        trace_id="trace-1",
        payload='{"edited": true}',
    )
    await process(settings, connection)
    message = await one(connection, "SELECT * FROM messages")
    expected = {
        "channel_id": channel,
        "message_id": 1,
        "content": STRIKE,
        "media_type": "photo",
        "grouped_id": 77,
        "views": 10,
        "forwards": 2,
        "source_account": "listener-1",
        "author_user_id": 42,
        "forward_from_channel_id": 9,
        "forward_from_message_id": 8,
        "trace_id": "trace-1",
        "language_detected": "uk",
        "is_spam": False,
        "spam_type": None,
        "osint_topic": "combat",
        "importance_level": "high",
        "is_ukraine_relevant": True,
        "content_hash": content_hash(STRIKE),
    }
    assert {name: message[name] for name in expected} == expected
    assert json.loads(message["metadata"]) == {"edited": True}
    assert len(message["metadata_hash"]) == 64
    decision = await one(connection, "SELECT * FROM decision_log")
    assert decision["message_id"] == message["id"]
    assert (decision["decision_type"], decision["prompt_version"]) == ("archive_decision", "7")
    assert json.loads(decision["decision_value"])["archived"] is True


async def test_spam_is_archived_with_its_flag(settings: Settings, connection: Connection) -> None:
    await add_channel(connection, rule="selective_archive")
    await put(connection, content=ADVERT)
    await process(settings, connection)
    message = await one(connection, "SELECT * FROM messages")
    assert (message["is_spam"], message["spam_type"]) == (True, "financial")
    assert message["spam_confidence"] >= 75


async def test_what_a_channel_does_not_keep_is_quarantined(
    settings: Settings, connection: Connection
) -> None:
    channel = await add_channel(connection, folder="Monitor RU")
    await put(connection, content=GREETING)
    await process(settings, connection)
    row = await one(connection, "SELECT * FROM message_quarantine")
    assert (row["channel_id"], row["telegram_message_id"]) == (channel, 1)
    assert (row["content"], row["quarantine_reason"]) == (GREETING, "low_confidence")
    decision = await one(connection, "SELECT * FROM decision_log")
    assert decision["message_id"] is None
    assert decision["channel_id"] == channel


async def test_an_unknown_channel_is_added(settings: Settings, connection: Connection) -> None:
    await put(connection, telegram_channel_id=987, content=STRIKE)
    await process(settings, connection)
    channel = await one(connection, "SELECT * FROM channels")
    assert (channel["telegram_id"], channel["rule"]) == (987, None)
    assert await filed_once(connection) == (1, 1)


async def test_a_copy_takes_over_the_judgement_a_reviewer_corrected(
    settings: Settings, connection: Connection
) -> None:
    await add_channel(connection, 1, rule="archive_all")
    await add_channel(connection, 2, rule="archive_all")
    await put(connection, telegram_channel_id=1, content=STRIKE)
    await process(settings, connection)
    await connection.execute("UPDATE messages SET osint_topic = 'humanitarian'")
    await put(connection, telegram_channel_id=2, content=f"  {STRIKE.upper()}\n")
    await process(settings, connection)
    rows = await connection.fetch(
        "SELECT m.id, osint_topic, content_hash, d.decision_source, d.decision_value "
        "FROM messages AS m JOIN decision_log AS d ON d.message_id = m.id ORDER BY m.id"
    )
    first, copy = rows
    assert (copy["osint_topic"], copy["decision_source"]) == ("humanitarian", "copy")
    assert copy["content_hash"] == first["content_hash"]
    assert json.loads(copy["decision_value"])["copy_of"] == first["id"]


async def test_copies_in_one_batch_point_to_the_first(
    settings: Settings, connection: Connection
) -> None:
    for channel in (1, 2, 3):
        await add_channel(connection, channel, rule="archive_all")
    async with connection.transaction():
        for channel in (1, 2, 3):
            await put(connection, telegram_channel_id=channel, content=STRIKE)
    await process(settings, connection)
    rows = await connection.fetch(
        "SELECT message_id, decision_value FROM decision_log ORDER BY message_id"
    )
    copies = [json.loads(row["decision_value"]).get("copy_of") for row in rows]
    assert copies == [None, rows[0]["message_id"], rows[0]["message_id"]]


async def test_an_edit_delivered_after_a_change_of_rules_is_not_filed_twice(
    settings: Settings, connection: Connection
) -> None:
    await add_channel(connection, folder="Monitor RU")
    await put(connection, content=GREETING)
    await process(settings, connection)
    await connection.execute("UPDATE folder_rules SET rule = 'archive_all'")
    await put(connection, content=STRIKE)
    await process(settings, connection)
    assert await filed_once(connection) == (1, 1)


async def test_an_edit_of_the_rules_holds_while_the_worker_runs(
    settings: Settings, connection: Connection
) -> None:
    await add_channel(connection, folder="Monitor RU")
    async with worker_in_process(settings):
        await put(connection, message_id=1, content=GREETING)
        await eventually(lambda: settled(connection))
        await connection.execute(
            "UPDATE folder_rules SET rule = 'archive_all' WHERE folder_pattern = '^Monitor'"
        )
        await connection.execute(
            "INSERT INTO folder_rules (folder_pattern, rule) VALUES ('[', 'archive_all')"
        )
        for message_id in range(2, 300):
            await put(connection, message_id=message_id, content=f"{GREETING} {message_id}")
            await eventually(lambda: settled(connection))
            if await connection.fetchval("SELECT exists(SELECT FROM messages)"):
                break
            await asyncio.sleep(0.05)
    assert await connection.fetchval("SELECT count(*) FROM messages") == 1


async def test_curated_entities_are_matched(settings: Settings, connection: Connection) -> None:
    await add_channel(connection, rule="archive_all")
    await connection.execute("""
        INSERT INTO curated_entities (entity_type, name, aliases, source_reference, content_hash)
        VALUES ('military_vehicle', 'Leopard 2', '{Леопард 2}', 'armyguide', 'a'),
               ('ship', 'Moskva', '{}', 'root_nk', 'b'), ('location', 'Kerch', '{}', 'root_nk', 'c')
        """)
    await put(connection, content="A LEOPARD 2 (Леопард 2) was seen. #Moskva Kerching")
    await process(settings, connection)
    rows = await connection.fetch(
        "SELECT c.name, e.match_type, e.similarity_score FROM message_entities AS e "
        "JOIN curated_entities AS c ON c.id = e.entity_id ORDER BY c.id"
    )
    assert [tuple(row) for row in rows] == [
        ("Leopard 2", "exact_name", 1.0),
        ("Moskva", "hashtag", 1.0),
    ]
    entities = json.loads(await connection.fetchval("SELECT entities FROM messages"))
    assert entities["hashtags"] == ["Moskva"]


async def test_health_tells_the_length_of_the_queue_and_the_last_batch(
    settings: Settings, connection: Connection
) -> None:
    port = free_port()
    await put(connection)
    process = await start_process(replace(settings, processor_port=port))
    try:
        await eventually(lambda: settled(connection))
        url = f"http://127.0.0.1:{port}/health"
        with await asyncio.to_thread(urllib.request.urlopen, url) as answer:
            health = json.load(answer)
    finally:
        process.terminate()
        await process.wait()
    assert (health["status"], health["service"]) == ("healthy", "processor")
    assert health["last_batch"]["taken"] == 1
    assert health["queue_length"] in (0, 1)
