"""Says what the demo data promises: the same rows for the same seed, valid, and no harm to others.

Must never touch a database other than its own clones.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from scripts.demo.load import Connection, LoadError
from scripts.demo.plan import Plan
from scripts.demo.tables import COLUMNS
from scripts.seed_demo import arguments, seed
from services.processor.text import content_hash
from shared.python.database import connect
from shared.python.settings import Settings
from shared.python.testing import TestDatabases

PLAN = Plan(messages=1500, pending=80, embeddings=5)
MEGABYTE = 1024 * 1024


@pytest.fixture
async def connection(settings: Settings) -> AsyncIterator[Connection]:
    """A connection to a platform without rows."""
    made = await connect(settings, "pytest")
    yield made
    await made.close()


@pytest.fixture
async def filled(connection: Connection) -> Connection:
    """A connection to a platform with the demo data."""
    await seed(connection, PLAN, beside_real_rows=False)
    return connection


async def digests_after_loading(settings: Settings, plan: Plan) -> dict[str, str]:
    connection = await connect(settings, "pytest")
    try:
        await seed(connection, plan, beside_real_rows=False)
        return await digests(connection)
    finally:
        await connection.close()


async def digests(connection: Connection) -> dict[str, str]:
    found = {}
    for table in (*COLUMNS, "admin_audit_log"):
        rows = await connection.fetch(f"SELECT t::text AS row FROM {table} AS t ORDER BY 1")
        text = "\n".join(row["row"] for row in rows)
        found[table] = hashlib.sha256(text.encode()).hexdigest()
    return found


async def test_the_same_seed_gives_the_same_rows_in_two_databases(databases: TestDatabases) -> None:
    # rss_feeds and user_roles hold rows of init.sql too, which carry the time of the template.
    first = await digests_after_loading(databases.create(), PLAN)
    second = await digests_after_loading(databases.create(), PLAN)
    other = await digests_after_loading(databases.create(), replace(PLAN, seed=2))
    assert first == second
    assert first["messages"] != other["messages"]


async def test_a_second_run_changes_nothing(filled: Connection) -> None:
    before = await digests(filled)
    told = await seed(filled, PLAN, beside_real_rows=False)
    assert "there already" in told
    assert await digests(filled) == before


async def test_other_demo_data_is_refused(filled: Connection) -> None:
    with pytest.raises(LoadError, match="other demo data"):
        await seed(filled, replace(PLAN, seed=2), beside_real_rows=True)


async def test_every_content_hash_follows_the_rule_of_the_processor(filled: Connection) -> None:
    rows = await filled.fetch("SELECT content, content_hash FROM messages")
    assert [row["content_hash"] for row in rows] == [content_hash(row["content"]) for row in rows]


async def test_counters_are_what_the_triggers_would_count(filled: Connection) -> None:
    wrong = await filled.fetch("""
        SELECT e.id FROM events AS e WHERE
            e.telegram_message_count <>
                 (SELECT count(*) FROM event_messages AS m WHERE m.event_id = e.id)
            OR e.telegram_channel_count <>
                 (SELECT count(DISTINCT m.channel_id) FROM event_messages AS m
                  WHERE m.event_id = e.id)
            OR e.rss_source_count <>
                 (SELECT count(*) FROM event_sources AS s WHERE s.event_id = e.id)
            OR e.updated_at > timestamptz '2026-01-01'
        UNION ALL
        SELECT f.id FROM media_files AS f WHERE f.reference_count <>
            (SELECT count(*) FROM message_media AS m WHERE m.media_id = f.id)
        UNION ALL
        SELECT n.id FROM external_news AS n WHERE n.correlation_count <>
            (SELECT count(*) FROM message_news_correlations AS c WHERE c.news_id = n.id)
        UNION ALL
        SELECT u.id FROM telegram_users AS u WHERE u.last_seen <
            (SELECT max(m.telegram_date) FROM messages AS m WHERE m.author_user_id = u.telegram_id)
        UNION ALL
        SELECT s.usage_count FROM tag_stats AS s WHERE s.usage_count <>
            (SELECT count(*) FROM message_tags AS t
             WHERE (t.tag, t.tag_type) = (s.tag, s.tag_type))""")
    assert wrong == []
    assert await filled.fetchval("SELECT count(*) FROM events") > 0


async def test_every_table_is_filled_and_the_numbers_are_exact(filled: Connection) -> None:
    counts = {table: await filled.fetchval(f"SELECT count(*) FROM {table}") for table in COLUMNS}
    assert [table for table, count in counts.items() if not count] == []
    assert (counts["messages"], counts["ingest_queue"]) == (PLAN.messages, PLAN.pending)
    embedded = "SELECT count(*) FROM messages WHERE content_embedding IS NOT NULL"
    assert await filled.fetchval(embedded) == PLAN.embeddings


async def test_replies_and_forwards_point_to_what_they_name(filled: Connection) -> None:
    wrong = await filled.fetch("""
        SELECT r.id FROM message_replies AS r
        JOIN messages AS p ON p.id = r.parent_message_id
        JOIN messages AS m ON m.id = r.reply_message_id
        WHERE m.replied_to_message_id <> p.message_id OR m.channel_id <> p.channel_id
           OR p.telegram_date > m.telegram_date
        UNION ALL
        SELECT f.id FROM message_forwards AS f
        JOIN messages AS o ON o.id = f.original_message_id JOIN channels AS c ON c.id = o.channel_id
        JOIN messages AS m ON m.id = f.forwarded_message_id
        WHERE m.forward_from_channel_id <> c.telegram_id OR m.content <> o.content
           OR m.forward_from_message_id <> o.message_id OR m.forward_date <> o.telegram_date""")
    assert wrong == []


async def test_services_can_go_on_inserting(filled: Connection) -> None:
    for table, columns in COLUMNS.items():
        if columns[0] == "id":
            new = await filled.fetchval(
                f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) > max(id) FROM {table}"
            )
            assert new is True, table


async def test_a_real_archive_is_left_alone_without_yes(connection: Connection) -> None:
    await connection.execute("INSERT INTO channels (telegram_id, name) VALUES (-1001, 'real')")
    with pytest.raises(LoadError, match="not demo data, in channels"):
        await seed(connection, PLAN, beside_real_rows=False)
    assert await connection.fetchval("SELECT count(*) FROM messages") == 0
    await seed(connection, PLAN, beside_real_rows=True)
    assert (
        await connection.fetchval("SELECT name FROM channels WHERE telegram_id = -1001") == "real"
    )
    assert await connection.fetchval("SELECT count(*) FROM messages") == PLAN.messages


async def test_a_database_without_the_schema_is_refused(connection: Connection) -> None:
    await connection.execute("DROP FUNCTION schema_ready()")
    with pytest.raises(LoadError, match="not a platform database"):
        await seed(connection, PLAN, beside_real_rows=False)


async def test_a_failure_in_the_middle_leaves_nothing(connection: Connection) -> None:
    await connection.execute("ALTER TABLE ingest_queue ADD CHECK (views < 0)")
    with pytest.raises(asyncpg.CheckViolationError):
        await seed(connection, PLAN, beside_real_rows=False)
    assert await connection.fetchval("SELECT count(*) FROM channels") == 0


async def test_the_database_grows_by_the_size_asked_for(connection: Connection) -> None:
    measure = "SELECT pg_database_size(current_database())"
    before = await connection.fetchval(measure)
    plan, _ = arguments(["--size", "40MB"])
    await seed(connection, plan, beside_real_rows=False)
    grown = await connection.fetchval(measure) - before
    assert grown == pytest.approx(40 * MEGABYTE, rel=0.1)


@pytest.mark.parametrize("words", [["--size", "x"], ["--size", "1kB"], ["--end", "2999-01-01"]])
def test_wrong_arguments_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        arguments(words)
